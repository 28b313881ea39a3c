"""What becomes of a file that arrives, when anything else happens before, during and after its run.

The stores are in memory and call a hook before each of their operations. So a test can let something happen between any
two steps of a run. That the real stores do the same is in test_arrivals.py.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from domain import content_paths
from domain.content_paths import UploadKey
from domain.courses import Course
from domain.people.erasure import NO_OWNER
from uploads.rules import Arrival, Arrivals, Outcome

OWNER, COURSE, LESSON = "owner-1", "course-1", "film"
AT = "2026-01-01T00:00:00.000Z"
UPLOAD = UploadKey(COURSE, LESSON, "video", premium=False, upload_id="a" * 32)
SERVED = content_paths.key_of(UPLOAD, "film.mp4")
INCOMING = content_paths.INCOMING + SERVED
EARLIER = content_paths.key_of(UploadKey(COURSE, LESSON, "video", False, "e" * 32), "film.mp4")


class Interrupted(Exception):  # noqa: N818 - the end of a run, as by a service that fails
    """Ends a run at a step."""


@dataclass
class World:
    """The course, the bucket and the people, with the rules of their stores."""

    course_item: dict[str, Any]
    files: dict[str, list[str]] = field(default_factory=dict)
    groups_of: dict[str, frozenset[str]] = field(default_factory=dict)
    hook: Callable[[], None] = lambda: None

    # What the uploads function asks of lessons.

    def course(self, _course_id: str) -> Course | None:
        self.hook()
        return self._course()

    def claim(self, upload: UploadKey, version: str) -> Course | None:
        self.hook()
        form = self._fitting_form(upload)
        if form is None or form.get("claimedBy", version) != version:
            return None
        form["claimedBy"] = version
        return self._course()

    def note(self, upload: UploadKey, version: str, key: str, at: str) -> Course | None:
        self.hook()
        form = self._fitting_form(upload)
        if form is None or form.get("claimedBy") != version:
            return None
        self.lesson()["contentKey"] = key
        self.lesson()["uploadedAt"] = at
        return self._course()

    def close_form(self, upload: UploadKey) -> None:
        self.hook()
        if self.lesson().get("openForm", {}).get("uploadId") == upload.upload_id:
            del self.lesson()["openForm"]

    def take_back(self, _upload: UploadKey, key: str) -> None:
        self.hook()
        if self.lesson().get("contentKey") == key:
            self.lesson().pop("contentKey")
            self.lesson().pop("openForm", None)

    # What it asks of the bucket and of people.

    def find(self, key: str, version: str | None) -> Arrival | None:
        self.hook()
        versions = self.files.get(key, [])
        found = version or (versions[-1] if versions else None)
        return Arrival(key, found, "video/mp4", OWNER) if found in versions and found else None

    def copy(self, arrival: Arrival, key: str) -> None:
        self.hook()
        assert arrival.version in self.files[arrival.key]
        self.files[key] = [f"copy of {arrival.version}"]

    def is_served(self, key: str) -> bool:
        self.hook()
        return bool(self.files.get(key))

    def erase(self, key: str, version: str | None = None) -> None:
        self.hook()
        self.files[key] = [each for each in self.files.get(key, []) if version not in (None, each)]

    def groups(self, user_id: str) -> frozenset[str] | None:
        self.hook()
        return self.groups_of.get(user_id)

    # What tests do and ask.

    def lesson(self) -> dict[str, Any]:
        """The stored lesson, or an empty one that is stored nowhere."""
        found: dict[str, Any] = self.course_item["lessons"].get(LESSON, {})
        return found

    def run(self, version: str | None = "v1", key: str = INCOMING) -> Outcome:
        """One run of the function for the event of one version."""
        return Arrivals(self, self, self).take(key, version, AT)

    def at_step(self, step: int, act: Callable[[], None]) -> None:
        """Let `act` happen before the step with this number of the next run."""
        steps = itertools.count()

        def hook() -> None:
            if next(steps) == step:
                act()

        self.hook = hook

    def let_followups_tidy(self) -> None:
        """What the followups function does after an edit: it deletes the file that a lesson has lost."""
        self.hook = lambda: None
        if self.lesson().get("contentKey") != SERVED and self.files.get(SERVED) and self.was_noted:
            self.files[SERVED] = []

    @property
    def was_noted(self) -> bool:
        """Whether the followups function has seen the file as the lesson's content."""
        return bool(self.course_item.get("seenNoted"))

    def assert_nothing_is_left(self) -> None:
        left = {key: versions for key, versions in self.files.items() if versions and key != EARLIER}
        assert left == {}
        assert self.lesson().get("contentKey") != SERVED

    def _fitting_form(self, upload: UploadKey) -> dict[str, str] | None:
        lesson = self.lesson()
        form: dict[str, str] = lesson.get("openForm", {})
        fits = (
            form.get("uploadId") == upload.upload_id
            and (lesson["premium"], lesson["contentType"]) == (upload.premium, upload.content_type)
            and self.course_item["status"] != "archived"
        )
        return form if fits else None

    def _course(self) -> Course | None:
        return Course.from_stored(self.course_item) if self.course_item["status"] != "gone" else None


