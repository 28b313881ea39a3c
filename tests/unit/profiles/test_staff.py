"""Co-teachers over HTTP events, with real DynamoDB and Cognito APIs: who makes them, and who may become one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from domain import audit
from domain.enrollments.admission import is_admission
from domain.people import tombstones
from domain.people.profiles import Profile
from domain.people.user_pool_store import CognitoUserPool
from domain.staff import MOST_CO_TEACHERS
from tests.unit.catalogue_fixture import Catalogue
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import ADMINISTRATOR, Answer, LambdaApi, LambdaApis, Person
from tests.unit.profiles.profiles_api import profiles_api
from tests.unit.user_pool_fixture import SignedUp, UserPool
from toolkit.dynamo import from_item

INSTRUCTORS, STUDENTS = "instructors", "students"


class Office:
    """The routes of staff, and the catalogue with one draft of an owner."""

    def __init__(self, tables: Tables, pool: UserPool, api: LambdaApi, catalogue: Catalogue) -> None:
        self.tables, self.pool, self.api, self.catalogue = tables, pool, api, catalogue
        self.owner = pool.new(INSTRUCTORS)
        self.course_id = self.new_course()

    def new_course(self, owner: SignedUp | None = None) -> str:
        return str(self.catalogue.create(owner or self.owner).body["courseId"])

    def add(self, user_id: str, caller: Person | None = None, course_id: str | None = None) -> Answer:
        return self._call("PUT", user_id, caller, course_id)

    def remove(self, user_id: str, caller: Person | None = None, course_id: str | None = None) -> Answer:
        return self._call("DELETE", user_id, caller, course_id)

    def add_by_email(self, email: str, caller: Person | None = None) -> Answer:
        return self._at_the_course("POST", caller, {"email": email})

    def shown(self, caller: Person | None = None) -> Answer:
        return self._at_the_course("GET", caller)

    def _at_the_course(self, method: str, caller: Person | None, body: Any = None) -> Answer:
        path, caller = {"courseId": self.course_id}, caller or self.owner
        return self.api.call(method, "/courses/{courseId}/staff", path, caller=caller, body=body)

    def _call(self, method: str, user_id: str, caller: Person | None, course_id: str | None) -> Answer:
        path = {"courseId": course_id or self.course_id, "userId": user_id}
        return self.api.call(method, "/courses/{courseId}/staff/{userId}", path, caller=caller or self.owner)

    def staff(self) -> list[str]:
        shown: list[str] = self.catalogue.get(self.course_id, ADMINISTRATOR).body["staff"]
        return shown

    def listed(self, person: Person, **query: str) -> list[str]:
        listed = self.catalogue.list(person, owner="me", **query).body
        return [course["courseId"] for course in listed["items"]]

    def stored(self) -> list[dict[str, Any]]:
        """The courses, and the items of co-teachers."""
        items = map(from_item, self.tables.client.scan(TableName=self.tables.courses)["Items"])
        return [item for item in items if not is_admission(item)]

    def entries(self) -> list[dict[str, Any]]:
        return [from_item(item) for item in self.tables.client.scan(TableName=self.tables.audit)["Items"]]


@pytest.fixture
def office(
    lambda_api: LambdaApis, dynamodb_tables: Tables, user_pool: UserPool, catalogue: Catalogue
) -> Office:
    assert catalogue.list().status == 200  # the description is read at the first request
    api = profiles_api(lambda_api, dynamodb_tables, user_pool.pool_id)
    return Office(dynamodb_tables, user_pool, api, catalogue)


def test_a_co_teacher_works_in_the_course_and_finds_it(office: Office) -> None:
    colleague = office.pool.new(INSTRUCTORS)
    assert office.catalogue.get(office.course_id, colleague).status == 404
    own = office.new_course(colleague)
    for _ in range(2):
        assert office.add(colleague.user_id.upper()).status == 204
    assert office.staff() == [colleague.user_id]
    assert sorted(office.listed(colleague)) == sorted([own, office.course_id])
    assert office.listed(office.owner) == [office.course_id]
    changed = office.catalogue.patch(office.course_id, colleague, version=1, status="published")
    assert changed.status == 200
    assert changed.body["staff"] == [colleague.user_id]
    assert office.catalogue.put_lesson(office.course_id, "one", colleague).status == 201
    assert "staff" not in office.catalogue.get(office.course_id).body, "students do not see it"
    former = Person(colleague.user_id, (STUDENTS,))
    assert office.catalogue.patch(office.course_id, former, version=3, title="x").problem() == (
        403,
        "forbidden",
    )
    for _ in range(2):
        assert office.remove(colleague.user_id).status == 204
    assert office.staff() == []
    assert office.listed(colleague) == [own]
    assert office.catalogue.patch(office.course_id, colleague, version=3, title="x").problem() == (
        403,
        "forbidden",
    )
    assert len(office.stored()) == 2, "the co-teacher's item is gone"


def test_a_list_of_own_and_other_courses_goes_page_by_page(office: Office) -> None:
    colleague = office.pool.new(INSTRUCTORS)
    courses = [office.course_id]
    for number in range(4):
        courses.append(office.new_course(colleague if number % 2 else office.owner))
    for number, course_id in enumerate(courses):
        office.tables.set(
            office.tables.courses, {"courseId": course_id}, createdAt=f"2026-01-0{number + 1}T12:00:00Z"
        )
        office.add(colleague.user_id, course_id=course_id)
    seen, query = [], {"limit": "2"}
    while True:
        body = office.catalogue.list(colleague, owner="me", **query).body
        seen += [course["courseId"] for course in body["items"]]
        if "nextCursor" not in body:
            break
        query["cursor"] = body["nextCursor"]
    assert seen == courses[::-1]


def test_only_the_owner_and_administrators_change_the_staff(office: Office) -> None:
    colleague, friend, student = office.pool.new(INSTRUCTORS), office.pool.new(INSTRUCTORS), office.pool.new()
    office.add(colleague.user_id)
    for stranger in (friend, student):
        for change in (office.add, office.remove):
            assert change(friend.user_id, stranger).problem() == (404, "not-found"), "a draft of others"
    office.catalogue.patch(office.course_id, office.owner, version=1, status="published")
    former_owner = Person(office.owner.user_id, (STUDENTS,))
    callers: list[Person] = [colleague, friend, student, former_owner]
    for caller in callers:
        for user_id in (friend.user_id, colleague.user_id, office.owner.user_id, "unknown"):
            for change in (office.add, office.remove):
                assert change(user_id, caller).problem() == (403, "forbidden")
    assert office.staff() == [colleague.user_id]
    assert office.add(friend.user_id, ADMINISTRATOR).status == 204
    assert office.remove(colleague.user_id, ADMINISTRATOR).status == 204
    assert office.staff() == [friend.user_id]


def test_who_cannot_be_a_co_teacher(office: Office) -> None:
    student, erased = office.pool.new(STUDENTS), office.pool.new(INSTRUCTORS)
    office.tables.put(office.tables.profiles, tombstones.key_of(erased.user_id))
    assert office.add(student.user_id).problem() == (409, "not-an-instructor")
    assert office.add("unknown").problem() == (404, "not-found")
    assert office.add(erased.user_id).problem() == (404, "not-found")
    for change in (office.add, office.remove):
        assert change(office.owner.user_id).problem() == (409, "owner")
        assert change(office.owner.user_id, ADMINISTRATOR).problem() == (409, "owner")
        assert change(student.user_id, course_id="nowhere").problem() == (404, "not-found")
        for odd in ("a b", "a#b", "staff#a", "ä", "x" * 129):
            assert change(odd).problem() == (400, "bad-request")
            assert change(student.user_id, course_id=odd).problem() == (400, "bad-request")
    assert office.remove(student.user_id).status == 204, "somebody who is no co-teacher stays none"
    assert office.staff() == []
    assert office.entries() == []


@pytest.mark.parametrize("at_once", [False, True])
def test_a_course_has_a_limited_number_of_co_teachers(office: Office, at_once: bool) -> None:
    """Also if two people are added at the same time for the last place."""
    others = {f"other-{number}" for number in range(MOST_CO_TEACHERS - 1)}
    office.tables.set(office.tables.courses, {"courseId": office.course_id}, staff=others)
    people = [office.pool.new(INSTRUCTORS) for _ in range(3)]
    add: Callable[[SignedUp], Answer] = lambda person: office.add(person.user_id)  # noqa: E731
    with ThreadPoolExecutor(3 if at_once else 1) as pool:
        answers = list(pool.map(add, people))
    assert sorted(answer.status for answer in answers) == [204, 409, 409]
    assert {answer.problem() for answer in answers if answer.status == 409} == {(409, "too-many-co-teachers")}
    assert len(office.staff()) == MOST_CO_TEACHERS


def test_both_trails_get_an_entry_once(office: Office) -> None:
    colleague = office.pool.new(INSTRUCTORS)
    for change in (office.add, office.remove):
        with ThreadPoolExecutor(4) as pool:
            assert {answer.status for answer in pool.map(change, [colleague.user_id] * 4)} == {204}
    recorded = sorted((entry["action"], entry["subject"]) for entry in office.entries())
    course, person = audit.course(office.course_id), audit.person(colleague.user_id)
    actions = ("staff-added", "staff-removed")
    assert recorded == sorted((action, subject) for action in actions for subject in (course, person))
    assert {entry["actor"] for entry in office.entries()} == {audit.pseudonym(office.owner.user_id)}
    assert colleague.user_id not in str(office.entries())


def test_a_colleague_is_named_by_address(office: Office) -> None:
    colleague = office.pool.new(INSTRUCTORS, verified=True)
    for typed in (colleague.email.upper(), colleague.email):
        assert office.add_by_email(typed).status == 204
    assert office.staff() == [colleague.user_id]
    assert sorted(entry["action"] for entry in office.entries()) == ["staff-added"] * 2
    assert office.add_by_email(colleague.email, colleague).problem() == (403, "forbidden")
    assert office.add_by_email("no address").faulty_fields() == ["email"]


def test_the_course_and_the_roles_are_read_once_to_name_a_colleague(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A course of 200 lessons is 14 read units."""
    colleague, asked = office.pool.new(INSTRUCTORS, verified=True), []
    groups_of = CognitoUserPool.groups

    def groups(pool: CognitoUserPool, user_id: str) -> frozenset[str] | None:
        asked.append(user_id)
        return groups_of(pool, user_id)

    monkeypatch.setattr(CognitoUserPool, "groups", groups)
    office.tables.calls.clear()
    assert office.add_by_email(colleague.email).status == 204
    # One GetItem is that of the course, the other one that of the address.
    assert dict(office.tables.calls) == {"BatchGetItem": 1, "GetItem": 2, "TransactWriteItems": 1}
    assert asked == [colleague.user_id]


