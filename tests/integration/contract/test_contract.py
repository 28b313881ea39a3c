"""schemathesis generates valid and invalid requests from api/openapi.yaml and sends them in each role.

No answer is a server error. Every answer and its body match the description, and every error is a problem document
(tests/integration/contract/contract.py). The requests are the same in every run. With EDUCATION_FUZZ_EXAMPLES
(`make fuzz`) that many are generated for each operation and role, and they differ between runs.
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from education.openapi.description import DESCRIPTION_FILE, load_api_description
from tests.integration.contract import contract_data
from tests.integration.contract.contract_data import ContractData
from tests.integration.samples.part_uploads import PartUpload
from tests.integration.support.course_helpers import enroll, lesson, new_course, upload
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import ADMINISTRATORS, INSTRUCTORS, STUDENTS, People, Person
from tools.support.paths import ROOT

pytestmark = pytest.mark.intrusive

FUZZ_VARIABLE = "EDUCATION_FUZZ_EXAMPLES"
ROLES: dict[str, tuple[str, ...] | None] = {
    "anonymous": None,
    "student": (STUDENTS,),
    "instructor": (INSTRUCTORS,),
    "administrator": (ADMINISTRATORS,),
}
LEAST_CASES = 2000
# For each operation, in addition to the boundary values that schemathesis derives from the description.
EXAMPLES = 12
MOST_SECONDS = 3600
# It would erase the account of the run. It has a test of its own below.
ERASURE = "deleteProfile"
OPERATIONS = [one for one in load_api_description().operations if one.operation_id != ERASURE]
LESSONS_WITH_FILES = ("film", "text")
LESSONS = {
    "film": lesson("video", premium=True),
    "text": lesson("article", position=1),
    "empty": lesson("pdf", position=2),
    "quiz": lesson("interactive", position=3),
}
LEFT_OUT_CHECKS = (
    "unsupported_method",  # expects 405, but the gateway answers 404 to methods that are not described
    "ensure_resource_availability",  # expects every path below a new course to exist, but it has no lesson: 404
    "ignored_auth",  # sends every request three times; the role `anonymous` tests the same
)
# A request may match the schema and still be refused, depending on the stored data.
CONFIGURATION = """
[checks]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 409, 413, 415]
positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409]

[[operations]]                            # a cursor that the platform did not create
include-operation-id = [
    "exportProfile", "listCourseAudit", "listCourses", "listEnrollments", "listRoster", "listUserAudit"
]
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404]

[[operations]]                            # a course that closes before it opens
include-operation-id = ["createCourse", "updateCourse"]
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409]

[[operations]]                            # a text with a character that x-text forbids
include-operation-id = ["putLesson", "updateProfile"]
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409]

[[operations]]                            # a position that was sent before it was reached
include-operation-id = ["reportPosition", "updateLessonProgress"]
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409]

[[operations]]                            # a text that is not a table of people, or has no rows or too many
include-operation-id = "enrollRoster"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409]

[[operations]]                            # a part that the upload does not have
include-operation-id = "signUploadParts"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409]

