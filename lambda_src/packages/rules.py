"""The rules of unpacking: an accepted zip becomes a lesson's package, or it is refused, whole in both cases.

The uploads function has noted the zip in the lesson as `unpacking` before it calls this one. A run takes these steps,
each of which may be repeated after an interruption, and by two runs at once:

1. *begin*: the lesson must still wait for this upload.
2. *unpack*: each file is written into the upload's own folder, which nobody can read yet. A file is written only when
   all of it was read without an error.
3. *note*: the lesson gets the package, in place of what it had before, if it still waits for this upload.
4. *clean*: the zip is deleted. The folder is deleted too, unless it was noted.

Where the lesson no longer waits (it was deleted, or a newer file was uploaded), nothing of the upload stays. A run that
is interrupted is repeated, and the last word of a run that fails is in the lesson for its instructor.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import IO, Any, Protocol

from domain import content_paths
from domain.content_paths import INCOMING, UploadKey
from domain.courses import Course
from domain.lesson_content import INTERRUPTED, PackageNote
from packages import names
from packages.archive import Archive
from packages.kinds import launch_of
from packages.launch import Launch
from packages.refusals import Refused

# What a lesson's entry keeps of a title. A course is one item of at most 400 KB.
LONGEST_NOTED_TITLE = 80

_REPEATED = "The package could not be unpacked, and is tried again soon. If this stays, upload it again."
_LOST = "The uploaded file is gone. Upload it again."


class Outcome(StrEnum):
    """What became of a zip, for the log."""

    READY = "ready"
    REFUSED = "refused"
    GONE = "gone"


class Lessons(Protocol):
    """The packages of lessons."""

    def course(self, course_id: str) -> Course | None:
        """One course as it is now."""

    def begin(self, upload: UploadKey) -> str | None:
        """Mark the upload as processing, and return the name of its file. None if the lesson does not wait for it."""

    def note(self, upload: UploadKey, note: PackageNote) -> bool:
        """Make it the lesson's package, in place of its earlier content. False if the lesson does not wait for it."""

    def fail(self, upload: UploadKey, code: str, detail: str) -> bool:
        """Note why it was refused. False if the lesson does not wait for it."""


class Folder(Protocol):
    """The folder of one upload."""

    def write(self, name: str, media_type: str, size: int, chunks: Iterator[bytes]) -> None:
        """Write a file when the last of its chunks was given without an error, or not at all."""


class Files(Protocol):
    """The content bucket."""

    def open(self, key: str, version: str) -> IO[bytes] | None:
        """The zip, for reading any part of it; None if it is gone."""

    def folder(self, prefix: str) -> AbstractContextManager[Folder]:
        """The folder whose keys begin with `prefix`. At its end, everything has been written."""

    def delete_folder(self, prefix: str) -> None:
        """Delete every file whose key begins with `prefix`."""

    def erase(self, key: str, version: str) -> None:
        """Delete a version of a file for good."""


class Unpacking:
    """What is done with zips."""

    def __init__(self, lessons: Lessons, files: Files) -> None:
        self._lessons = lessons
        self._files = files

    def run(self, key: str, version: str) -> Outcome:
        """Unpack a zip that the uploads function has accepted, or refuse it. A repeated call does no harm.

        Args:
            key: the key of the zip, below `incoming/`.
            version: the version of the object.
        """
        upload = content_paths.parse(key.removeprefix(INCOMING))
        if upload is None:
            return Outcome.GONE
        file_name = self._lessons.begin(upload)
        if file_name is None:
            self._delete_unless_noted(upload)
            outcome = Outcome.GONE
        else:
            outcome = self._unpack(upload, key, version, file_name)
        self._files.erase(key, version)
        return outcome

    def interrupted(self, key: str) -> None:
        """Note that a run has failed. The platform repeats it."""
        upload = content_paths.parse(key.removeprefix(INCOMING))
        if upload is not None:
            self._lessons.fail(upload, INTERRUPTED, _REPEATED)

    def _unpack(self, upload: UploadKey, key: str, version: str, file_name: str) -> Outcome:
        folder = _folder_of(upload)
        source = self._files.open(key, version)
        if source is None:
            # Another run has finished between our two steps, or an operator has deleted the zip.
            self._lessons.fail(upload, INTERRUPTED, _LOST)
            self._delete_unless_noted(upload)
            return Outcome.GONE
        try:
            archive = Archive(source)
            launch = launch_of(archive, upload.content_type)
            with self._files.folder(folder) as written:
                for member in archive.members:
                    for name in names.forms(member.name):
                        stored = content_paths.PACKAGE_FILES + name
                        written.write(stored, member.media_type, member.size, archive.chunks(member))
                _write_launch(written, launch)
        except Refused as refused:
            self._files.delete_folder(folder)
            self._lessons.fail(upload, refused.code, refused.detail)
            return Outcome.REFUSED
        note = _note_of(upload, file_name, archive, launch)
        if self._lessons.note(upload, note):
            return Outcome.READY
        self._delete_unless_noted(upload)
        return Outcome.GONE

    def _delete_unless_noted(self, upload: UploadKey) -> None:
        course = self._lessons.course(upload.course_id)
        lesson = course.lesson(upload.lesson_id) if course is not None else None
        package: Any = (lesson.package if lesson is not None else None) or {}
        if package.get("uploadId") != upload.upload_id:
            self._files.delete_folder(_folder_of(upload))


def _folder_of(upload: UploadKey) -> str:
    return content_paths.package_folder(upload.course_id, upload.lesson_id, upload.upload_id)


def _write_launch(folder: Folder, launch: Launch) -> None:
    data = launch.to_json()
    folder.write(content_paths.PACKAGE_LAUNCH, "application/json", len(data), iter([data]))


def _note_of(upload: UploadKey, file_name: str, archive: Archive, launch: Launch) -> PackageNote:
    return PackageNote(
        upload_id=upload.upload_id,
        kind=launch.kind,
        title=launch.title[:LONGEST_NOTED_TITLE],
        entry=launch.entry,
        files=len(archive.members),
        unpacked_bytes=archive.unpacked_bytes,
        file_name=file_name,
        parts=max(1, len(launch.parts)),
    )
