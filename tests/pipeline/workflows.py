"""The workflow files as data: jobs, steps, and the commands that they run."""

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import yaml

from tools.support.paths import ROOT

FOLDER = ROOT / ".github" / "workflows"


@dataclass(frozen=True)
class Workflow:
    """One workflow file."""

    path: Path
    document: dict[str, Any]

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        """Its jobs by id."""
        return dict(self.document["jobs"])

    def in_order(self) -> list[str]:
        """Its jobs, each after those that it needs."""
        needs = {job: body.get("needs", []) for job, body in self.jobs.items()}
        graph = {job: [on] if isinstance(on, str) else on for job, on in needs.items()}
        return list(TopologicalSorter(graph).static_order())

    def signing_in(self) -> set[str]:
        """Its jobs that assume a role in AWS."""
        steps = {job: body.get("steps", []) for job, body in self.jobs.items()}
        return {job for job in steps if any(step.get("with", {}).get("role") for step in steps[job])}

    def commands(self, job: str) -> Iterator[str]:
        """The commands of a job, in order."""
        for step in self.jobs[job].get("steps", []):
            if "run" in step:
                yield step["run"]


def workflow(name: str) -> Workflow:
    """A workflow by its file's stem."""
    path = FOLDER / f"{name}.yml"
    return Workflow(path, yaml.load(path.read_text(), Loader=yaml.BaseLoader))


def workflows() -> list[Workflow]:
    """All of them."""
    return [workflow(path.stem) for path in sorted(FOLDER.glob("*.yml"))]