[[operations]]                            # a media type that does not match the lesson, or a file that is too large
include-operation-id = ["createLessonUpload", "createMultipartUpload", "putCaptions"]
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409]
"""


@dataclass(frozen=True)
class Run:
    """The result of one run of schemathesis: its report, and its output if it found faults."""

    report: Mapping[str, Any]
    found: str = ""


@pytest.fixture(scope="module")
def runs(deployed: Deployed, people: People, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Run]:
    """One run for each role, all at the same time. (Several workers in one process fail in `ast` of CPython 3.11.)"""
    owner = people.new(INSTRUCTORS)
    data_by_role = {}
    for role, groups in ROLES.items():
        caller = None if groups is None else people.new(*groups)
        own = caller if caller is not None and INSTRUCTORS in (groups or ()) else owner
        data_by_role[role] = _make_data(deployed, people, caller, own)
    folders = [tmp_path_factory.mktemp(role) for role in data_by_role]
    with ThreadPoolExecutor(len(data_by_role)) as threads:
        return dict(zip(data_by_role, threads.map(_run, data_by_role.values(), folders), strict=True))


@pytest.mark.parametrize("role", ROLES)
def test_every_answer_is_as_described(runs: Mapping[str, Run], role: str) -> None:
    """Valid requests of a caller with permission are accepted. Invalid requests are never accepted."""
    if runs[role].found:
        pytest.fail(f"schemathesis found faults:\n{runs[role].found}", pytrace=False)
    report = runs[role].report
    assert report["operations"]["tested"] == len(OPERATIONS)
    reached = {label for label, phases in report["valid_rates"].items() if _accepted(phases)}
    missed = {f"{one.method} {one.path}" for one in OPERATIONS if _may(role, one.roles)} - reached
    assert not missed, (
        f"no request to these operations was accepted, so they were not tested: {sorted(missed)}"
    )


def test_enough_requests_were_generated(runs: Mapping[str, Run]) -> None:
    """All runs together generated at least LEAST_CASES requests."""
    cases = {role: run.report["test_cases"]["generated"] for role, run in runs.items()}
    assert sum(cases.values()) >= LEAST_CASES, cases


@pytest.mark.parametrize("groups", [(), (STUDENTS,), (INSTRUCTORS,), (ADMINISTRATORS,)])
def test_an_erasure_has_the_described_answers(people: People, groups: tuple[str, ...]) -> None:
    """An invalid request is refused, a valid one succeeds, and a second one is not a server error."""
    person = people.new(*groups)
    person.call("DELETE", "/profile", {"reason": "bored"}, expect=400)
    person.call("DELETE", "/profile", query={"really": "yes"}, expect=400)
    person.get("/profile")
    person.delete("/profile")
    person.call("DELETE", "/profile", expect=(204, 401, 404))


def _make_data(deployed: Deployed, people: People, caller: Person | None, owner: Person) -> ContractData:
    """Create courses in every state. A caller with a token is enrolled in the first two and waits for the third."""
    courses = [new_course(owner, lessons=LESSONS) for _ in range(2)]
    courses.append(new_course(owner, lessons=LESSONS, capacity=1))
    courses.append(new_course(owner, lessons=LESSONS, status="draft"))
    courses.append(new_course(owner, lessons=LESSONS, status="archived"))
    for lesson_id in LESSONS_WITH_FILES:
        upload(deployed, owner, courses[0], lesson_id)
    uploads = _begin_uploads(deployed, owner, f"/courses/{courses[0]}/lessons")
    owner.call("PUT", f"/courses/{courses[0]}/lessons/film/captions/de", expect=201)
    subjects, colleagues = people.many(2), [people.new(INSTRUCTORS) for _ in range(2)]
    enroll(subjects[0], courses[2])
    for subject in subjects:
        enroll(subject, courses[0])
    if caller is not None:
        for course in courses[:3]:
            enroll(caller, course)
    return ContractData(
        outputs={name: value for name, value in deployed.outputs.items() if name != "demo_accounts"},
        token=None if caller is None else caller.token,
        # The first course allows most operations, so it is in the list more than once.
        courses=[courses[0], *courses, courses[0]],
        changeable=courses[1:],
        left=courses[1:3],
        lessons=list(LESSONS),
        lessons_with_files=list(LESSONS_WITH_FILES),
        users=[person.user_id for person in subjects],
        colleagues=[person.user_id for person in colleagues],
        colleague_emails=[person.email for person in colleagues],
        emails=[person.email for person in subjects],
        uploads=uploads,
    )


def _begin_uploads(deployed: Deployed, owner: Person, path: str) -> dict[str, list[str]]:
    """For each operation on an upload in parts, a lesson whose upload it may use: completing and giving up end it."""
    found = {}
    for operation_id in ("listUploadParts", "signUploadParts", "completeUpload", "giveUpUpload"):
        lesson_id = operation_id.lower()
        owner.put(f"{path}/{lesson_id}", lesson("video", position=9), expect=201)
        begun = PartUpload(deployed, owner, f"{path}/{lesson_id}", b"film")
        begun.send([1])
        found[operation_id] = [lesson_id, str(begun.begun["uploadId"])]
    return found


def _run(data: ContractData, folder: Path) -> Run:
    """Run schemathesis once."""
    examples = os.environ.get(FUZZ_VARIABLE)
    files = {name: folder / name for name in ("data.json", "schemathesis.toml", "report.json")}
    data.write(files["data.json"])
    files["schemathesis.toml"].write_text(CONFIGURATION)
    phases = "examples,coverage,fuzzing"
    length = ["--max-examples", examples or str(EXAMPLES)]
    if examples:
        length += ["--phases", f"{phases},stateful", "--generation-database", "none"]
        length += ["--seed", str(secrets.randbelow(2**31))]
    else:
        length += ["--phases", phases, "--generation-deterministic"]
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(files["schemathesis.toml"])]
    command += ["run", str(DESCRIPTION_FILE), "--url", data.outputs["api_endpoint"], *length]
    command += ["--exclude-operation-id", ERASURE, "--exclude-checks", ",".join(LEFT_OUT_CHECKS)]
    command += ["--request-timeout", "30"]
    command += ["--continue-on-failure", "--no-shrink", "--no-color", "--warnings", "off"]
    command += ["--report", "json", "--report-json-path", str(files["report.json"])]
    done = subprocess.run(
        command,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",  # schemathesis takes all of it for the name of an encoding
            "SCHEMATHESIS_HOOKS": "tests.integration.contract.contract_hooks",
            contract_data.VARIABLE: str(files["data.json"]),
        },
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )
    found = f"{done.stdout}\n{done.stderr}" if done.returncode else ""
    report = files["report.json"]
    return Run(json.loads(report.read_text()) if report.exists() else {}, found)


def _accepted(phases: dict[str, dict[str, int]]) -> bool:
    return any(rate["accepted"] for rate in phases.values())


def _may(role: str, allowed: tuple[str, ...]) -> bool:
    """Whether x-roles allows an operation to a role of this test. Callers are enrolled; the instructor owns courses."""
    reached = {
        "anonymous": set[str](),
        "student": {"signed-in", "self", "enrolled"},
        "instructor": {"signed-in", "self", "enrolled", "owner", "instructors"},
        "administrator": {"signed-in", "self", "enrolled", "administrators"},
    }
    return bool(reached[role] & set(allowed))
