"""The workflow files as data: jobs, steps, and the commands that they run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools.steps import ROOT

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
