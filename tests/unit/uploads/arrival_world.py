"""The course, the bucket and the people of the tests of arrivals, in memory, with the rules of their stores.

The stores call a hook before each of their operations. So a test can let something happen between any two steps of a
run.
"""

import copy
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from domain import content_paths
from domain.content_paths import UploadKey
from domain.courses import Course
from domain.people.erasure import NO_OWNER
from uploads.arrival import Arrival, Outcome
from uploads.rules import Arrivals

OWNER, COURSE, LESSON = "owner-1", "course-1", "film"
AT = "2026-01-01T00:00:00.000Z"
NAME = "Mein Film 🎬.mp4"
UPLOAD = UploadKey(COURSE, LESSON, "video", premium=False, upload_id="a" * 32)
SERVED = content_paths.key_of(UPLOAD, "film.mp4")
INCOMING = content_paths.INCOMING + SERVED
EARLIER = content_paths.key_of(UploadKey(COURSE, LESSON, "video", False, "e" * 32), "film.mp4")


@dataclass
class World:
    """The course, the bucket and the people, with the rules of their stores."""

    course_item: dict[str, Any]
    files: dict[str, list[str]] = field(default_factory=dict)
    groups_of: dict[str, frozenset[str]] = field(default_factory=dict)
    hook: Callable[[], None] = lambda: None
    media_type: str = "video/mp4"
    sent_captions: bytes = b""
    started: list[tuple[str, str]] = field(default_factory=list)

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

    def note(self, upload: UploadKey, arrival: Arrival, key: str, at: str) -> Course | None:
        self.hook()
        form = self._fitting_form(upload)
        if form is None or form.get("claimedBy") != arrival.version:
            return None
        self.lesson()["contentKey"] = key
        self.lesson()["uploadedAt"] = at
        self.lesson()["fileName"] = arrival.file_name
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
        return Arrival(key, found, self.media_type, OWNER, NAME) if found in versions and found else None

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

    def note_package(self, upload: UploadKey, arrival: Arrival) -> Course | None:
        self.hook()
        form = self._fitting_form(upload)
        if form is None or form.get("claimedBy") != arrival.version:
            return None
        self.lesson()["unpacking"] = {
            "uploadId": upload.upload_id,
            "version": arrival.version,
            "fileName": arrival.file_name,
            "state": "processing",
        }
        return self._course()

    def take_back_package(self, upload: UploadKey) -> None:
        self.hook()
        if self.lesson().get("unpacking", {}).get("uploadId") == upload.upload_id:
            del self.lesson()["unpacking"]
            self.lesson().pop("openForm", None)

    # What it asks of captions.

    def claim_captions(self, upload: UploadKey, language: str, version: str) -> Course | None:
        self.hook()
        form = self._fitting_caption_form(upload, language)
        if form is None or form.get("claimedBy", version) != version:
            return None
        form["claimedBy"] = version
        return self._course()

    def note_captions(self, upload: UploadKey, language: str, version: str, label: str) -> Course | None:
        self.hook()
        form = self._fitting_caption_form(upload, language)
        if form is None or form.get("claimedBy") != version:
            return None
        self.captions(language).update(uploadId=upload.upload_id, label=label)
        self.captions(language).pop("refused", None)
        return self._course()

    def refuse_captions(self, upload: UploadKey, language: str, code: str, detail: str) -> None:
        self.hook()
        if self._has_caption_form(upload, language):
            self.captions(language).pop("form")
            self.captions(language)["refused"] = {"code": code, "detail": detail}

    def close_caption_form(self, upload: UploadKey, language: str) -> None:
        self.hook()
        if self._has_caption_form(upload, language):
            self.captions(language).pop("form")

    def take_back_captions(self, upload: UploadKey, language: str) -> None:
        self.hook()
        if self.captions(language).get("uploadId") == upload.upload_id:
            for name in ("uploadId", "label", "form"):
                self.captions(language).pop(name, None)

    def read(self, arrival: Arrival) -> bytes:
        self.hook()
        return self.sent_captions

    def write_captions(self, key: str, data: bytes) -> None:
        self.hook()
        self.files[key] = [data.decode()]

    def captions(self, language: str) -> dict[str, Any]:
        """The stored captions in a language, or an empty entry that is stored nowhere."""
        found: dict[str, Any] = self.lesson().get("captions", {}).get(language, {})
        return found

    def _has_caption_form(self, upload: UploadKey, language: str) -> bool:
        form = self.captions(language).get("form", {})
        return bool(form.get("uploadId") == upload.upload_id)

    def _fitting_caption_form(self, upload: UploadKey, language: str) -> dict[str, str] | None:
        lesson = self.lesson()
        fits = (
            self._has_caption_form(upload, language)
            and (lesson["premium"], lesson["contentType"]) == (upload.premium, "video")
            and self.course_item["status"] != "archived"
        )
        form: dict[str, str] = self.captions(language)["form"] if fits else {}
        return form or None

    def start(self, key: str, version: str) -> None:
        self.hook()
        self.started.append((key, version))

    # What tests do and ask.

    def lesson(self) -> dict[str, Any]:
        """The stored lesson, or an empty one that is stored nowhere."""
        found: dict[str, Any] = self.course_item["lessons"].get(LESSON, {})
        return found

    def run(self, version: str | None = "v1", key: str = INCOMING) -> Outcome:
        """One run of the function for the event of one version."""
        return Arrivals(self, self, self, self).take(key, version, AT)

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
        """The course as it is now: a later change of the stored one does not change it."""
        stored = copy.deepcopy(self.course_item)
        return Course.from_stored(stored) if stored["status"] != "gone" else None


def stored_lesson(**fields: Any) -> dict[str, Any]:
    return {"title": "Film", "contentType": "video", "premium": False, "position": 0, **fields}


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
