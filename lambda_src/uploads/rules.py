"""The rules of files that arrive: a file becomes a lesson's content, or it is deleted at once.

A file becomes content only if all of this is true when it arrives, and still true when it has been noted:

* its form is the lesson's open form. An edit that makes the lesson another one (deleted, made again, other content
  type, other `premium`) drops the form with the lesson's entry, and a newer form replaces it;
* the course is not archived;
* the person who got the form may still edit the course: with the roles of now, and not erased.

The steps of a file that becomes content, each of which may be repeated after an interruption:

1. *claim*: the lesson's open form notes which arrival takes it. All other arrivals with this form are deleted.
2. *copy*: the file is copied to the address from which it is served. Nobody has the address from the API yet.
3. *note*: the lesson gets the address as its content.
4. *close*: the form is removed from the lesson. If the person lost the right meanwhile, the content is removed too.

The arrival itself is deleted in every case.

A package (a zip) takes other steps. It is claimed too, but then noted as the lesson's `unpacking` and handed to the
packages function, which unpacks and deletes it. Until that is done, the lesson keeps what it had.
"""

from typing import Protocol

from domain import captions, content_paths, permissions
from domain.content_paths import INCOMING, UploadKey
from domain.courses import Course
from toolkit.caller import Caller
from uploads.arrival import Arrival, Outcome
from uploads.caption_rules import ArrivedCaptions, CaptionFiles, CaptionStore


class LessonStore(CaptionStore, Protocol):
    """The open forms and the content of lessons."""

    def course(self, course_id: str) -> Course | None:
        """One course as it is now."""

    def claim(self, upload: UploadKey, version: str) -> Course | None:
        """Take the open form for this version; None if it is not open, or another version has it."""

    def note(self, upload: UploadKey, arrival: Arrival, key: str, at: str) -> Course | None:
        """Set the lesson's content if this version still has the open form; None if it has not."""

    def close_form(self, upload: UploadKey) -> None:
        """Remove the form from its lesson, if it is still the open one."""

    def take_back(self, upload: UploadKey, key: str) -> None:
        """Remove content and form from the lesson, if this is still its content."""

    def note_package(self, upload: UploadKey, arrival: Arrival) -> Course | None:
        """Set the lesson's `unpacking` if this version still has the open form; None if it has not."""

    def take_back_package(self, upload: UploadKey) -> None:
        """Remove `unpacking` and form from the lesson, if it is still this upload that it waits for."""


class Files(CaptionFiles, Protocol):
    """The content bucket."""

    def find(self, key: str, version: str | None) -> Arrival | None:
        """A version of a file, the newest one if `version` is None."""

    def copy(self, arrival: Arrival, key: str) -> None:
        """Copy an arrival to the address from which it is served."""

    def is_served(self, key: str) -> bool:
        """Whether there is a file now, and not only versions that were deleted."""

    def erase(self, key: str, version: str | None = None) -> None:
        """Delete one version for good, or all if `version` is None."""


class People(Protocol):
    """The people who got forms."""

    def groups(self, user_id: str) -> frozenset[str] | None:
        """The groups of a person now; None if they are being or have been erased."""


class Unpacker(Protocol):
    """The packages function."""

    def start(self, key: str, version: str) -> None:
        """Have a zip unpacked soon."""


