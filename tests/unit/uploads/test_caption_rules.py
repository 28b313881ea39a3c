"""What becomes of captions that arrive, when anything else happens before, during and after their run.

That the real store does the same as the one of these tests is shown by tests/integration/courses/test_captions.py.
"""

from collections.abc import Callable
from typing import Any

import pytest

from domain import captions, content_paths
from domain.content_paths import UploadKey
from tests.unit.uploads.arrival_world import (
    COURSE,
    EARLIER,
    LESSON,
    LESSON_ENDS,
    RIGHT_ENDS,
    World,
    fresh_world,
)
from uploads.arrival import Outcome

UPLOAD = UploadKey(COURSE, LESSON, content_paths.CAPTIONS, premium=False, upload_id="c" * 32)
SERVED = captions.key_of(UPLOAD, "de")
INCOMING = content_paths.INCOMING + SERVED
BEFORE = {"uploadId": "b" * 32, "label": "Deutsch"}
TEXT = "WEBVTT\n\n00:00.000 --> 00:01.000\nHallo\n"
ENDS: dict[str, Callable[[World], Any]] = {
    **LESSON_ENDS,
    **RIGHT_ENDS,
    "course archived": lambda world: world.course_item.update(status="archived"),
    "form replaced": lambda world: world.captions("de").update(form={"uploadId": "d" * 32, "label": "x"}),
    "removed": lambda world: world.lesson().get("captions", {}).pop("de", None),
}
# After these, the followups function deletes what the lesson has lost.
LOST_BY_AN_EDIT = (*LESSON_ENDS, "removed")


def caption_world(text: str = TEXT) -> World:
    """A video with captions, a form for newer ones, and a file that was sent with it."""
    world = fresh_world()
    world.media_type = "text/vtt"
    world.sent_captions = text.encode()
    form = {"uploadId": UPLOAD.upload_id, "label": "Deutsch"}
    world.lesson()["captions"] = {"de": {**BEFORE, "form": form}}
    world.files = {INCOMING: ["v1"], EARLIER: ["earlier"]}
    return world


def run(world: World) -> Outcome:
    return world.run(key=INCOMING)


def number_of_steps() -> int:
    world = caption_world()
    taken: list[None] = []
    world.hook = lambda: taken.append(None)
    assert run(world) is Outcome.NOTED
    return len(taken)


STEPS = range(number_of_steps())


def is_noted(world: World) -> bool:
    return bool(world.captions("de").get("uploadId") == UPLOAD.upload_id)


def test_captions_become_those_of_the_lesson_and_leave_nothing_else() -> None:
    world = caption_world()
    assert run(world) is Outcome.NOTED
    assert world.files == {INCOMING: [], SERVED: [TEXT], EARLIER: ["earlier"]}
    assert world.captions("de") == {"uploadId": UPLOAD.upload_id, "label": "Deutsch"}


def test_a_refused_file_leaves_what_the_language_had() -> None:
    world = caption_world("no captions")
    assert run(world) is Outcome.REFUSED
    refused = {"code": "captions-format", "detail": "The file is neither WebVTT nor SRT."}
    assert world.captions("de") == {**BEFORE, "refused": refused}
    assert not world.files[INCOMING]
    assert not world.files.get(SERVED)


@pytest.mark.parametrize("way", ENDS)
def test_what_arrives_after_an_end_is_deleted(way: str) -> None:
    world = caption_world()
    ENDS[way](world)
    assert run(world) in (Outcome.NO_FORM, Outcome.REFUSED)
    assert not world.files[INCOMING]
    assert not world.files.get(SERVED)
    assert not is_noted(world)


@pytest.mark.parametrize("way", ENDS)
def test_an_end_during_the_run_leaves_them_noted_or_deletes_them(way: str) -> None:
    deleted = 0
    for step in STEPS:
        world = caption_world()
        was_noted: list[bool] = []

        def end(world: World = world, was_noted: list[bool] = was_noted) -> None:
            was_noted.append(is_noted(world))
            ENDS[way](world)

        world.at_step(step, end)
        run(world)
        if was_noted == [True] and way in LOST_BY_AN_EDIT:
            world.files[SERVED] = []  # the followups function
        assert not world.files[INCOMING]
        assert bool(world.files.get(SERVED)) is is_noted(world)
        deleted += not is_noted(world)
        assert not (way in RIGHT_ENDS and was_noted == [False] and is_noted(world))
    assert deleted > 2


@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_was_interrupted_is_repeated(step: int) -> None:
    world = caption_world()

    def interrupt() -> None:
        raise InterruptedError

    world.at_step(step, interrupt)
    with pytest.raises(InterruptedError):
        run(world)
    world.hook = lambda: None
    run(world)
    assert is_noted(world)
    assert world.files[SERVED] == [TEXT]
    assert world.files[INCOMING] == []
    assert "form" not in world.captions("de")
