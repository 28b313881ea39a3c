"""A saved plan: Terraform's plan file, what it was made from, and checksums of every file.

Its folder has everything that an apply needs except the provider. So one machine makes the plan, a reviewer reads it,
and another machine applies it unchanged, or not at all.
"""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from education.errors import UserError

PLAN, TEXT, RECORD = "plan.tfplan", "plan.txt", "record.json"
STACK = "stack"
LEFT_OUT = (
    ".terraform",
    "terraform.tfstate",
)  # the provider (some 700 MB), and the address of the backend: `init` makes both anew


@dataclass(frozen=True)
class Record:
    """What a plan was made for. `serial` and `lineage` name the state that it changes. `sums` are SHA-256 by path."""

    environment: str
    account: str
    commit: str
    terraform: str
    lineage: str
    serial: int
    changes: dict[str, int]
    sums: dict[str, str]

    @property
    def operations(self) -> int:
        """How many resources Terraform creates, changes or destroys. To replace one, it does two of these."""
        return sum(self.changes.values()) + self.changes.get("replace", 0)


@dataclass(frozen=True)
class SavedPlan:
    """A plan's folder."""

    folder: Path

    @property
    def stack(self) -> Path:
        """The synthesized stack, with its assets."""
        return self.folder / STACK

    @property
    def file(self) -> Path:
        """Terraform's plan file."""
        return self.folder / PLAN

    @property
    def text(self) -> str:
        """The plan as a reviewer reads it."""
        return (self.folder / TEXT).read_text()

    def strip(self) -> None:
        """Remove the files without a checksum, so that they neither reach another machine nor come from one."""
        for name in LEFT_OUT:
            for path in list(self.folder.rglob(name)):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()

    def seal(self, **facts: Any) -> Record:
        """Write the record, with the checksums of all other files."""
        self.strip()
        record = Record(**facts, sums=self._sums())
        (self.folder / RECORD).write_text(json.dumps(asdict(record), indent=2) + "\n")
        return record

    def record(self) -> Record:
        """The record; raises `UserError` where a file was changed, added or lost since it was made."""
        try:
            record = Record(**json.loads((self.folder / RECORD).read_text()))
        except (OSError, ValueError, TypeError):
            raise UserError(
                f"there is no saved plan in {self.folder}: make one with `make plan ENV=…`; nothing was changed."
            ) from None
        found = self._sums()
        different = sorted(
            path for path in {*found, *record.sums} if found.get(path) != record.sums.get(path)
        )
        if different:
            raise UserError(
                f"the saved plan is not the one that was made: {', '.join(different[:3])} differ"
                f"{'s' if len(different) == 1 else ''}. Plan again and have it reviewed; nothing was changed."
            )
        return record

    def _sums(self) -> dict[str, str]:
        files = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        named = ((path.relative_to(self.folder), path) for path in files)
        return {
            name.as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in named
            if name.name != RECORD and not any(part in LEFT_OUT for part in name.parts)
        }


def count_changes(plan: dict[str, Any]) -> dict[str, int]:
    """How many resources a plan (Terraform's JSON) creates, updates, deletes and replaces."""
    counts = {"create": 0, "update": 0, "delete": 0, "replace": 0}
    for change in plan.get("resource_changes", []):
        actions = change["change"]["actions"]
        kind = "replace" if len(actions) == 2 else actions[0]
        if kind in counts:
            counts[kind] += 1
    return counts
