"""The routes of courses and lessons, as students and instructors use them."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.support.course_helpers import enroll, eventually, lesson, new_course, set_status
from tests.integration.support.people import SharedUsers


def test_the_catalogue_is_paged_newest_first(users: SharedUsers) -> None:
    """Every published course is listed once, in order. Drafts and archived courses are not listed."""
    made = [new_course(users.owner) for _ in range(3)]
    draft = new_course(users.owner, status="draft")
    archived = new_course(users.owner, status="archived")
    listed = [course["courseId"] for course in users.other_student.get_all("/courses", 2)]
    assert len(listed) == len(set(listed))
    assert [course_id for course_id in listed if course_id in made] == made[::-1]
    assert not {draft, archived} & set(listed)
    assert listed[: len(listed)] == [
        course["courseId"] for course in users.other_student.get_all("/courses", 100)
    ]


def test_a_published_course_is_found_within_a_minute(users: SharedUsers) -> None:
    """By words of title and summary, whatever their case and accents. A course that is taken back is not found."""
    word = f"W{uuid4().hex}"
    courses = [
        users.owner.post("/courses", {"title": f"Größen {word}", "summary": f"Algèbre {number}"})["courseId"]
        for number in range(3)
    ]
    for course_id in courses[:2]:
        set_status(users.owner, course_id, "published")

    def found(search: str) -> list[str]:
        return [course["courseId"] for course in users.other_student.get_all("/courses", 1, q=search)]

    eventually(lambda: found(word) == courses[1::-1], seconds=60)
    assert found(f"ALGEBRE {word.upper()[:20]}") == courses[1::-1]
    assert found(f"grossen 1 {word}") == courses[1:2]
    set_status(users.owner, courses[0], "archived")
    eventually(lambda: found(word) == courses[1:2], seconds=60)


def test_a_search_of_own_courses_is_refused(users: SharedUsers) -> None:
    """Only published courses are searched."""
    for query in ({"q": "x", "owner": "me"}, {"q": "x" * 201}):
        assert users.owner.call("GET", "/courses", query=query, expect=400).wrong_fields == {"q"}


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "many", ""])
def test_a_limit_out_of_bounds_is_refused(users: SharedUsers, limit: str) -> None:
    """A limit is a number from 1 to 100."""
    answer = users.other_student.call("GET", "/courses", query={"limit": limit}, expect=400)
    assert answer.wrong_fields == {"limit"}


@pytest.mark.parametrize("limit", [1, 100])
def test_a_limit_within_bounds_is_accepted(users: SharedUsers, limit: int) -> None:
    """Both ends of the range are valid."""
    assert len(users.other_student.get("/courses", limit=limit)["items"]) <= limit


@pytest.mark.parametrize("cursor", ["x", "bm90IGpzb24", "W10", "a" * 2049, "%00"])
def test_a_made_up_cursor_is_refused(users: SharedUsers, cursor: str) -> None:
    """Only a cursor that the platform created is valid."""
    answer = users.other_student.call("GET", "/courses", query={"cursor": cursor}, expect=400)
    assert answer.wrong_fields == {"cursor"}


def test_a_cursor_of_another_list_is_refused(users: SharedUsers) -> None:
    """A cursor is valid only for one list of one caller."""
    for _ in range(2):
        enroll(users.student, new_course(users.owner))
    own = users.student.get("/enrollments", limit=1)["nextCursor"]
    users.student.get("/courses", cursor=own, expect=400)
    users.other_student.get("/enrollments", cursor=own, expect=400)
    users.other_student.get(
        "/enrollments", cursor=users.student.get("/courses", limit=1)["nextCursor"], expect=400
    )


def test_an_unknown_query_parameter_is_refused(users: SharedUsers) -> None:
    """A misspelled parameter is reported and not ignored."""
    users.other_student.get("/courses", limt=5, expect=400)


def test_a_new_course_is_a_draft_at_its_location(users: SharedUsers) -> None:
    """The answer is 201 with the course and its location."""
    answer = users.owner.call("POST", "/courses", {"title": "Algebra", "summary": "x + y"}, expect=201)
    course = answer.body
    assert (course["status"], course["version"], course["ownerId"]) == ("draft", 1, users.owner.user_id)
    assert (course["title"], course["summary"], course["lessons"]) == ("Algebra", "x + y", [])
    assert answer.headers["Location"].endswith(f"/courses/{course['courseId']}")
    assert users.owner.get(f"/courses/{course['courseId']}") == course


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"title"}),
        ({"title": ""}, {"title"}),
        ({"title": " "}, {"title"}),
        ({"title": "x" * 201}, {"title"}),
        ({"title": 7}, {"title"}),
        ({"title": "x", "summary": "x" * 2001}, {"summary"}),
        ({"title": "x", "ownerId": "me"}, {"ownerId"}),
        ({"title": "x", "capacity": 0, "opensAt": "soon"}, {"capacity", "opensAt"}),
    ],
)
def test_an_invalid_course_is_refused(users: SharedUsers, body: Any, wrong: set[str]) -> None:
    """The answer names every faulty field."""
    answer = users.owner.call("POST", "/courses", body, expect=400)
    # If the gateway's validator answers first, it can only name the body.
    assert answer.wrong_fields in (wrong, {"body"})


def test_titles_at_their_limits_are_stored_unchanged(users: SharedUsers) -> None:
    """Text in every script is stored."""
    for title in ("x", "x" * 200, 'Größe – 数学 𝛑 <b>&amp;</b> "quoted"'):
        course = users.owner.post("/courses", {"title": title, "summary": "é" * 2000})
        assert users.owner.get(f"/courses/{course['courseId']}")["title"] == title


def test_a_draft_is_hidden_until_it_is_published(users: SharedUsers) -> None:
    """Callers who may not know of a draft get 404 and not 403."""
    course_id = new_course(users.owner, status="draft")
    path = f"/courses/{course_id}"
    for person in (users.other_student, users.student, users.other_instructor):
        person.get(path, expect=404)
        person.patch(path, {"title": "Mine", "version": 1}, expect=404)
    assert users.administrator.get(path)["status"] == "draft"
    set_status(users.owner, course_id, "published")
    assert users.other_student.get(path)["status"] == "published"
    set_status(users.owner, course_id, "draft")
    users.other_student.get(path, expect=404)


def test_an_unknown_course_is_not_found(users: SharedUsers) -> None:
    """Every caller gets 404, administrators too."""
    for person in (users.administrator, users.other_student):
        person.get("/courses/nothing-here", expect=404)


def test_a_stale_version_conflicts_and_changes_nothing(users: SharedUsers) -> None:
    """If two browser tabs edit a course, the second one to save gets 409."""
    path = f"/courses/{new_course(users.owner, status='draft')}"
    version = users.owner.get(path)["version"]
    changed = users.owner.patch(path, {"title": "First", "version": version})
    assert changed["version"] > version
    users.owner.patch(path, {"title": "Second", "version": version}, expect=409)
    users.administrator.patch(path, {"title": "Third", "version": version}, expect=409)
    assert users.owner.get(path)["title"] == "First"
    users.administrator.patch(path, {"title": "Second", "version": changed["version"]})


@pytest.mark.parametrize(
    "body",
    [
        {"title": "No version"},
        {"version": 0},
        {"version": "1"},
        {"version": 1, "status": "gone"},
        {"version": 1, "ownerId": "x"},
    ],
)
def test_an_invalid_change_is_refused(users: SharedUsers, body: Any) -> None:
    """The version is required, and only described fields can be changed."""
    users.owner.patch(f"/courses/{new_course(users.owner, status='draft')}", body, expect=400)


def test_lessons_are_put_replaced_and_deleted(users: SharedUsers) -> None:
    """A new lesson gives 201, a replaced one 200. Lessons are sorted by position. A deleted lesson is gone."""
    course_id = new_course(users.owner, status="draft")
    path = f"/courses/{course_id}/lessons"
    new = users.owner.put(f"{path}/intro", lesson(position=5, title="Intro"), expect=201)
    made = lesson(position=5, title="Intro")
    shown = {"required": True, "hasContent": False, "content": {"state": "none"}, "captions": []}
    assert new == {"lessonId": "intro", **made, **shown}
    users.owner.put(f"{path}/start", lesson("video", premium=True, position=1), expect=201)
    replaced = users.administrator.put(f"{path}/intro", lesson(position=0, title="Again"))
    assert replaced["title"] == "Again"
    shown = users.owner.get(f"/courses/{course_id}")["lessons"]
    assert [entry["lessonId"] for entry in shown] == ["intro", "start"]
    users.owner.delete(f"{path}/intro")
    users.owner.delete(f"{path}/intro", expect=404)
    assert [entry["lessonId"] for entry in users.owner.get(f"/courses/{course_id}")["lessons"]] == ["start"]


@pytest.mark.parametrize("lesson_id", ["Intro", "-intro", "in_tro", "x" * 65, "%2e%2e", "a b"])
def test_an_invalid_lesson_id_is_refused(users: SharedUsers, lesson_id: str) -> None:
    """A lesson id is a part of URLs and keys, so its characters are limited."""
    course_id = new_course(users.owner, status="draft")
    users.owner.put(f"/courses/{course_id}/lessons/{lesson_id}", lesson(), expect=400)


@pytest.mark.parametrize(
    "change",
    [
        {"position": -1},
        {"position": 1.5},
        {"contentType": "audio"},
        {"premium": "yes"},
        {"title": ""},
        {"key": "x"},
    ],
)
def test_an_invalid_lesson_is_refused(users: SharedUsers, change: Any) -> None:
    """A refused lesson is not stored."""
    course_id = new_course(users.owner, status="draft")
    users.owner.put(f"/courses/{course_id}/lessons/one", {**lesson(), **change}, expect=400)
    assert users.owner.get(f"/courses/{course_id}")["lessons"] == []


def test_an_archived_course_is_readable_but_not_editable(users: SharedUsers) -> None:
    """Every caller can read it by its id. It cannot be edited until it is published again."""
    course_id = new_course(users.owner, "one")
    set_status(users.owner, course_id, "archived")
    path = f"/courses/{course_id}"
    assert users.other_student.get(path)["status"] == "archived"
    users.owner.put(f"{path}/lessons/two", lesson(), expect=409)
    users.owner.delete(f"{path}/lessons/one", expect=409)
    users.owner.patch(path, {"title": "x", "version": users.owner.get(path)["version"]}, expect=409)
    set_status(users.owner, course_id, "published")
    users.owner.put(f"{path}/lessons/two", lesson(), expect=201)