def stored_lesson(**fields: Any) -> dict[str, Any]:
    return {"title": "Film", "contentType": "video", "premium": False, "position": 0, **fields}


@pytest.fixture
def world() -> World:
    """A course whose lesson has an open form, and one file that was uploaded with it."""
    return fresh_world()


def fresh_world() -> World:
    lesson = stored_lesson(openForm={"uploadId": UPLOAD.upload_id}, contentKey=EARLIER)
    item = {
        "courseId": COURSE,
        "title": "Algebra",
        "summary": "",
        "status": "draft",
        "ownerId": OWNER,
        "version": 1,
        "lessons": {LESSON: lesson},
        "createdAt": AT,
        "updatedAt": AT,
    }
    return World(item, {INCOMING: ["v1"], EARLIER: ["earlier"]}, {OWNER: frozenset({"instructors"})})


def put_lesson(world: World, **fields: Any) -> None:
    """What an edit does that makes the lesson another one: the entry is written anew."""
    world.course_item["lessons"][LESSON] = stored_lesson(**fields)


def delete_and_make_again(world: World) -> None:
    del world.course_item["lessons"][LESSON]
    put_lesson(world)


def change_and_change_back(world: World) -> None:
    put_lesson(world, premium=True)
    put_lesson(world)


# Each way in which a lesson ends or becomes another one, and each in which its uploader loses the right.
LESSON_ENDS: dict[str, Callable[[World], Any]] = {
    "deleted": lambda world: world.course_item["lessons"].pop(LESSON),
    "deleted and made again": delete_and_make_again,
    "premium": lambda world: put_lesson(world, premium=True),
    "another type": lambda world: put_lesson(world, contentType="pdf"),
    "changed and changed back": change_and_change_back,
}
FORM_ENDS: dict[str, Callable[[World], Any]] = {
    "course archived": lambda world: world.course_item.update(status="archived"),
    "form replaced": lambda world: world.lesson().update(openForm={"uploadId": "b" * 32}),
}
RIGHT_ENDS: dict[str, Callable[[World], Any]] = {
    "role revoked": lambda world: world.groups_of.update({OWNER: frozenset()}),
    "erased": lambda world: world.groups_of.pop(OWNER, None),
    "ownership lost": lambda world: world.course_item.update(ownerId=NO_OWNER),
    "course of another": lambda world: world.course_item.update(ownerId="other-1"),
}
ENDS = {**LESSON_ENDS, **FORM_ENDS, **RIGHT_ENDS}


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
        run_second = Arrivals(world, world, world)

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
        World, "find", lambda _self, key, version: Arrival(key, version, "video/mp4", uploader_id="")
    )
    assert world.run() is Outcome.REFUSED
    world.assert_nothing_is_left()
