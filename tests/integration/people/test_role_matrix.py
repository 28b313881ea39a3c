"""The role matrix: every route of api/openapi.yaml, called in each role. A route without a row here fails the suite.

A row has the expected status for: a caller without a token, a signed-in student who is not enrolled, an enrolled
student, another instructor, a co-teacher, the course's owner, an administrator.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from education.openapi.description import load_api_description
from education.openapi.operations import Operation
from tests.integration.samples.part_uploads import PartUpload
from tests.integration.support.course_helpers import (
    add_co_teacher,
    enroll,
    lesson,
    new_course,
    set_status,
    upload,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import (
    ADMINISTRATORS,
    INSTRUCTORS,
    STUDENTS,
    Caller,
    People,
    Person,
    SharedUsers,
)

OPERATIONS = load_api_description().operations
ROLES = ("anonymous", "other_student", "student", "other_instructor", "co_teacher", "owner", "administrator")
SIGNED_IN = (401, 200, 200, 200, 200, 200, 200)
EDITORS = (401, 403, 403, 403, 200, 200, 200)
REMOVED_BY_EDITORS = (401, 403, 403, 403, 204, 204, 204)
CHANGES_OF_STAFF = (401, 403, 403, 403, 403, 204, 204)
ADMINISTRATORS_ONLY = (401, 403, 403, 403, 403, 403, 204)
ADMINISTRATORS_READ = (401, 403, 403, 403, 403, 403, 200)
STUDENT_ONLY = (401, 403, 200, 403, 403, 403, 403)
REPORTED_BY_STUDENT = (401, 403, 204, 403, 403, 403, 403)

EXPECTED = {
    "listCourses": SIGNED_IN,
    "createCourse": (401, 403, 403, 201, 201, 201, 201),
    "getCourse": SIGNED_IN,
    "updateCourse": EDITORS,
    "putLesson": EDITORS,
    "deleteLesson": REMOVED_BY_EDITORS,
    "createLessonUpload": (401, 403, 403, 403, 201, 201, 201),
    "getLessonContent": (401, 403, 200, 403, 200, 200, 200),
    "createMultipartUpload": (401, 403, 403, 403, 201, 201, 201),
    "listUploadParts": EDITORS,
    "signUploadParts": EDITORS,
    "completeUpload": (401, 403, 403, 403, 202, 202, 202),
    "giveUpUpload": REMOVED_BY_EDITORS,
    "putCaptions": (401, 403, 403, 403, 201, 201, 201),
    "deleteCaptions": REMOVED_BY_EDITORS,
    "listRoster": EDITORS,
    "enrollRoster": EDITORS,
    "removeFromRoster": REMOVED_BY_EDITORS,
    "listStaff": EDITORS,
    "addCoTeacherByEmail": CHANGES_OF_STAFF,
    "addCoTeacher": CHANGES_OF_STAFF,
    "removeCoTeacher": CHANGES_OF_STAFF,
    "createEnrollment": (401, 201, 200, 201, 201, 201, 201),
    "listEnrollments": SIGNED_IN,
    "deleteEnrollment": (401, 404, 204, 404, 404, 404, 404),
    "getProgress": STUDENT_ONLY,
    "updateLessonProgress": STUDENT_ONLY,
    "reportPosition": REPORTED_BY_STUDENT,
    "launchLesson": STUDENT_ONLY,
    "saveRuntime": REPORTED_BY_STUDENT,
    "getProfile": SIGNED_IN,
    "updateProfile": SIGNED_IN,
    "exportProfile": SIGNED_IN,
    "deleteProfile": (401, 204, 204, 204, 204, 204, 204),
    "findUsers": ADMINISTRATORS_READ,
    "listCourseAudit": ADMINISTRATORS_READ,
    "listUserAudit": ADMINISTRATORS_READ,
    "grantRole": ADMINISTRATORS_ONLY,
    "revokeRole": ADMINISTRATORS_ONLY,
}

BODIES: dict[str, Any] = {
    "createCourse": {"title": "Another course"},
    "updateCourse": {"title": "A changed course"},
    "putLesson": lesson(),
    "createLessonUpload": {},
    "createMultipartUpload": {"sizeBytes": 4},
    "signUploadParts": {"partNumbers": [1]},
    "putCaptions": {},
    "enrollRoster": {"emails": ["new-student@example.org"], "dryRun": True},
    "addCoTeacherByEmail": {},
    "createEnrollment": {},
    "updateLessonProgress": {"positionSeconds": 1},
    "reportPosition": {"positionSeconds": 1},
    "saveRuntime": {"launch": 1, "sequence": 1, "model": {}},
    "updateProfile": {"locale": "en"},
}
QUERIES = {"findUsers": {"email": "nobody@example.org"}}
# These change the data that other rows need, so they use a course of their own.
STAFF = {"addCoTeacherByEmail", "addCoTeacher", "removeCoTeacher"}
# These are about an upload in parts, or captions, of the lesson `film`.
OF_UPLOADS = {"listUploadParts", "signUploadParts", "completeUpload", "giveUpUpload"}
OF_THE_FILM = OF_UPLOADS | {"createMultipartUpload", "putCaptions", "deleteCaptions"}
# These are about the interactive lesson `quiz`.
OF_THE_QUIZ = {"launchLesson", "saveRuntime"}
WITH_OWN_COURSE = {"createEnrollment", "deleteEnrollment", "removeFromRoster", *STAFF}


@dataclass(frozen=True)
class MatrixData:
    """A course with a file in lesson `page`, in which the student is enrolled, a user whose roles change, and an
    instructor who becomes a co-teacher."""

    users: SharedUsers
    course_id: str
    target: Person
    colleague: Person

    def send(
        self, operation: Operation, caller: Caller, course_id: str, expect: int | tuple[int, ...]
    ) -> Any:
        """Send the request of an operation and return the body of the answer."""
        values = {"courseId": course_id, "lessonId": "page", "userId": self.target.user_id, "group": STUDENTS}
        if operation.operation_id in STAFF:
            values["userId"] = self.colleague.user_id
        if operation.operation_id == "deleteLesson":
            values["lessonId"] = "spare"
        if operation.operation_id in OF_THE_QUIZ:
            values["lessonId"] = "quiz"
        if operation.operation_id in OF_THE_FILM:
            values |= {"lessonId": "film", "language": "de", "uploadId": self._upload(operation.operation_id)}
        body: Any = BODIES[operation.operation_id] if operation.body_schemas else None
        if operation.operation_id == "createEnrollment":
            body = {"courseId": course_id}
        if operation.operation_id == "addCoTeacherByEmail":
            body = {"email": self.colleague.email}
        if operation.operation_id == "updateCourse":
            body = {**body, "version": self._version(course_id)}
        path = operation.path.format_map(values)
        if operation.operation_id == "saveRuntime":
            launched = self.users.student.call("GET", path, expect=(200, 403, 404)).body
            body = {**body, "launch": launched.get("launch", 1)}
        query = QUERIES.get(operation.operation_id, {})
        return caller.call(operation.method, path, body, query=query, expect=expect).body

    def prepare(self, operation_id: str) -> None:
        """Restore what an earlier request of this operation deleted."""
        path = f"/courses/{self.course_id}/lessons"
        if operation_id == "deleteLesson":
            self.users.owner.call("PUT", f"{path}/spare", lesson(), expect=(200, 201))
        if operation_id == "deleteCaptions":
            self.users.owner.call("PUT", f"{path}/film/captions/de", expect=201)

    def _upload(self, operation_id: str) -> str:
        """The id of an upload in parts that the request is about; for `completeUpload`, with its part."""
        path = f"/courses/{self.course_id}/lessons/film"
        if operation_id not in OF_UPLOADS:
            return ""
        upload = PartUpload(self.users.owner.deployed, self.users.owner, path, b"film")
        if operation_id == "completeUpload":
            upload.send([1])
        return str(upload.begun["uploadId"])

    def _version(self, course_id: str) -> int:
        known = self.users.administrator.call("GET", f"/courses/{course_id}", expect=(200, 404))
        return int(known.body["version"]) if known.status == 200 else 1


@pytest.fixture(scope="module")
def data(deployed: Deployed, users: SharedUsers, people: People) -> MatrixData:
    """The course and the users of all rows."""
    course_id = new_course(
        users.owner, "page", lessons={"film": lesson("video"), "quiz": lesson("interactive")}
    )
    add_co_teacher(users.owner, course_id, users.co_teacher)
    upload(deployed, users.owner, course_id, "page")
    enroll(users.student, course_id)
    return MatrixData(users, course_id, people.new(STUDENTS), people.new(INSTRUCTORS))


@pytest.fixture
def erasable_caller(people: People, users: SharedUsers) -> Callable[[str], Caller]:
    """A function that returns a caller of a role whose account the test may erase."""

    def caller_of(role: str) -> Caller:
        return users.anonymous if role == "anonymous" else people.new()

    return caller_of


def test_every_route_has_a_row() -> None:
    """Every route has a row, and no row is left from a removed route."""
    assert set(EXPECTED) == {operation.operation_id for operation in OPERATIONS}
    assert all(len(row) == len(ROLES) for row in EXPECTED.values())


def test_the_description_names_the_same_roles() -> None:
    """`x-roles` of the API description agrees with the rows."""
    relations = {
        "self": set(),
        "signed-in": set(ROLES) - {"anonymous"},
        "enrolled": {"student"},
        "owner": {"owner"},
        "co-teachers": {"co_teacher"},
    }
    relations |= {
        "administrators": {"administrator"},
        "instructors": {"other_instructor", "co_teacher", "owner"},
    }
    for operation in OPERATIONS:
        row = dict(zip(ROLES, EXPECTED[operation.operation_id], strict=True))
        named = set().union(*(relations[role] for role in operation.roles))
        allowed = {role for role, status in row.items() if status < 400}
        assert named == allowed or "self" in operation.roles, operation.operation_id


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.operation_id)
def test_each_role_gets_the_expected_status(
    data: MatrixData,
    users: SharedUsers,
    erasable_caller: Callable[[str], Caller],
    operation: Operation,
    role: str,
) -> None:
    """One request of each operation in each role."""
    name = operation.operation_id
    status = EXPECTED[name][ROLES.index(role)]
    caller: Caller = erasable_caller(role) if name == "deleteProfile" else getattr(users, role)
    course_id = data.course_id
    if name in WITH_OWN_COURSE:
        course_id = new_course(users.owner)
        add_co_teacher(users.owner, course_id, users.co_teacher)
        if role == "student":
            enroll(users.student, course_id)
        if name == "removeFromRoster":
            enroll(data.target, course_id)
    data.prepare(name)
    data.send(operation, caller, course_id, status)


# Routes whose answer depends on the role of staff, and that are not about the callers themselves.
STAFF_ROUTES = [
    operation
    for operation in OPERATIONS
    if {"owner", "instructors", "administrators"}.intersection(operation.roles)
    and "self" not in operation.roles
    and "signed-in" not in operation.roles
]


@dataclass(frozen=True)
class FormerStaff:
    """Callers whose tokens still have a role, and who have lost it: revoked over the API, or with their account."""

    revoked: tuple[Person, str]
    erased: tuple[Person, str]
    revoked_administrator: Person
    erased_administrator: Person


@pytest.fixture(scope="module")
def former(deployed: Deployed, users: SharedUsers, people: People) -> FormerStaff:
    """Two instructors with a course each, and two administrators."""

    def owner() -> tuple[Person, str]:
        person = people.new(INSTRUCTORS)
        course_id = new_course(person, "page", "spare")
        upload(deployed, person, course_id, "page")
        return person, course_id

    found = FormerStaff(owner(), owner(), people.new(ADMINISTRATORS), people.new(ADMINISTRATORS))
    for person, group in ((found.revoked[0], INSTRUCTORS), (found.revoked_administrator, ADMINISTRATORS)):
        users.administrator.delete(f"/users/{person.user_id}/groups/{group}")
    found.erased[0].delete("/profile")
    found.erased_administrator.delete("/profile")
    return found


@pytest.mark.parametrize("operation", STAFF_ROUTES, ids=lambda operation: operation.operation_id)
def test_an_old_token_of_former_staff_counts_as_a_students(
    data: MatrixData, former: FormerStaff, operation: Operation
) -> None:
    """The tokens are from before. A new route for staff is covered by its row."""
    as_student = EXPECTED[operation.operation_id][ROLES.index("other_student")]
    owner, course_id = former.revoked
    data.send(operation, owner, course_id, as_student)
    data.send(operation, former.revoked_administrator, data.course_id, as_student)
    owner, course_id = former.erased
    # The course has another owner by now.
    data.send(operation, owner, course_id, (401, 403))
    data.send(operation, former.erased_administrator, data.course_id, 401)


def test_former_staff_find_no_drafts(users: SharedUsers, former: FormerStaff) -> None:
    """Neither in the list nor by id."""
    owner, _ = former.revoked
    draft = new_course(users.owner, status="draft")
    former.revoked_administrator.get(f"/courses/{draft}", expect=404)
    former.erased_administrator.get(f"/courses/{draft}", expect=401)
    former.revoked_administrator.get("/courses", owner=users.owner.user_id, expect=403)
    former.erased_administrator.get("/courses", owner=users.owner.user_id, expect=401)
    assert {course["status"] for course in owner.get("/courses", owner="me")["items"]} <= {"published"}


ON_A_COURSE = [
    operation
    for operation in OPERATIONS
    if "{courseId}" in operation.path or operation.operation_id == "createEnrollment"
]


@pytest.mark.parametrize("status", ["draft", "archived"])
@pytest.mark.parametrize("operation", ON_A_COURSE, ids=lambda operation: operation.operation_id)
def test_an_unpublished_course_looks_missing_to_all_but_its_editors(
    data: MatrixData, users: SharedUsers, operation: Operation, status: str
) -> None:
    """The answer is the same as for a course that does not exist."""
    draft = new_course(users.owner, "page", status="draft")
    if status != "draft":
        set_status(users.owner, draft, status)
    for person in (users.other_student, users.student, users.other_instructor):
        hidden = data.send(operation, person, draft, 404)
        absent = data.send(operation, person, "there-is-no-such-course", 404)
        assert {**hidden, "requestId": ""} == {**absent, "requestId": ""}
