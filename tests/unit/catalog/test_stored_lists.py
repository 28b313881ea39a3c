"""What lists show is stored in the indexes: the number of lessons, and a copy of a course for each co-teacher.

Courses and co-teachers' items that a former version of the platform wrote have neither. They are stored here as that
version wrote them.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from domain import staff
from domain.courses import Course
from followups.list_store import ListedCourses
from tests.unit.catalogue_fixture import LESSON, Catalogue
from tests.unit.lambda_api_fixture import ADMINISTRATOR, OTHER_INSTRUCTOR, OWNER, STUDENT, Person

NOON = "2026-01-01T12:00:00.000Z"
OLD = "former-1"
OLD_LESSON = {"title": "A", "contentType": "video", "premium": False, "position": 0}


class Former:
    """The catalogue with one course of OWNER and its co-teacher, as the former version stored them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.tables = catalogue.tables
        self.put()
        self.put_co_teacher()

    def put(self, **fields: Any) -> None:
        course = {
            "courseId": OLD,
            "title": "Algebra",
            "summary": "Numbers",
            "status": "published",
            "ownerId": OWNER.user_id,
            "version": 7,
            "lessons": {"one": OLD_LESSON, "two": OLD_LESSON, "three": OLD_LESSON},
            "createdAt": NOON,
            "updatedAt": NOON,
            "catalogue": "published",
            "publishedAt": f"{NOON}#{OLD}",
            "staff": {OTHER_INSTRUCTOR.user_id},
        }
        self.tables.put(self.tables.courses, {**course, **fields})

    def put_co_teacher(self) -> None:
        key = staff.key_of(OLD, OTHER_INSTRUCTOR.user_id)
        item = {**key, "ownerId": OTHER_INSTRUCTOR.user_id, "createdAt": NOON}
        self.tables.put(self.tables.courses, item)

    def course(self) -> dict[str, Any]:
        found = self.tables.get(self.tables.courses, {"courseId": OLD})
        assert found is not None
        return found

    def copy(self) -> dict[str, Any]:
        found = self.tables.get(self.tables.courses, staff.key_of(OLD, OTHER_INSTRUCTOR.user_id))
        assert found is not None
        return found

    def shown(self, caller: Person = STUDENT, **query: str) -> dict[str, Any]:
        (course,) = self.catalogue.list(caller, **query).body["items"]
        return dict(course)

    def calls(self, caller: Person, **query: str) -> dict[str, int]:
        self.tables.calls.clear()
        assert self.catalogue.list(caller, **query).status == 200
        return dict(self.tables.calls)


@pytest.fixture
def former(catalogue: Catalogue) -> Former:
    return Former(catalogue)


def test_the_first_list_of_a_former_course_counts_its_lessons(former: Former) -> None:
    assert former.calls(STUDENT) == {"Query": 1, "BatchGetItem": 1, "UpdateItem": 1}
    assert former.shown()["lessonCount"] == 3
    assert former.course()["lessonCount"] == 3
    assert former.calls(STUDENT) == {"Query": 1}
    assert former.shown()["lessonCount"] == 3


def test_the_first_list_of_a_former_co_teacher_copies_the_course(former: Former) -> None:
    for caller in (OWNER, OTHER_INSTRUCTOR, ADMINISTRATOR):
        query = {"owner": "me" if caller != ADMINISTRATOR else OTHER_INSTRUCTOR.user_id}
        for _ in range(2):
            shown = former.shown(caller, **query)
            assert (shown["courseId"], shown["title"], shown["lessonCount"]) == (OLD, "Algebra", 3)
            assert "lessons" not in shown
            assert (shown["ownerId"], shown["staff"]) == (OWNER.user_id, [OTHER_INSTRUCTOR.user_id])
    assert former.copy()["title"] == "Algebra"
    # One BatchGetItem for the seats, one for the caller's present roles.
    assert former.calls(OTHER_INSTRUCTOR, owner="me") == {"Query": 1, "BatchGetItem": 2}


