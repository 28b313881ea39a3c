"""Uploads in parts as a lesson stores them, and which of them have ended after an edit."""

from dataclasses import replace
from typing import Any

import pytest

from domain import multiparts
from domain.content_paths import UploadKey
from domain.courses import Course
from domain.multiparts import Multipart
from followups.file_store import ended
from followups.unfinished_store import of_former_co_teachers

AT = "2026-01-01T00:00:00.000Z"
MIB = 1024 * 1024


def multipart(size: int = 10 * MIB + 1, s3_id: str = "s3-1") -> Multipart:
    upload = UploadKey("course-1", "film", "video", premium=True, upload_id="a" * 32)
    return Multipart(upload, s3_id, "Größe.mp4", "video/mp4", size, 5 * MIB, AT)


def course(status: str = "draft", **lesson: Any) -> Course:
    film = {"title": "Film", "contentType": "video", "premium": True, "position": 0, **lesson}
    stored = {
        "courseId": "course-1",
        "title": "Algebra",
        "summary": "",
        "status": status,
        "ownerId": "owner-1",
        "version": 1,
        "lessons": {"film": film},
        "createdAt": AT,
        "updatedAt": AT,
    }
    return Course.from_stored(stored)


def form(open_one: Multipart) -> dict[str, Any]:
    return {"openForm": {"uploadId": open_one.upload.upload_id, "multipart": open_one.to_stored()}}


def test_an_upload_is_read_as_it_was_stored() -> None:
    stored = course(**form(multipart()))
    assert multiparts.open_in("course-1", stored.lessons[0]) == multipart()
    assert multipart().key == f"premium/course-1/film/video-{'a' * 32}/video.mp4"


@pytest.mark.parametrize(
    ("size", "sizes"),
    [(1, [1]), (5 * MIB, [5 * MIB]), (5 * MIB + 1, [5 * MIB, 1]), (10 * MIB, [5 * MIB, 5 * MIB])],
)
def test_all_parts_but_the_last_have_the_same_size(size: int, sizes: list[int]) -> None:
    each = multipart(size)
    assert each.count == len(sizes)
    assert [each.size_of(number) for number in range(1, each.count + 1)] == sizes


@pytest.mark.parametrize(
    ("after", "has_ended"),
    [
        (course(**form(multipart())), False),
        (course(**form(multipart()), title="Renamed"), False),
        (course(), True),
        (course(openForm={"uploadId": "b" * 32}), True),
        (course(**form(multipart(s3_id="s3-2"))), True),
        (course("archived", **form(multipart())), True),
        (None, True),
    ],
    ids=["same", "retitled", "dropped", "another form", "another upload", "archived", "deleted"],
)
def test_an_upload_ends_with_the_form_of_its_lesson(after: Course | None, has_ended: bool) -> None:
    assert ended(course(**form(multipart())), after) == ([multipart()] if has_ended else [])


@pytest.mark.parametrize(
    ("staff", "uploader", "is_given_up"),
    [({"anna"}, "anna", False), (set(), "anna", True), (set(), "owner-1", False), (set(), "", False)],
    ids=["still there", "taken out", "another person", "of a former version"],
)
def test_an_upload_is_given_up_when_its_co_teacher_is_taken_out(
    staff: set[str], uploader: str, is_given_up: bool
) -> None:
    theirs = replace(multipart(), uploader_id=uploader)
    before, after = (
        replace(course(**form(theirs)), staff=frozenset(each)) for each in ({"anna", "ben"}, staff | {"ben"})
    )
    assert of_former_co_teachers(before, after) == ([theirs] if is_given_up else [])


def test_an_upload_of_a_former_version_has_no_person() -> None:
    stored = multipart().to_stored()
    del stored["uploaderId"]
    found = multiparts.open_in(
        "course-1", course(openForm={"uploadId": "a" * 32, "multipart": stored}).lessons[0]
    )
    assert found == multipart()
