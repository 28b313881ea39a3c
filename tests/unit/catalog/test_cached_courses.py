"""The courses that a function keeps in memory: for five seconds, and within bounds."""

import time
from dataclasses import replace

import pytest

from domain import course_store
from domain.courses import Course, Lesson

TABLE = "courses"
LESSON = Lesson("one", "One", "video", False, 0)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course_store, "_cache", {})


def course(course_id: str, lessons: int) -> Course:
    now = "2026-01-01T00:00:00.000Z"
    empty = Course(course_id, "Algebra", "", "published", "teacher", 1, now, now)
    return replace(empty, lessons=(LESSON,) * lessons)


def keep(course_id: str, lessons: int = 1) -> None:
    course_store.remember(TABLE, course(course_id, lessons))


def kept() -> list[str]:
    return [course_id for _, course_id in course_store._cache]


def test_the_oldest_courses_make_room_for_a_new_one() -> None:
    for number in range(300):
        keep(f"course-{number}")
    assert len(kept()) == 256
    assert kept()[-1] == "course-299"
    assert "course-0" not in kept()


def test_large_courses_are_fewer() -> None:
    """So the memory is bounded, whatever the size of the courses that a student looks at."""
    keep("small")
    for number in range(100):
        keep(f"course-{number}", 200)
        assert sum(len(each.lessons) for _, each in course_store._cache.values()) <= 5_000
    assert kept() == [f"course-{number}" for number in range(75, 100)]


def test_a_course_that_is_read_again_is_the_youngest() -> None:
    for course_id in ("first", "second", "first"):
        keep(course_id, 2_000)
    keep("third", 2_000)
    assert kept() == ["first", "third"]


def test_a_course_is_kept_for_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter((0.0, 4.9, 5.1))
    monkeypatch.setattr(time, "monotonic", lambda: next(times))
    keep("algebra")
    assert course_store.cached(TABLE, "algebra") == course("algebra", 1)
    assert course_store.cached(TABLE, "algebra") is None