def test_lessons_put_into_a_former_course_at_the_same_time_are_counted(former: Former) -> None:
    with ThreadPoolExecutor(6) as threads:
        answers = list(
            threads.map(
                lambda n: (
                    former.catalogue.put_lesson(OLD, f"new-{n}")
                    if n % 2
                    else former.catalogue.delete_lesson(OLD, ("one", "two", "three")[n // 2])
                ),
                range(6),
            )
        )
    assert {answer.status for answer in answers} == {201, 204}
    course = former.course()
    assert (course["lessonCount"], len(course["lessons"]), course["version"]) == (3, 3, 13)


@pytest.mark.parametrize("stored", [None, 1, 300])
def test_a_missing_or_wrong_number_is_put_right_by_the_next_lesson(
    former: Former, stored: int | None
) -> None:
    """A former version that is deployed again changes lessons, and not the number."""
    former.put(**({} if stored is None else {"lessonCount": stored}))
    assert former.catalogue.put_lesson(OLD, "four").status == 201
    assert former.course()["lessonCount"] == 4
    assert former.catalogue.put_lesson(OLD, "four", title="Same").status == 200
    assert former.catalogue.put_lesson(OLD, "four", premium=not LESSON["premium"]).status == 200
    assert former.course()["lessonCount"] == 4
    assert former.catalogue.delete_lesson(OLD, "one").status == 204
    assert former.course()["lessonCount"] == 3


def test_a_change_of_a_course_reaches_its_co_teachers_lists(former: Former) -> None:
    lists = ListedCourses(former.tables.courses)
    before = Course.from_stored(former.course())
    former.tables.set(former.tables.courses, {"courseId": OLD}, title="Groups", capacity=5, version=8)
    lists.renew(before, Course.from_stored(former.course()))
    shown = former.shown(OTHER_INSTRUCTOR, owner="me")
    assert (shown["title"], shown["capacity"], shown["version"]) == ("Groups", 5, 8)
    assert former.course()["lessonCount"] == 3, "counted by the way"

    before = Course.from_stored(former.course())
    former.tables.set(former.tables.courses, {"courseId": OLD}, title="Rings", capacity=None)
    lists.renew(before, Course.from_stored(former.course()))
    shown = former.shown(OTHER_INSTRUCTOR, owner="me")
    assert (shown["title"], "capacity" in shown) == ("Rings", False)

    same = Course.from_stored(former.course())
    former.tables.calls.clear()
    lists.renew(same, same)
    assert not former.tables.calls, "what lists do not show costs nothing"


def test_a_late_change_does_not_bring_a_removed_co_teacher_back(former: Former) -> None:
    before = Course.from_stored(former.course())
    former.tables.client.delete_item(
        TableName=former.tables.courses,
        Key={"courseId": {"S": staff.key_of(OLD, OTHER_INSTRUCTOR.user_id)["courseId"]}},
    )
    former.tables.set(former.tables.courses, {"courseId": OLD}, title="Groups")
    ListedCourses(former.tables.courses).renew(before, Course.from_stored(former.course()))
    key = staff.key_of(OLD, OTHER_INSTRUCTOR.user_id)
    assert former.tables.get(former.tables.courses, key) is None


def test_a_former_co_teacher_without_the_role_sees_what_students_see(former: Former) -> None:
    colleague = Person(OTHER_INSTRUCTOR.user_id, ("students",))
    former.put(status="draft")
    assert former.catalogue.list(colleague, owner="me").body["items"] == []
    assert [course["title"] for course in former.catalogue.list(OTHER_INSTRUCTOR, owner="me").body["items"]]
    assert former.catalogue.list(colleague, owner="me").body["items"] == []


@pytest.mark.parametrize("lessons", [1, 20, 200])
def test_a_page_of_twenty_is_as_small_for_any_number_of_lessons(catalogue: Catalogue, lessons: int) -> None:
    """Two read units: 16 KB of items, read as of a moment ago."""
    stored = {f"lesson-{number}": OLD_LESSON for number in range(lessons)}
    for number in range(25):
        catalogue.tables.put(
            catalogue.tables.courses,
            {
                "courseId": f"7f0f2a4e-3c4c-4a55-9a58-0d6cbb1f1{number:03}",
                "title": f"Introduction to linear algebra {number}",
                "summary": "Vectors, matrices and linear maps for beginners. " * 3,
                "status": "published",
                "ownerId": "1b8b5c9d-2c3d-4d5a-8d0a-000000000001",
                "version": 12,
                "lessons": stored,
                "lessonCount": lessons,
                "createdAt": NOON,
                "updatedAt": NOON,
                "catalogue": "published",
                "publishedAt": f"{NOON}#7f0f2a4e-3c4c-4a55-9a58-0d6cbb1f1{number:03}",
            },
        )
    read: list[int] = []
    query = catalogue.tables.client.query

    def measured(**request: Any) -> Any:
        answer = query(**request)
        read.append(sum(_size(item) for item in answer["Items"]))
        return answer

    catalogue.tables.client.query = measured  # type: ignore[method-assign]
    try:
        body = catalogue.list(limit="20").body
    finally:
        catalogue.tables.client.query = query  # type: ignore[method-assign]
    assert [course["lessonCount"] for course in body["items"]] == [lessons] * 20
    assert len(read) == 1
    assert read[0] <= 4 * 4096
    assert sum(len(str(course)) for course in body["items"]) <= 10 * 1024


def _size(item: dict[str, Any]) -> int:
    """Names and texts of an item, and two bytes for each number. A list item has no other values."""
    return sum(len(name) + (len(value["S"].encode()) if "S" in value else 2) for name, value in item.items())
