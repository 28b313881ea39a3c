"""Reads the workflow files: their jobs, steps and commands."""

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
        """The jobs by id."""
        return dict(self.document["jobs"])

    def in_order(self) -> list[str]:
        """The job ids in an order in which each job comes after those that it needs."""
        needs = {job: body.get("needs", []) for job, body in self.jobs.items()}
        graph = {job: [on] if isinstance(on, str) else on for job, on in needs.items()}
        return list(TopologicalSorter(graph).static_order())

    def signing_in(self) -> set[str]:
        """The ids of the jobs that assume a role in AWS."""
        steps = {job: body.get("steps", []) for job, body in self.jobs.items()}
        return {job for job in steps if any(step.get("with", {}).get("role") for step in steps[job])}

    def commands(self, job: str) -> Iterator[str]:
        """Yield the commands of a job, in order."""
        for step in self.jobs[job].get("steps", []):
            if "run" in step:
                yield step["run"]


def workflow(name: str) -> Workflow:
    """Read a workflow, given the name of its file without suffix."""
    path = FOLDER / f"{name}.yml"
    return Workflow(path, yaml.load(path.read_text(), Loader=yaml.BaseLoader))


def workflows() -> list[Workflow]:
    """Read all workflows."""
    return [workflow(path.stem) for path in sorted(FOLDER.glob("*.yml"))]
