"""What one run of schemathesis plays with, handed from `test_contract.py` to its process as a file."""

import json
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

VARIABLE = "EDUCATION_CONTRACT_DATA"


@dataclass(frozen=True)
class ContractData:
    """Who calls, and what there is.

    Attributes:
        outputs: of the environment, without its secrets.
        token: the caller's ID token, None for nobody.
        courses: ids of courses to read, study and enrol in.
        changeable: those of them that may be edited, so that not all success is over soon.
        left: those in which the caller was enrolled and may be no longer; leaving one twice succeeds twice.
        lessons: ids of lessons that each of them has, or had.
        users: ids of people whose groups may be changed.
        emails: of people who have an account.
    """

    outputs: dict[str, Any]
    token: str | None
    courses: list[str]
    changeable: list[str]
    left: list[str]
    lessons: list[str]
    users: list[str]
    emails: list[str]

    def write(self, file: Path) -> None:
        """Write it for a run, readable by nobody else: it holds a token."""
        file.touch(mode=0o600)
        file.write_text(json.dumps({field.name: getattr(self, field.name) for field in fields(self)}))

    @classmethod
    def read(cls) -> "ContractData":
        """The data of this process."""
        return cls(**json.loads(Path(os.environ[VARIABLE]).read_text()))
