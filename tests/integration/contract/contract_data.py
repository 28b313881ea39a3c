"""The test data of one run of schemathesis. `test_contract.py` writes it to a file for the process of the run."""

import json
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

VARIABLE = "EDUCATION_CONTRACT_DATA"


@dataclass(frozen=True)
class ContractData:
    """The caller and the existing objects of one run.

    Attributes:
        outputs: the outputs of the environment, without secrets.
        token: the caller's ID token; None for a caller without a token.
        courses: ids of courses to read, study and enrol in.
        changeable: the courses that the run may edit. The others stay valid, so that requests can succeed to the end.
        left: the courses from which the caller may withdraw. A second withdrawal succeeds too.
        lessons: ids of lessons that each course has or had.
        lessons_with_files: those that have a file in the first course.
        users: ids of users whose groups may be changed.
        colleagues: ids of instructors who may become co-teachers.
        colleague_emails: their e-mail addresses.
        emails: e-mail addresses of users.
        uploads: for each operation on an upload in parts, a lesson of the first course and its upload.
    """

    outputs: dict[str, Any]
    token: str | None
    courses: list[str]
    changeable: list[str]
    left: list[str]
    lessons: list[str]
    lessons_with_files: list[str]
    users: list[str]
    colleagues: list[str]
    colleague_emails: list[str]
    emails: list[str]
    uploads: dict[str, list[str]]

    def write(self, file: Path) -> None:
        """Write the data to a file that only this user can read, because it contains a token."""
        file.touch(mode=0o600)
        file.write_text(json.dumps({field.name: getattr(self, field.name) for field in fields(self)}))

    @classmethod
    def read(cls) -> "ContractData":
        """Read the data of this process."""
        return cls(**json.loads(Path(os.environ[VARIABLE]).read_text()))
