"""A course never becomes larger than DynamoDB takes, whatever its teachers write and upload."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import course_size
from domain.courses import Lesson
from domain.lesson_content import FAILED, PROCESSING, PackageNote
from tests.integration.capacity.item_sizes import item_bytes
from toolkit.dynamo import to_item
from toolkit.errors import Conflict

MOST_ITEM_BYTES = 409_600
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html"""
UPLOAD = "0" * 32
WIDEST = "\U0001f9ec"
LONGEST = WIDEST * 200
NOTE = PackageNote(UPLOAD, "html-package", WIDEST * 80, "x" * 250, 5_000, 2**30, LONGEST, parts=5_000)
KEY = f"premium/{'c' * 36}/{'l' * 64}/interactive-{UPLOAD}/{'n' * 100}"
REFUSED = {"code": "file-type-refused", "detail": WIDEST * 160 + "x" * 200}


def form(name: str) -> dict[str, Any]:
    multipart = {
        "id": "i" * 250,
        "fileName": name,
        "mediaType": "application/zip",
        "bytes": 2**40,
        "partBytes": 2**23,
        "expiresAt": "2026-01-01T00:00:00.000Z",
        "isCompleting": True,
    }
    return {"uploadId": UPLOAD, "claimedBy": "v" * 32, "multipart": multipart}


def unpacking(name: str, state: str) -> dict[str, Any]:
    more = REFUSED if state == FAILED else {}
    return {"uploadId": UPLOAD, "version": "v" * 32, "fileName": name, "state": state, **more}


def stored(lesson: Lesson) -> dict[str, Any]:
    """The entry of a lesson, with what its open uploads add at the worst."""
    entry: dict[str, Any] = {
        "title": lesson.title,
        "contentType": lesson.content_type,
        "premium": lesson.premium,
        "position": lesson.position,
        "section": lesson.section,
        "required": False,
        "needsStorage": True,
        "contentKey": lesson.content_key,
        "fileName": lesson.file_name,
        "uploadedAt": lesson.uploaded_at,
        "package": lesson.package,
        "unpacking": lesson.unpacking,
        "captions": lesson.captions,
    }
    if lesson.open_form is not None:
        entry |= {"openForm": form(LONGEST), "unpacking": unpacking(LONGEST, FAILED)}
    elif lesson.unpacking is not None:
        entry |= {"unpacking": {**unpacking(lesson.unpacking["fileName"], FAILED)}}
    if lesson.captions is not None:
        entry["captions"] = {
            language: {
                **caption,
                **(
                    {"uploadId": UPLOAD, "refused": {"code": "x", "detail": "x" * 100}}
                    if "form" in caption
                    else {}
                ),
            }
            for language, caption in lesson.captions.items()
        }
    return {name: value for name, value in entry.items() if value is not None}


def course_bytes(lessons: list[Lesson]) -> int:
    """The size of a course's item, whose own texts are the longest."""
    moments = ("createdAt", "updatedAt", "publishedAt", "opensAt", "closesAt")
    item = {
        "courseId": "c" * 36,
        "title": LONGEST,
        "summary": WIDEST * 2000,
        "status": "published",
        "archivedFrom": "published",
        "ownerId": "o" * 36,
        "staff": {f"{number:036}" for number in range(20)},
        "version": 2**31,
        "capacity": 2**31,
        "seatsTaken": 2**31,
        "waitlisted": 2**31,
        "lessonCount": 200,
        **dict.fromkeys(moments, "2026-01-01T00:00:00.000Z"),
        "lessons": {lesson.lesson_id: stored(lesson) for lesson in lessons},
    }
    return item_bytes(to_item(item))


def lesson(number: int, **changes: Any) -> Lesson:
    return Lesson(f"{number:064}", LONGEST, "interactive", True, 2**31 - 1, section=LONGEST)._replace(
        **changes
    )


KINDS: dict[str, Callable[[int], Lesson]] = {
    "described": lesson,
    "an open form": lambda number: lesson(number, open_form={}),
    "a package": lambda number: lesson(number, package=NOTE.to_stored()),
    "unpacking": lambda number: lesson(
        number, unpacking=unpacking(LONGEST, PROCESSING), package=NOTE.to_stored()
    ),
    "refused": lambda number: lesson(number, unpacking=unpacking(LONGEST, FAILED)),
    "a file": lambda number: lesson(
        number, content_key=KEY, file_name=LONGEST, uploaded_at="2026-01-01T00:00:00.000Z"
    ),
    "captions": lambda number: lesson(
        number,
        content_type="video",
        captions={f"l{each}": {"form": {"uploadId": UPLOAD, "label": WIDEST * 60}} for each in range(20)},
    ),
}


def filled(kinds: list[str]) -> list[Lesson]:
    """A course to which its teachers add such lessons by turns, until they are refused or have 200."""
    lessons: list[Lesson] = []
    for number in range(200):
        added = KINDS[kinds[number % len(kinds)]](number)
        try:
            course_size.require_room(lessons, [*lessons, added])
        except Conflict:
            break
        lessons.append(added)
    return lessons


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=8))
def test_no_course_becomes_larger_than_an_item(kinds: list[str]) -> None:
    assert course_bytes(filled(kinds)) <= MOST_ITEM_BYTES


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"described"}))
def test_the_longest_texts_are_refused_before_an_item_is_full(kind: str) -> None:
    """The guard is needed: without it, 200 of these would be too large. And it does not refuse too early."""
    lessons = filled([kind])
    assert (20 if kind == "captions" else 40) <= len(lessons) < 200
    assert course_bytes([KINDS[kind](number) for number in range(200)]) > MOST_ITEM_BYTES


def test_two_hundred_lessons_as_people_write_them_have_room() -> None:
    note = PackageNote(
        UPLOAD, "scorm-2004", "Cells and their parts", "shared/launchpage.html", 70, 10**7, "cells.zip"
    )
    lessons = [
        Lesson(
            f"lesson-{number}",
            "Die Zelle: Aufbau, Stoffwechsel und Teilung im Überblick" * 2,
            "interactive",
            True,
            number,
            section="Grundlagen der Biologie",
            package=note.to_stored(),
            unpacking=unpacking("zellen-neu.zip", FAILED),
        )
        for number in range(200)
    ]
    course_size.require_room([], lessons)
    course_size.require_room(lessons, [*lessons[:-1], lessons[-1]._replace(open_form={})])


def test_a_course_that_is_too_large_may_become_smaller() -> None:
    """A course of a former version may be beyond the limit."""
    large = [KINDS["a package"](number) for number in range(150)]
    smaller = [*large[:-1], large[-1]._replace(title="Cells")]
    course_size.require_room(large, smaller)
    with pytest.raises(Conflict) as caught:
        course_size.require_room(smaller, large)
    assert caught.value.code == "course-too-large"
