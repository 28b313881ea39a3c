"""What becomes of a zip, when anything else happens before, during and after its run.

That the real stores do the same as those of the tests is in test_packages.py.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from packages.rules import Outcome, Unpacking
from tests.package_zips import PAGE, RawMember, raw_zip, scorm_2004, zip_of
from tests.unit.packages.package_world import EARLIER, FOLDER, ZIP, World, world_of


class Interrupted(Exception):  # noqa: N818 - the end of a run, as by a service that fails
    """Ends a run at a step."""


COURSE = scorm_2004(pages=["one.html", "two.html"])
# The second file is damaged, so the first is written before that is found out.
DAMAGED = raw_zip(
    [RawMember(b"index.html", PAGE), RawMember(b"x.txt", b"text", listed_crc=1), RawMember(b"y.txt")]
)


def remove(world: World) -> None:
    del world.item["lessons"]["quiz"]


def replace(world: World) -> None:
    world.lesson().update(unpacking={"uploadId": "b" * 32, "state": "processing", "fileName": "b.zip"})


def replace_by_a_page(world: World) -> None:
    world.lesson().update(contentKey=EARLIER)
    world.lesson().pop("unpacking", None)
    world.lesson().pop("package", None)


ENDS: dict[str, Callable[[World], Any]] = {
    "lesson deleted": remove,
    "newer package": replace,
    "newer page": replace_by_a_page,
}


def number_of_steps(package: bytes) -> int:
    """How many steps a run has in which nothing happens."""
    world = world_of(package)
    taken: list[None] = []
    world.hook = lambda: taken.append(None)
    world.run()
    return len(taken)


def assert_nothing_is_left(world: World) -> None:
    assert not [key for key in world.files if key.startswith("packages/")]
    assert world.zips == {}


def test_a_package_is_unpacked_into_its_folder_and_noted() -> None:
    world = world_of(COURSE)
    assert world.run() is Outcome.READY
    assert world.zips == {}
    files = {key.removeprefix(FOLDER): content for key, content in world.files.items() if key != EARLIER}
    assert set(files) == {"files/imsmanifest.xml", "files/one.html", "files/two.html", "launch.json"}
    assert files["files/one.html"] == PAGE
    assert [part["href"] for part in json.loads(files["launch.json"])["parts"]] == ["one.html", "two.html"]
    assert world.state() == {
        "state": "ready",
        "kind": "scorm-2004",
        "fileName": "quiz.zip",
        "title": "First aid",
        "entry": "one.html",
        "files": 3,
        "bytes": sum(len(content) for name, content in files.items() if name.startswith("files/")),
    }
    assert "contentKey" not in world.lesson(), "the followups function deletes the earlier file"


@pytest.mark.parametrize("package", [DAMAGED, zip_of({"page.html": PAGE}), b"no zip"])
def test_nothing_of_a_refused_package_stays_and_the_lesson_keeps_what_it_had(package: bytes) -> None:
    world = world_of(package)
    assert world.run() is Outcome.REFUSED
    assert_nothing_is_left(world)
    assert world.lesson()["contentKey"] == EARLIER
    state = world.state()
    assert (state["state"], state["fileName"]) == ("failed", "quiz.zip")
    assert state["code"] in ("damaged", "no-entry-page", "not-a-zip")
    assert state["detail"]


@pytest.mark.parametrize("way", ENDS)
@pytest.mark.parametrize("package", [COURSE, DAMAGED])
def test_an_end_during_the_run_deletes_the_package(way: str, package: bytes) -> None:
    for step in range(number_of_steps(package)):
        world = world_of(package)
        noted: list[bool] = []

        def end(world: World = world, noted: list[bool] = noted) -> None:
            noted.append("package" in world.lesson())
            ENDS[way](world)

        world.at_step(step, end)
        world.run()
        if noted[0]:
            world.let_followups_tidy()
        if way != "newer package" or not noted[0]:
            assert_nothing_is_left(world)
        if way == "newer package":
            assert world.state() == {"state": "processing", "fileName": "b.zip"}


@pytest.mark.parametrize("then", [None, *ENDS])
@pytest.mark.parametrize("package", [COURSE, DAMAGED])
def test_an_interrupted_run_is_finished_by_the_next(package: bytes, then: str | None) -> None:
    for step in range(number_of_steps(package)):
        world = world_of(package)

        def interrupt() -> None:
            raise Interrupted

        world.at_step(step, interrupt)
        with pytest.raises(Interrupted):
            world.run()
        world.hook = lambda: None
        if step % 2:  # a run that was ended from outside notes nothing
            Unpacking(world, world).interrupted(ZIP)
        was_noted = "package" in world.lesson()
        if then is not None:
            ENDS[then](world)
        world.run()
        if then is not None and was_noted:
            world.let_followups_tidy()
        assert world.zips == {}
        if then is None and package is COURSE:
            assert world.state()["state"] == "ready"
            assert len([key for key in world.files if key.startswith(FOLDER)]) == 4
        elif then is None:
            assert world.state()["code"] == "damaged"
            assert_nothing_is_left(world)
        elif not (then == "newer package" and was_noted):
            assert_nothing_is_left(world)


def test_two_runs_at_once_leave_one_package() -> None:
    for step in range(number_of_steps(COURSE)):
        world = world_of(COURSE)
        outcomes: list[Outcome] = []

        def second(world: World = world, outcomes: list[Outcome] = outcomes) -> None:
            world.hook = lambda: None
            outcomes.append(world.run())

        world.at_step(step, second)
        outcomes.append(world.run())
        assert Outcome.READY in outcomes
        assert world.state()["state"] == "ready"
        assert len([key for key in world.files if key.startswith(FOLDER)]) == 4


def test_a_run_that_fails_says_so_and_the_next_goes_on() -> None:
    world = world_of(COURSE)
    Unpacking(world, world).interrupted(ZIP)
    assert (world.state()["state"], world.state()["code"]) == ("failed", "interrupted")
    assert world.run() is Outcome.READY


def test_a_zip_that_is_gone_is_said() -> None:
    world = world_of(COURSE)
    world.zips = {}
    assert world.run() is Outcome.GONE
    assert (world.state()["state"], world.state()["code"]) == ("failed", "interrupted")


@pytest.mark.parametrize("key", ["incoming/x", "x", "incoming/packages/course-1/quiz/" + "a" * 32 + "/x"])
def test_a_key_of_no_form_is_left_alone(key: str) -> None:
    world = world_of(COURSE)
    assert Unpacking(world, world).run(key, "v1") is Outcome.GONE
    assert world.state()["state"] == "processing"
    assert list(world.files) == [EARLIER]


def test_a_long_title_is_cut_in_the_lesson() -> None:
    world = world_of(zip_of({"index.html": f"<title>{'ä' * 150}</title>"}))
    world.run()
    assert world.state()["title"] == "ä" * 80
    assert json.loads(world.files[f"{FOLDER}launch.json"])["title"] == "ä" * 150
