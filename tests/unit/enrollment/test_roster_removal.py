"""Students whom teachers take out of a course: who may, what becomes of the seat, and what the audit trail says."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from domain import audit
from tests.unit.emulator_fixture import Tables
from tests.unit.enrollment.test_enrollment_api import COURSE, Portal
from tests.unit.lambda_api_fixture import (
    ADMINISTRATOR,
    OTHER_INSTRUCTOR,
    OWNER,
    STUDENT,
    Answer,
    LambdaApi,
    LambdaApis,
    Person,
)
from toolkit.dynamo import from_item

COLLEAGUE = Person("colleague-1", ("instructors",))
FORMER_COLLEAGUE = Person("colleague-1", ("students",))
ADA, BO, CY = (Person(name, ("students",)) for name in ("ada", "bo", "cy"))


class Classroom(Portal):
    """A course with a co-teacher."""

    def __init__(self, tables: Tables, enrollment: LambdaApi) -> None:
        super().__init__(tables, enrollment, enrollment)
        self.api = enrollment
        self.set_course(staff={COLLEAGUE.user_id})

    def remove(self, user_id: str, caller: Person = OWNER, course_id: str = COURSE) -> Answer:
        path = {"courseId": course_id, "userId": user_id}
        return self.api.call("DELETE", "/courses/{courseId}/roster/{userId}", path, caller=caller)

    def status_of(self, person: Person) -> str | None:
        record = self.tables.get(self.tables.progress, {"userId": person.user_id, "courseId": COURSE})
        return record["status"] if record else None

    def counters(self) -> tuple[int, int]:
        return self.tables.counters(COURSE)

    def entries(self) -> list[dict[str, Any]]:
        items = map(from_item, self.tables.client.scan(TableName=self.tables.audit)["Items"])
        return sorted(
            (item for item in items if item["action"] == "student-removed"), key=lambda item: item["subject"]
        )


@pytest.fixture
def classroom(dynamodb_tables: Tables, lambda_api: LambdaApis) -> Classroom:
    """The enrollment function, with one published course that OWNER and COLLEAGUE teach."""
    api = lambda_api(
        "enrollment",
        ROSTER_SHARDS="2",
        USER_PROFILES_TABLE=dynamodb_tables.profiles,
        AUDIT_TABLE=dynamodb_tables.audit,
        COURSES_TABLE=dynamodb_tables.courses,
        COURSE_PROGRESS_TABLE=dynamodb_tables.progress,
        POSITIONS_TABLE=dynamodb_tables.positions,
    )
    return Classroom(dynamodb_tables, api)


@pytest.mark.parametrize("caller", [OWNER, COLLEAGUE, ADMINISTRATOR], ids=lambda caller: caller.user_id)
def test_teachers_take_a_student_out_and_the_student_may_come_back(
    classroom: Classroom, caller: Person
) -> None:
    classroom.enroll(ADA)
    before: dict[str, Any] = {
        "completedLessons": {"one"},
        "positions": {"two": {"seconds": 7, "at": "2026-01-01T12:00:00.000Z"}},
    }
    key = {"userId": "ada", "courseId": COURSE}
    classroom.tables.set(classroom.tables.progress, key, **before)
    newer = {"seconds": 9, "at": "2026-01-01T13:00:00.000Z"}
    watched = {"userId": "ada", "courseLesson": f"{COURSE}#one", **newer}
    classroom.tables.put(classroom.tables.positions, watched)
    for _ in range(2):
        assert classroom.remove("ada", caller).status == 204
    assert classroom.status_of(ADA) == "withdrawn"
    assert classroom.counters() == (0, 0)
    assert classroom.enroll(ADA).status == 201
    kept = classroom.tables.get(classroom.tables.progress, key) or {}
    assert kept["completedLessons"] == {"one"}
    assert kept["positions"] == {**before["positions"], "one": newer}


@pytest.mark.parametrize("caller", [STUDENT, ADA, OTHER_INSTRUCTOR, FORMER_COLLEAGUE], ids=str)
def test_no_one_else_takes_a_student_out(classroom: Classroom, caller: Person) -> None:
    classroom.enroll(ADA)
    assert classroom.remove("ada", caller).problem() == (403, "forbidden")
    classroom.set_course(status="draft")
    assert classroom.remove("ada", caller).problem() == (404, "not-found")
    assert classroom.status_of(ADA) == "active"
    assert classroom.entries() == []


def test_the_seat_goes_to_the_student_who_has_waited_longest(classroom: Classroom) -> None:
    classroom.set_course(capacity=1)
    for person in (ADA, BO, CY):
        classroom.enroll(person)
    assert classroom.remove("ada").status == 204
    assert [classroom.status_of(person) for person in (ADA, BO, CY)] == ["withdrawn", "active", "waitlisted"]
    assert classroom.counters() == (1, 1)
    assert classroom.remove("cy").status == 204
    assert classroom.status_of(CY) == "withdrawn"
    assert classroom.counters() == (1, 0)


def test_both_trails_get_an_entry_once(classroom: Classroom) -> None:
    classroom.enroll(ADA)
    for _ in range(2):
        classroom.remove("ada", COLLEAGUE)
    of_course, of_person = classroom.entries()
    assert {of_course["actor"], of_person["actor"]} == {audit.pseudonym(COLLEAGUE.user_id)}
    assert (of_course["subject"], of_course["details"]) == (
        f"course#{COURSE}",
        {"person": audit.pseudonym("ada")},
    )
    assert (of_person["subject"], of_person["details"]) == (audit.person("ada"), {"courseId": COURSE})
    assert not re.search(r"\bada\b", str(of_course) + str(of_person))


def test_a_withdrawal_leaves_no_entry(classroom: Classroom) -> None:
    classroom.enroll(ADA)
    classroom.withdraw(ADA)
    assert classroom.remove("ada").status == 204
    assert classroom.entries() == []


def test_people_who_were_never_students_are_not_found(classroom: Classroom) -> None:
    assert classroom.remove("ada").problem() == (404, "not-found")
    assert classroom.remove(OWNER.user_id, COLLEAGUE).problem() == (404, "not-found")
    assert classroom.remove("ada", course_id="nowhere").problem() == (404, "not-found")
    for odd in ("a b", "ada#", "../ada", "%00", "a" * 129, "ädä"):
        assert classroom.remove(odd).problem() == (400, "bad-request")
    classroom.enroll(ADA)
    assert classroom.remove("ADA").status == 204, "Cognito takes ids in capitals too"
    assert classroom.status_of(ADA) == "withdrawn"


def test_removals_and_withdrawals_at_once_keep_the_counters_right(classroom: Classroom) -> None:
    """No seat too many, nobody overtaken, and no removal recorded twice."""
    classroom.set_course(capacity=3)
    people = [Person(f"student-{number}", ("students",)) for number in range(9)]
    for person in people:
        classroom.enroll(person)
    leaving = people[:3]
    work = [lambda each=person: classroom.remove(each.user_id) for person in leaving]
    work += [lambda each=person: classroom.remove(each.user_id, COLLEAGUE) for person in leaving]
    work += [lambda each=person: classroom.withdraw(each) for person in leaving]
    with ThreadPoolExecutor(len(work)) as pool:
        answers = list(pool.map(lambda request: request(), work))
    assert {answer.status for answer in answers} == {204}
    assert classroom.counters() == (3, 3)
    assert [classroom.status_of(person) for person in people] == ["withdrawn"] * 3 + ["active"] * 3 + [
        "waitlisted"
    ] * 3
    written = Counter(entry["subject"] for entry in classroom.entries() if "courseId" in entry["details"])
    assert set(written.values()) <= {1}, "only the removal that was carried out is recorded"
