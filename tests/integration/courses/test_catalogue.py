"""Courses and lessons as students and instructors meet them over HTTP."""

from typing import Any

import pytest

from tests.integration.support.classroom import enroll, lesson, new_course, set_status
from tests.integration.support.people import Cast


def test_the_catalogue_is_paged_newest_first(cast: Cast) -> None:
    """Every published course once, in order; drafts and archived ones are not in it."""
    made = [new_course(cast.owner) for _ in range(3)]
    draft = new_course(cast.owner, status="draft")
    archived = new_course(cast.owner, status="archived")
    listed = [course["courseId"] for course in cast.stranger.get_all("/courses", 2)]
    assert len(listed) == len(set(listed))
    assert [course_id for course_id in listed if course_id in made] == made[::-1]
    assert not {draft, archived} & set(listed)
    assert listed[: len(listed)] == [course["courseId"] for course in cast.stranger.get_all("/courses", 100)]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "many", ""])
def test_a_limit_out_of_bounds_is_refused(cast: Cast, limit: str) -> None:
    """1 to 100."""
    answer = cast.stranger.call("GET", "/courses", query={"limit": limit}, expect=400)
    assert answer.wrong_fields == {"limit"}


@pytest.mark.parametrize("limit", [1, 100])
def test_a_limit_within_bounds_is_taken(cast: Cast, limit: int) -> None:
    """Both ends of the range count."""
    assert len(cast.stranger.get("/courses", limit=limit)["items"]) <= limit


@pytest.mark.parametrize("cursor", ["x", "bm90IGpzb24", "W10", "a" * 2049, "%00"])
def test_a_made_up_cursor_is_refused(cast: Cast, cursor: str) -> None:
    """A cursor that the platform did not give out leads nowhere."""
    answer = cast.stranger.call("GET", "/courses", query={"cursor": cursor}, expect=400)
    assert answer.wrong_fields == {"cursor"}


def test_a_cursor_of_another_list_is_refused(cast: Cast) -> None:
    """A cursor belongs to one list of one caller."""
    for _ in range(2):
        enroll(cast.student, new_course(cast.owner))
    own = cast.student.get("/enrollments", limit=1)["nextCursor"]
    cast.student.get("/courses", cursor=own, expect=400)
    cast.stranger.get("/enrollments", cursor=own, expect=400)
    cast.stranger.get("/enrollments", cursor=cast.student.get("/courses", limit=1)["nextCursor"], expect=400)


def test_a_query_parameter_that_is_not_described_is_refused(cast: Cast) -> None:
    """A typo is told, not ignored."""
    cast.stranger.get("/courses", limt=5, expect=400)


def test_a_new_course_is_a_draft_at_its_location(cast: Cast) -> None:
    """201 with the course and where it is."""
    answer = cast.owner.call("POST", "/courses", {"title": "Algebra", "summary": "x + y"}, expect=201)
    course = answer.body
    assert (course["status"], course["version"], course["ownerId"]) == ("draft", 1, cast.owner.user_id)
    assert (course["title"], course["summary"], course["lessons"]) == ("Algebra", "x + y", [])
    assert answer.headers["Location"].endswith(f"/courses/{course['courseId']}")
    assert cast.owner.get(f"/courses/{course['courseId']}") == course


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
def test_a_course_that_is_not_valid_is_refused(cast: Cast, body: Any, wrong: set[str]) -> None:
    """Every field at fault is named."""
    answer = cast.owner.call("POST", "/courses", body, expect=400)
    # The gateway's validator, where it answers first, can only say that it is the body.
    assert answer.wrong_fields in (wrong, {"body"})


def test_titles_at_their_limits_come_back_as_they_were(cast: Cast) -> None:
    """Any text is kept, whatever its script."""
    for title in ("x", "x" * 200, 'Größe – 数学 𝛑 <b>&amp;</b> "quoted"'):
        course = cast.owner.post("/courses", {"title": title, "summary": "é" * 2000})
        assert cast.owner.get(f"/courses/{course['courseId']}")["title"] == title


