"""Sections, required lessons and the order of lessons: what instructors set of them, and what a course of the version
before has."""

from typing import Any

import pytest

from domain.courses import Course, Lesson
from tests.unit.catalogue_fixture import LESSON, Catalogue
from tests.unit.lambda_api_fixture import OWNER


def order_of(body: dict[str, Any]) -> list[tuple[str, int]]:
    return [(lesson["lessonId"], lesson["position"]) for lesson in body["lessons"]]


def test_a_lesson_has_a_section_and_may_be_optional(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    answer = catalogue.put_lesson(course_id, "sets", section=" Basics ", required=False)
    assert (answer.status, answer.body["section"], answer.body["required"]) == (201, "Basics", False)
    answer = catalogue.put_lesson(course_id, "sets", section="More", required=True)
    assert (answer.status, answer.body["section"], answer.body["required"]) == (200, "More", True)


@pytest.mark.parametrize("change", [{}, {"contentType": "pdf"}])
def test_a_lesson_that_is_put_without_them_has_the_defaults_again(
    catalogue: Catalogue, change: dict[str, Any]
) -> None:
    course_id = catalogue.new()
    catalogue.put_lesson(course_id, "sets", section="Basics", required=False)
    catalogue.put_lesson(course_id, "sets", **change)
    (lesson,) = catalogue.get(course_id, OWNER).body["lessons"]
    assert lesson["required"] is True
    assert "section" not in lesson


@pytest.mark.parametrize(
    "fields", [{"section": ""}, {"section": "x" * 201}, {"section": None}, {"required": "no"}]
)
def test_bad_details_are_refused(catalogue: Catalogue, fields: dict[str, Any]) -> None:
    answer = catalogue.put_lesson(catalogue.new(), "sets", **fields)
    assert answer.status == 400
    assert [fault["field"] for fault in answer.body["errors"]] == list(fields)


def test_lessons_are_ordered_by_one_request(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    for number, lesson_id in enumerate("abc"):
        catalogue.put_lesson(course_id, lesson_id, position=number)
    catalogue.tables.calls.clear()
    answer = catalogue.patch(course_id, version=4, lessonOrder=["c", "a", "b"])
    assert (answer.status, answer.body["version"]) == (200, 5)
    assert catalogue.tables.calls["UpdateItem"] == 1
    shown = [("c", 0), ("a", 1), ("b", 2)]
    assert order_of(answer.body) == shown
    assert order_of(catalogue.get(course_id, OWNER).body) == shown


def test_an_order_comes_with_other_changes(catalogue: Catalogue) -> None:
    """The title is also in the admission item, so this is a transaction."""
    course_id = catalogue.new()
    for lesson_id in "ab":
        catalogue.put_lesson(course_id, lesson_id)
    answer = catalogue.patch(course_id, version=3, title="Sets", lessonOrder=["b", "a"])
    assert (answer.body["title"], order_of(answer.body)) == ("Sets", [("b", 0), ("a", 1)])
    assert order_of(catalogue.get(course_id, OWNER).body) == [("b", 0), ("a", 1)]


@pytest.mark.parametrize("order", [[], ["a"], ["a", "a"], ["a", "b", "c"], ["a", "b", "b"], ["b", "x"]])
def test_an_order_names_each_lesson_once(catalogue: Catalogue, order: list[str]) -> None:
    course_id = catalogue.new()
    for lesson_id in "ab":
        catalogue.put_lesson(course_id, lesson_id)
    before = catalogue.get(course_id, OWNER).body
    answer = catalogue.patch(course_id, version=3, title="Lost", lessonOrder=order)
    assert answer.status == 400
    assert answer.body["detail"] == (
        "The body is not valid: lessonOrder must name each lesson of the course once, and nothing else."
    )
    assert catalogue.get(course_id, OWNER).body == before


def test_an_order_of_a_stale_version_conflicts(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    for lesson_id in "ab":
        catalogue.put_lesson(course_id, lesson_id)
    answer = catalogue.patch(course_id, version=2, lessonOrder=["b", "a"])
    assert answer.problem() == (409, "stale-version")


def test_the_largest_course_can_be_ordered(catalogue: Catalogue) -> None:
    """An expression of DynamoDB has at most 4 KB; the ids are as long as they may be."""
    course_id = catalogue.new()
    names = [f"{number:03}" + "x" * 61 for number in range(200)]
    catalogue.tables.set_course(
        course_id, lessons={name: {**LESSON, "position": 1} for name in names}, lessonCount=200
    )
    answer = catalogue.patch(
        course_id, version=1, status="published", title="T", capacity=5, lessonOrder=names[::-1]
    )
    assert answer.status == 200
    assert order_of(catalogue.get(course_id, OWNER).body) == [
        (name, number) for number, name in enumerate(names[::-1])
    ]


def test_only_required_lessons_with_content_count() -> None:
    def lesson(name: str, **fields: Any) -> Lesson:
        return Lesson(name, name, "interactive", False, 0, **fields)

    course = Course(
        "c",
        "T",
        "",
        "published",
        "owner",
        1,
        "2026-01-01T00:00:00.000Z",
        "2026-01-01T00:00:00.000Z",
        lessons=(
            lesson("file", content_key="public/x"),
            lesson("package", package={"uploadId": "1"}),
            lesson("empty"),
            lesson("unpacking", unpacking={"state": "processing"}),
            lesson("optional", content_key="public/y", required=False),
        ),
    )
    assert course.counted_ids == {"file", "package"}
    assert len(course.lesson_ids) == 5


def test_a_lesson_of_the_version_before_is_required() -> None:
    stored = {
        "title": "Sets",
        "contentType": "pdf",
        "premium": False,
        "position": 0,
        "contentKey": "public/x",
    }
    lesson = Lesson.from_stored("sets", stored)
    assert lesson.counts
    assert "section" not in lesson.to_api()


def test_an_interactive_lesson_may_need_storage(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    interactive: dict[str, Any] = {"contentType": "interactive", "premium": False}
    answer = catalogue.put_lesson(course_id, "cells", needsStorage=True, **interactive)
    assert (answer.status, answer.body["needsStorage"]) == (201, True)
    answer = catalogue.put_lesson(course_id, "cells", **interactive)
    assert answer.status == 200
    assert "needsStorage" not in answer.body
    answer = catalogue.put_lesson(course_id, "cells", needsStorage=True, **interactive)
    assert (answer.status, answer.body["needsStorage"]) == (200, True)


def test_only_an_interactive_lesson_needs_storage(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    for content_type in ("video", "pdf", "article"):
        answer = catalogue.put_lesson(course_id, "cells", contentType=content_type, needsStorage=True)
        assert answer.problem() == (400, "bad-request")
        assert [fault["field"] for fault in answer.body["errors"]] == ["needsStorage"]
    assert catalogue.get(course_id, OWNER).body["lessons"] == []


def test_a_course_whose_lessons_are_too_long_takes_no_more(catalogue: Catalogue) -> None:
    """With packages that have long names: domain.course_size."""
    course_id = catalogue.new()
    note = {"entry": "e" * 250, "title": "t" * 80, "fileName": "\U0001f9ec" * 200}
    lessons = {
        f"lesson-{number}": {
            "title": "\U0001f9ec" * 200,
            "contentType": "interactive",
            "premium": False,
            "position": number,
            "package": {**note, "uploadId": "0" * 32, "kind": "h5p", "files": 1, "bytes": 1},
        }
        for number in range(170)
    }
    catalogue.tables.set_course(course_id, lessons=lessons, lessonCount=len(lessons))
    answer = catalogue.put_lesson(course_id, "another", title="\U0001f9ec" * 200)
    assert answer.problem() == (409, "course-too-large")
    assert catalogue.put_lesson(course_id, "lesson-1", contentType="interactive", premium=False).status == 200
