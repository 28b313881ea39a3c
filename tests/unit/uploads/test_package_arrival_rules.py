"""What becomes of a package that arrives, when anything else happens before, during and after its run.

A package is not served but handed on. What the packages function does with it is in tests/unit/packages.
"""

import pytest

from tests.unit.uploads.arrival_world import (
    AT,
    EARLIER,
    ENDS,
    INCOMING,
    LESSON_ENDS,
    NAME,
    RIGHT_ENDS,
    SERVED,
    UPLOAD,
    World,
    fresh_world,
)
from uploads.arrival import Outcome
from uploads.rules import Arrivals


class Interrupted(Exception):  # noqa: N818 - the end of a run, as by a service that fails
    """Ends a run at a step."""


def package_world() -> World:
    """A lesson with an open form and an earlier file, and a zip that was uploaded with the form."""
    world = fresh_world()
    world.media_type = "application/zip"
    return world


def number_of_steps() -> int:
    """How many steps a run has in which nothing happens."""
    world = package_world()
    taken: list[None] = []
    world.hook = lambda: taken.append(None)
    assert world.run() is Outcome.UNPACKING
    return len(taken)


STEPS = range(number_of_steps())


def waits(world: World) -> bool:
    """Whether the lesson waits for the uploaded package."""
    unpacking = world.lesson().get("unpacking") or {}
    return bool(unpacking.get("uploadId") == UPLOAD.upload_id)


def test_a_package_is_noted_and_handed_on_and_its_lesson_keeps_the_earlier_file() -> None:
    world = package_world()
    assert world.run() is Outcome.UNPACKING
    assert world.started == [(INCOMING, "v1")]
    assert world.files == {INCOMING: ["v1"], EARLIER: ["earlier"]}, "a zip is never served"
    assert world.lesson()["contentKey"] == EARLIER
    assert world.lesson()["unpacking"] == {
        "uploadId": UPLOAD.upload_id,
        "version": "v1",
        "fileName": NAME,
        "state": "processing",
    }
    assert "openForm" not in world.lesson()


@pytest.mark.parametrize("way", ENDS)
def test_what_arrives_after_an_end_is_deleted(way: str) -> None:
    world = package_world()
    ENDS[way](world)
    assert world.run() in (Outcome.NO_FORM, Outcome.REFUSED)
    assert (world.files[INCOMING], world.started, waits(world)) == ([], [], False)
    world.assert_nothing_is_left()


@pytest.mark.parametrize("way", ENDS)
@pytest.mark.parametrize("step", STEPS)
def test_an_end_during_the_run_leaves_the_package_waiting_or_deletes_it(way: str, step: int) -> None:
    world = package_world()
    world.at_step(step, lambda: ENDS[way](world))
    outcome = world.run()
    assert (world.files[INCOMING] == ["v1"]) == (outcome is Outcome.UNPACKING)
    if waits(world):
        assert world.started == [(INCOMING, "v1")]
        assert way not in LESSON_ENDS
    assert SERVED not in world.files


@pytest.mark.parametrize("way", RIGHT_ENDS)
@pytest.mark.parametrize("step", STEPS)
def test_a_right_that_ends_before_the_note_is_seen(way: str, step: int) -> None:
    world = package_world()
    noted: list[bool] = []

    def end() -> None:
        noted.append(waits(world))
        RIGHT_ENDS[way](world)

    world.at_step(step, end)
    world.run()
    if noted == [False]:
        assert (world.files[INCOMING], world.started, waits(world)) == ([], [], False)
        assert world.lesson()["contentKey"] == EARLIER


@pytest.mark.parametrize("step", STEPS)
def test_an_interrupted_run_is_finished_by_the_next(step: int) -> None:
    world = package_world()

    def interrupt() -> None:
        raise Interrupted

    world.at_step(step, interrupt)
    with pytest.raises(Interrupted):
        world.run()
    world.hook = lambda: None
    assert world.run() is Outcome.UNPACKING
    assert set(world.started) == {(INCOMING, "v1")}
    assert waits(world)
    assert world.files[INCOMING] == ["v1"]
    assert "openForm" not in world.lesson()


@pytest.mark.parametrize("is_ready", [True, False])
def test_an_event_that_comes_again_changes_nothing(is_ready: bool) -> None:
    world = package_world()
    world.run()
    if is_ready:
        del world.lesson()["unpacking"]
        world.lesson()["package"] = {"uploadId": UPLOAD.upload_id}
        world.files[INCOMING] = []
    before = dict(world.lesson())
    assert world.run() is (Outcome.GONE if is_ready else Outcome.UNPACKING)
    assert world.lesson() == before
    assert world.started == [(INCOMING, "v1")]


def test_a_package_that_is_ready_is_not_noted_again_by_a_run_that_was_interrupted() -> None:
    """It was handed on, and unpacked, before the form was closed."""
    world = package_world()
    world.run()
    del world.lesson()["unpacking"]
    world.lesson().update(
        package={"uploadId": UPLOAD.upload_id},
        openForm={"uploadId": UPLOAD.upload_id, "claimedBy": "v1"},
    )
    assert world.run() is Outcome.UNPACKING
    assert not waits(world)
    assert "openForm" not in world.lesson()


def test_of_the_packages_of_one_form_exactly_one_is_kept() -> None:
    for step in STEPS:
        world = package_world()
        world.files[INCOMING] = ["v1", "v2"]
        run_second = Arrivals(world, world, world, world)

        def second(world: World = world, run_second: Arrivals = run_second) -> None:
            world.hook = lambda: None
            run_second.take(INCOMING, "v2", AT)

        world.at_step(step, second)
        world.run("v1")
        assert len(world.files[INCOMING]) == 1
        assert world.started == [(INCOMING, world.files[INCOMING][0])]