def test_a_draft_is_hidden_until_it_is_published(cast: Cast) -> None:
    """Others get 404, not 403, for what they may not know of."""
    course_id = new_course(cast.owner, status="draft")
    path = f"/courses/{course_id}"
    for person in (cast.stranger, cast.student, cast.other_instructor):
        person.get(path, expect=404)
        person.patch(path, {"title": "Mine", "version": 1}, expect=404)
    assert cast.administrator.get(path)["status"] == "draft"
    set_status(cast.owner, course_id, "published")
    assert cast.stranger.get(path)["status"] == "published"
    set_status(cast.owner, course_id, "draft")
    cast.stranger.get(path, expect=404)


def test_a_course_that_is_not_there_is_not_found(cast: Cast) -> None:
    """As for an administrator, so for everybody."""
    for person in (cast.administrator, cast.stranger):
        person.get("/courses/nothing-here", expect=404)


def test_a_stale_version_conflicts_and_changes_nothing(cast: Cast) -> None:
    """Two tabs: the second one to save is told so."""
    path = f"/courses/{new_course(cast.owner, status='draft')}"
    version = cast.owner.get(path)["version"]
    changed = cast.owner.patch(path, {"title": "First", "version": version})
    assert changed["version"] > version
    cast.owner.patch(path, {"title": "Second", "version": version}, expect=409)
    cast.administrator.patch(path, {"title": "Third", "version": version}, expect=409)
    assert cast.owner.get(path)["title"] == "First"
    cast.administrator.patch(path, {"title": "Second", "version": changed["version"]})


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
def test_a_change_that_is_not_valid_is_refused(cast: Cast, body: Any) -> None:
    """The version is required, and only described fields change."""
    cast.owner.patch(f"/courses/{new_course(cast.owner, status='draft')}", body, expect=400)


def test_lessons_are_put_replaced_and_deleted(cast: Cast) -> None:
    """201 when new, 200 when replaced, gone when deleted; shown by position."""
    course_id = new_course(cast.owner, status="draft")
    path = f"/courses/{course_id}/lessons"
    new = cast.owner.put(f"{path}/intro", lesson(position=5, title="Intro"), expect=201)
    assert new == {"lessonId": "intro", **lesson(position=5, title="Intro"), "hasContent": False}
    cast.owner.put(f"{path}/start", lesson("video", premium=True, position=1), expect=201)
    replaced = cast.administrator.put(f"{path}/intro", lesson(position=0, title="Again"))
    assert replaced["title"] == "Again"
    shown = cast.owner.get(f"/courses/{course_id}")["lessons"]
    assert [entry["lessonId"] for entry in shown] == ["intro", "start"]
    cast.owner.delete(f"{path}/intro")
    cast.owner.delete(f"{path}/intro", expect=404)
    assert [entry["lessonId"] for entry in cast.owner.get(f"/courses/{course_id}")["lessons"]] == ["start"]


@pytest.mark.parametrize("lesson_id", ["Intro", "-intro", "in_tro", "x" * 65, "%2e%2e", "a b"])
def test_a_lesson_id_that_is_not_valid_is_refused(cast: Cast, lesson_id: str) -> None:
    """The id becomes part of addresses and keys."""
    course_id = new_course(cast.owner, status="draft")
    cast.owner.put(f"/courses/{course_id}/lessons/{lesson_id}", lesson(), expect=400)


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
def test_a_lesson_that_is_not_valid_is_refused(cast: Cast, change: Any) -> None:
    """And leaves no lesson."""
    course_id = new_course(cast.owner, status="draft")
    cast.owner.put(f"/courses/{course_id}/lessons/one", {**lesson(), **change}, expect=400)
    assert cast.owner.get(f"/courses/{course_id}")["lessons"] == []


def test_an_archived_course_is_read_only_but_not_lost(cast: Cast) -> None:
    """Those who know it can read it; nobody edits it until it is taken out again."""
    course_id = new_course(cast.owner, "one")
    set_status(cast.owner, course_id, "archived")
    path = f"/courses/{course_id}"
    assert cast.stranger.get(path)["status"] == "archived"
    cast.owner.put(f"{path}/lessons/two", lesson(), expect=409)
    cast.owner.delete(f"{path}/lessons/one", expect=409)
    cast.owner.patch(path, {"title": "x", "version": cast.owner.get(path)["version"]}, expect=409)
    set_status(cast.owner, course_id, "published")
    cast.owner.put(f"{path}/lessons/two", lesson(), expect=201)
