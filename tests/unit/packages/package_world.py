"""A lesson that waits for a package, and a bucket, in memory, with the rules of their stores.

The stores call a hook before each of their operations, and between the files of a package. So a test can let something
happen between any two steps of a run.
"""

import io
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from domain import content_paths
from domain.content_paths import UploadKey
from domain.courses import Course
from domain.lesson_content import PackageNote
from packages.rules import Outcome, Unpacking

AT = "2026-01-01T00:00:00.000Z"
UPLOAD = UploadKey("course-1", "quiz", "interactive", premium=True, upload_id="a" * 32)
ZIP = content_paths.INCOMING + content_paths.key_of(UPLOAD, "quiz.zip")
FOLDER = f"packages/course-1/quiz/{UPLOAD.upload_id}/"
EARLIER = "premium/course-1/quiz/interactive-" + "e" * 32 + "/index.html"


@dataclass
class World:
    """The course and the bucket. `files` are those that can be read, by key."""

    item: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)
    zips: dict[tuple[str, str], bytes] = field(default_factory=dict)
    hook: Callable[[], None] = lambda: None

    # What the packages function asks of lessons.

    def course(self, _course_id: str) -> Course | None:
        self.hook()
        return Course.from_stored(self.item)

    def begin(self, upload: UploadKey) -> str | None:
        self.hook()
        if not self._waits(upload):
            return None
        unpacking: dict[str, str] = self.lesson()["unpacking"]
        unpacking["state"] = "processing"
        unpacking.pop("code", None)
        unpacking.pop("detail", None)
        return unpacking["fileName"]

    def note(self, upload: UploadKey, note: PackageNote) -> bool:
        self.hook()
        if not self._waits(upload):
            return False
        self.lesson()["package"] = note.to_stored()
        del self.lesson()["unpacking"]
        self.lesson().pop("contentKey", None)
        return True

    def fail(self, upload: UploadKey, code: str, detail: str) -> bool:
        self.hook()
        if not self._waits(upload):
            return False
        self.lesson()["unpacking"].update(state="failed", code=code, detail=detail)
        return True

    # What it asks of the bucket.

    def open(self, key: str, version: str) -> IO[bytes] | None:
        self.hook()
        found = self.zips.get((key, version))
        return None if found is None else io.BytesIO(found)

    @contextmanager
    def folder(self, prefix: str) -> Iterator["Writer"]:
        self.hook()
        yield Writer(self, prefix)

    def delete_folder(self, prefix: str) -> None:
        self.hook()
        self.files = {key: content for key, content in self.files.items() if not key.startswith(prefix)}

    def erase(self, key: str, version: str) -> None:
        self.hook()
        self.zips.pop((key, version), None)

    # What tests do and ask.

    def lesson(self) -> dict[str, Any]:
        """The stored lesson, or an empty one that is stored nowhere."""
        found: dict[str, Any] = self.item["lessons"].get("quiz", {})
        return found

    def run(self) -> Outcome:
        """One run of the function."""
        return Unpacking(self, self).run(ZIP, "v1")

    def at_step(self, step: int, act: Callable[[], None]) -> None:
        """Let `act` happen before the step with this number of the next run."""
        steps = itertools.count()

        def hook() -> None:
            if next(steps) == step:
                act()

        self.hook = hook

    def let_followups_tidy(self) -> None:
        """What the followups function does after an edit: it deletes the folder that a lesson has lost."""
        self.hook = lambda: None
        kept = [self.lesson().get(name) or {} for name in ("package", "unpacking")]
        if UPLOAD.upload_id not in [each.get("uploadId") for each in kept]:
            self.delete_folder(FOLDER)

    def state(self) -> dict[str, Any]:
        """The lesson's `content`, as the API shows it."""
        lesson = Course.from_stored(self.item).require_lesson("quiz")
        shown: dict[str, Any] = lesson.to_api()["content"]
        return shown

    def _waits(self, upload: UploadKey) -> bool:
        unpacking = self.lesson().get("unpacking") or {}
        is_open = unpacking.get("state") == "processing" or unpacking.get("code") == "interrupted"
        return bool(unpacking.get("uploadId") == upload.upload_id and is_open)


@dataclass
class Writer:
    """A folder of the bucket."""

    world: World
    prefix: str

    def write(self, name: str, media_type: str, size: int, chunks: Iterator[bytes]) -> None:
        self.world.hook()
        content = b"".join(chunks)
        assert len(content) == size
        self.world.files[self.prefix + name] = content


def world_of(package: bytes) -> World:
    """A lesson that has a page, and waits until this package is unpacked."""
    unpacking = {
        "uploadId": UPLOAD.upload_id,
        "version": "v1",
        "fileName": "quiz.zip",
        "state": "processing",
    }
    lesson = {
        "title": "Quiz",
        "contentType": "interactive",
        "premium": True,
        "position": 0,
        "contentKey": EARLIER,
        "unpacking": unpacking,
    }
    item = {
        "courseId": "course-1",
        "title": "Algebra",
        "summary": "",
        "status": "draft",
        "ownerId": "owner-1",
        "version": 1,
        "lessons": {"quiz": lesson},
        "createdAt": AT,
        "updatedAt": AT,
    }
    return World(item, {EARLIER: b"earlier"}, {(ZIP, "v1"): package})