def test_an_address_that_is_no_instructors_gets_one_answer_and_is_recorded(office: Office) -> None:
    """So the owner of a course learns of nobody else whether they have an account."""
    student = office.pool.new(STUDENTS, verified=True)
    unverified = office.pool.new(INSTRUCTORS)
    answers = [
        office.add_by_email(email) for email in (student.email, unverified.email, "nobody@example.org")
    ]
    assert {answer.problem() for answer in answers} == {(404, "no-such-instructor")}
    assert len({answer.body["detail"] for answer in answers}) == 1
    assert office.staff() == []
    recorded = {(entry["action"], entry["subject"]) for entry in office.entries()}
    assert (recorded, len(office.entries())) == ({("person-looked-up", audit.PEOPLE)}, 3)


def test_the_staff_is_shown_by_name_the_owner_first(office: Office) -> None:
    people = [office.pool.new(INSTRUCTORS) for _ in range(2)]
    for person, name in zip(people, ("Zoe", "Ada"), strict=True):
        office.add(person.user_id)
        profile = Profile.first(person.user_id, person.email, "2026-01-01T12:00:00Z")
        office.tables.put(office.tables.profiles, replace(profile, display_name=name).to_stored())
    shown = office.shown(people[0])
    assert [each.get("displayName") for each in shown.body["items"]] == [None, "Ada", "Zoe"]
    assert shown.body["items"][0] == {"userId": office.owner.user_id, "isOwner": True}
    assert all("email" not in each for each in shown.body["items"])
    by_administrator = office.shown(ADMINISTRATOR).body["items"]
    assert [each.get("email") for each in by_administrator] == [None, people[1].email, people[0].email]
    assert office.shown(office.pool.new(INSTRUCTORS)).problem() == (404, "not-found"), "a draft of others"
    office.catalogue.patch(office.course_id, office.owner, version=1, status="published")
    assert office.shown(office.pool.new(STUDENTS)).problem() == (403, "forbidden")