class Arrivals:
    """What is done with files that arrive."""

    def __init__(self, store: LessonStore, files: Files, people: People, unpacker: Unpacker) -> None:
        self._store = store
        self._files = files
        self._people = people
        self._unpacker = unpacker
        self._captions = ArrivedCaptions(store, files, self._may_upload)

    def take(self, key: str, version: str | None, at: str) -> Outcome:
        """Make a file that was uploaded the lesson's content, or delete it. A repeated call does no harm.

        Args:
            key: the object's key.
            version: the object's version, None if the event names none.
            at: S3's time of the event, as stored text.
        """
        served_key = key.removeprefix(INCOMING)
        upload = content_paths.parse(served_key)
        arrival = self._files.find(key, version) if key != served_key else None
        if upload is None:
            outcome = Outcome.NO_FORM
        elif arrival is None:
            # Handled before; or uploaded to the served address itself, by a form of an earlier release.
            self._erase_unless_noted(upload, served_key, version)
            outcome = Outcome.GONE
        else:
            outcome = self._outcome(upload, arrival, served_key, at)
        if arrival is not None and outcome is not Outcome.UNPACKING:
            # The run that has claimed the form deletes all that was sent with it, so that many files go quickly.
            has_claimed = outcome in (Outcome.NOTED, Outcome.REFUSED)
            self._files.erase(arrival.key, None if has_claimed else arrival.version)
        return outcome

    def _outcome(self, upload: UploadKey, arrival: Arrival, served_key: str, at: str) -> Outcome:
        if upload.content_type == content_paths.CAPTIONS:
            return self._captions.decide(upload, arrival, served_key)
        if arrival.is_package:
            return self._hand_on(upload, arrival)
        return self._decide(upload, arrival, served_key, at)

    def _decide(self, upload: UploadKey, arrival: Arrival, served_key: str, at: str) -> Outcome:
        claimed = self._store.claim(upload, arrival.version)
        if claimed is None:
            self._erase_unless_noted(upload, served_key, arrival.version)
            return Outcome.NO_FORM
        noted: Course | None = claimed
        if not (_is_noted(claimed, upload, served_key) and self._files.is_served(served_key)):
            noted = self._copy_and_note(upload, arrival, claimed, served_key, at)
        # Cognito knows no conditions. So the right is asked for once more, after the write that depends on it.
        if noted is not None and self._may_upload(arrival, noted):
            self._store.close_form(upload)
            return Outcome.NOTED
        self._store.take_back(upload, served_key)
        self._files.erase(served_key)
        return Outcome.REFUSED

    def _hand_on(self, upload: UploadKey, arrival: Arrival) -> Outcome:
        """Have a package unpacked, if it may become the lesson's. The packages function then deletes it.

        Other files that were sent with the same form have events of their own, and are deleted then.
        """
        claimed = self._store.claim(upload, arrival.version)
        if claimed is None:
            waits = _waits_for(self._store.course(upload.course_id), upload, arrival.version)
            return Outcome.UNPACKING if waits else Outcome.NO_FORM
        noted: Course | None = claimed
        if not _has_taken(claimed, upload):
            may_upload = self._may_upload(arrival, claimed)
            noted = self._store.note_package(upload, arrival) if may_upload else None
        if noted is None or not self._may_upload(arrival, noted):
            self._store.take_back_package(upload)
            return Outcome.REFUSED
        # Before the form is closed, so that a run after an interruption comes here again.
        self._unpacker.start(arrival.key, arrival.version)
        self._store.close_form(upload)
        return Outcome.UNPACKING

    def _copy_and_note(
        self, upload: UploadKey, arrival: Arrival, course: Course, served_key: str, at: str
    ) -> Course | None:
        """The course with the file as the lesson's content; None if the lesson or the right has changed."""
        noted = None
        try:
            if self._may_upload(arrival, course):
                self._files.copy(arrival, served_key)
                # To copy a large file takes a while. A refusal after the note would cost the lesson its earlier file.
                if self._may_upload(arrival, self._store.course(upload.course_id)):
                    noted = self._store.note(upload, arrival, served_key, at)
        finally:
            # Also after an error: what is not noted must not be served.
            if noted is None:
                self._files.erase(served_key)
        return noted

    def _may_upload(self, arrival: Arrival, course: Course | None) -> bool:
        groups = self._people.groups(arrival.uploader_id) if arrival.uploader_id else None
        if groups is None or course is None:
            return False
        return permissions.may_edit(Caller(arrival.uploader_id, "", groups), course)

    def _erase_unless_noted(self, upload: UploadKey, served_key: str, version: str | None) -> None:
        """Delete what a run that ended early has left at the served address.

        A file that was noted and then deleted stays among the old versions, from which an operator can restore it.
        """
        course = self._store.course(upload.course_id)
        lesson = course.lesson(upload.lesson_id) if course is not None else None
        form = (lesson.open_form if lesson is not None else None) or {}
        if form.get("uploadId") == upload.upload_id and form.get("claimedBy", version) != version:
            return  # another arrival has claimed the form, and its run decides
        if not _is_noted(course, upload, served_key) and self._files.is_served(served_key):
            self._files.erase(served_key)


def _is_noted(course: Course | None, upload: UploadKey, served_key: str) -> bool:
    lesson = course.lesson(upload.lesson_id) if course is not None else None
    if lesson is None:
        return False
    shown = {each.key for each in captions.ready(upload.course_id, lesson)}
    return served_key == lesson.content_key or served_key in shown


def _has_taken(course: Course, upload: UploadKey) -> bool:
    """Whether an earlier run has noted this package, which may be ready by now."""
    lesson = course.lesson(upload.lesson_id)
    taken = (lesson.unpacking, lesson.package) if lesson is not None else ()
    return any(each is not None and each.get("uploadId") == upload.upload_id for each in taken)


def _waits_for(course: Course | None, upload: UploadKey, version: str) -> bool:
    """Whether the lesson waits until this version of the upload is unpacked."""
    lesson = course.lesson(upload.lesson_id) if course is not None else None
    unpacking = (lesson.unpacking if lesson is not None else None) or {}
    return (unpacking.get("uploadId"), unpacking.get("version")) == (upload.upload_id, version)
