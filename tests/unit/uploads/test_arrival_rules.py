"""What becomes of a file that arrives, when anything else happens before, during and after its run.

That the real stores do the same as those of the tests is in test_arrivals.py.
"""

from collections.abc import Iterator

import pytest

from tests.unit.uploads.arrival_world import (
    AT,
    EARLIER,
    ENDS,
    INCOMING,
    LESSON,
    LESSON_ENDS,
    NAME,
    RIGHT_ENDS,
    SERVED,
    World,
    fresh_world,
    put_lesson,
)
from uploads.arrival import Arrival, Outcome
from uploads.rules import Arrivals


class Interrupted(Exception):  # noqa: N818 - the end of a run, as by a service that fails
    """Ends a run at a step."""


@pytest.fixture
def world() -> World:
    """A course whose lesson has an open form, and one file that was uploaded with it."""
    return fresh_world()


def steps() -> Iterator[int]:
    """The numbers of all steps of a run in which nothing happens."""
    world = fresh_world()
    taken: list[None] = []
    world.hook = lambda: taken.append(None)
    assert world.run() is Outcome.NOTED
    return iter(range(len(taken)))


def test_a_file_becomes_content_and_leaves_nothing_else(world: World) -> None:
    assert world.run() is Outcome.NOTED
    assert world.files == {INCOMING: [], SERVED: ["copy of v1"], EARLIER: ["earlier"]}
    assert (world.lesson()["contentKey"], world.lesson()["uploadedAt"]) == (SERVED, AT)
    assert world.lesson()["fileName"] == NAME
    assert "openForm" not in world.lesson()


@pytest.mark.parametrize("way", ENDS)
def test_what_arrives_after_an_end_is_deleted(world: World, way: str) -> None:
    ENDS[way](world)
    assert world.run() in (Outcome.NO_FORM, Outcome.REFUSED)
    world.assert_nothing_is_left()


@pytest.mark.parametrize("way", ENDS)
def test_an_end_during_the_run_leaves_the_file_noted_or_deletes_it(way: str) -> None:
    refused = 0
    for step in steps():
        world = fresh_world()

        def end(world: World = world) -> None:
            world.course_item["seenNoted"] = world.lesson().get("contentKey") == SERVED
            ENDS[way](world)

        world.at_step(step, end)
        outcome = world.run()
        world.let_followups_tidy()
        assert world.files[INCOMING] == []
        if world.lesson().get("contentKey") == SERVED:
            assert outcome is Outcome.NOTED
            assert world.files[SERVED] == ["copy of v1"]
            assert way not in LESSON_ENDS
        else:
            refused += 1
            world.assert_nothing_is_left()
    assert refused > 3


@pytest.mark.parametrize("way", RIGHT_ENDS)
def test_a_right_that_ends_before_the_note_is_seen(way: str) -> None:
    """Also when it ends after the last check before the note: the check after it takes the content back."""
    before_note = 0
    for step in steps():
        world = fresh_world()
        seen: list[bool] = []

        def end(world: World = world, seen: list[bool] = seen) -> None:
            seen.append(world.lesson().get("contentKey") == SERVED)
            ENDS[way](world)

        world.at_step(step, end)
        world.run()
        if seen == [False]:
            before_note += 1
            world.assert_nothing_is_left()
    assert before_note > 5


def test_a_refusal_before_the_note_keeps_the_earlier_file(world: World) -> None:
    RIGHT_ENDS["role revoked"](world)
    assert world.run() is Outcome.REFUSED
    assert world.lesson()["contentKey"] == EARLIER
    assert world.files[EARLIER] == ["earlier"]


@pytest.mark.parametrize("then", [None, *ENDS])
def test_an_interrupted_run_is_finished_by_the_next(then: str | None) -> None:
    for step in steps():
        world = fresh_world()

        def interrupt() -> None:
            raise Interrupted

        world.at_step(step, interrupt)
        with pytest.raises(Interrupted):
            world.run()
        noted_before = world.lesson().get("contentKey") == SERVED
        assert noted_before or not world.files.get(SERVED), "what is not noted must not be served"
        world.hook = lambda: None
        if then is not None:
            world.course_item["seenNoted"] = noted_before
            ENDS[then](world)
        world.run()
        world.let_followups_tidy()
        assert world.files[INCOMING] == []
        if then is None or (noted_before and world.lesson().get("contentKey") == SERVED):
            assert world.files[SERVED] == ["copy of v1"]
            assert world.lesson()["contentKey"] == SERVED
        else:
            world.assert_nothing_is_left()


def test_of_the_files_of_one_form_exactly_one_is_kept() -> None:
    for step in steps():
        world = fresh_world()
        world.files[INCOMING] = ["v1", "v2"]
        run_second = Arrivals(world, world, world, world)

        def second(world: World = world, run_second: Arrivals = run_second) -> None:
            world.hook = lambda: None
            run_second.take(INCOMING, "v2", AT)

        world.at_step(step, second)
        world.run("v1")
        assert world.files[INCOMING] == []
        assert len(world.files[SERVED]) == 1
        assert world.lesson()["contentKey"] == SERVED


def test_later_files_of_a_form_change_nothing(world: World) -> None:
    world.files[INCOMING] = [f"v{number}" for number in range(1, 31)]
    outcomes = [world.run("v1")]
    assert world.files[INCOMING] == [], "the rest need not wait for runs of their own"
    world.files[INCOMING] = [f"v{number}" for number in range(2, 31)]
    outcomes += [world.run(f"v{number}") for number in range(2, 31)]
    assert outcomes == [Outcome.NOTED, *[Outcome.NO_FORM] * 29]
    assert world.files == {INCOMING: [], SERVED: ["copy of v1"], EARLIER: ["earlier"]}


@pytest.mark.parametrize("key", [INCOMING, SERVED])
def test_an_event_that_comes_again_brings_nothing_back(world: World, key: str) -> None:
    world.run()
    assert world.run(key=key) is Outcome.GONE
    assert world.files[SERVED] == ["copy of v1"], "noted content stays"
    del world.course_item["lessons"][LESSON]
    world.files[SERVED] = []
    put_lesson(world)
    assert world.run(key=key) is Outcome.GONE
    world.assert_nothing_is_left()


def test_a_served_address_without_a_note_is_cleared(world: World) -> None:
    """Forms of an earlier release uploaded straight to it."""
    world.files = {SERVED: ["old"]}
    del world.lesson()["openForm"]
    assert world.run(key=SERVED, version=None) is Outcome.GONE
    world.assert_nothing_is_left()


@pytest.mark.parametrize("key", ["incoming/x", "incoming/public/a/b/c", "incoming/incoming/" + SERVED])
def test_a_key_of_no_form_is_deleted(world: World, key: str) -> None:
    world.files = {key: ["v1"]}
    assert world.run(key=key) is Outcome.NO_FORM
    assert world.files[key] == []


def test_without_an_uploader_nothing_is_noted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        World, "find", lambda _self, key, version: Arrival(key, version, "video/mp4", "", NAME)
    )
    assert world.run() is Outcome.REFUSED
    world.assert_nothing_is_left()
