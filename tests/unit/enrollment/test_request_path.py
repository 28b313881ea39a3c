"""How many files a reader has to open to follow POST /enrollments, and that one function is called `enroll`."""

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from tests.unit.domain.test_enrollment_table import course_item
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import NEWCOMER, STUDENT, LambdaApis, Person
from toolkit import clients

LAMBDA_SRC = Path(clients.__file__).parents[1]
# Besides the toolkit, which is to the functions what a web framework would be.
ENTERED = {
    "domain/enrollments/admission_store.py",
    "domain/enrollments/guards.py",
    "domain/enrollments/model.py",
    "domain/enrollments/rules.py",
    "domain/enrollments/store.py",
    "domain/enrollments/views.py",
    "domain/people/tombstone_store.py",
    "domain/people/tombstones.py",
    "domain/rosters/contact_store.py",
    "enrollment/handler.py",
}
MOST_FILES = 10


def files_entered(work: Callable[[], object]) -> set[str]:
    """The files of the function code in which some code runs."""
    entered: set[str] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(LAMBDA_SRC):
            entered.add(path.relative_to(LAMBDA_SRC).as_posix())

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return entered


def test_an_enrolment_enters_few_files(dynamodb_tables: Tables, lambda_api: LambdaApis) -> None:
    api = lambda_api(
        "enrollment",
        COURSES_TABLE=dynamodb_tables.courses,
        COURSE_PROGRESS_TABLE=dynamodb_tables.progress,
        POSITIONS_TABLE=dynamodb_tables.positions,
        USER_PROFILES_TABLE=dynamodb_tables.profiles,
        AUDIT_TABLE=dynamodb_tables.audit,
        ROSTER_SHARDS="2",
    )
    dynamodb_tables.put_course(course_item())

    def enroll(caller: Person) -> None:
        assert api.call("POST", "/enrollments", caller=caller, body={"courseId": "course-1"}).status == 201

    # The first request also reads the API's description and the course.
    enroll(NEWCOMER)
    entered = {name for name in files_entered(lambda: enroll(STUDENT)) if not name.startswith("toolkit/")}
    assert entered == ENTERED
    assert len(entered) <= MOST_FILES


def test_one_function_is_called_enroll() -> None:
    found = [
        path.relative_to(LAMBDA_SRC).as_posix()
        for path in LAMBDA_SRC.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.lstrip("_") == "enroll"
    ]
    assert found == ["domain/enrollments/rules.py"]
