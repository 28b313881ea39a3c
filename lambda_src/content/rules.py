"""The rules of lessons' files: which callers may upload or read one, and at which URL.

Here only the form is created, and noted in the lesson. A lesson has one open form at most: a newer form replaces it. A
file becomes a lesson's content when it is in S3 (the uploads function). This module does not depend on HTTP, S3's forms
or CloudFront's signatures.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Protocol
from urllib.parse import quote

from content.form_rules import UploadForm, UploadForms, WantedUpload, described
from domain import captions, content_paths, course_size, permissions
from domain.content_paths import UploadKey
from domain.courses import Course, Lesson
from domain.lesson_content import HTML_FILE, SHARED_ORIGIN_KINDS, name_of_file
from toolkit.caller import Caller
from toolkit.errors import Conflict, Forbidden, NotFound

_ATTEMPTS = 4


@dataclass(frozen=True)
class LocatedCaptions:
    """Where the captions of a video in one language are."""

    language: str
    label: str
    url: str


@dataclass(frozen=True)
class ContentLocation:
    """Where a lesson's content is.

    Attributes:
        url: the file, or the entry page of a package. Of an article with pictures, its text.
        premium: whether the lesson is premium.
        expires_at: when the URLs end (stored text); None for a free file.
        kind: of an interactive lesson, its kind.
        launch_url: of an interactive package, what the player needs to know of it.
        player_url: of an interactive lesson, the page that runs it.
        needs_storage: of an interactive lesson, whether its pages share the origin of SCORM packages.
        captions: of a video, its captions.
    """

    url: str
    premium: bool
    file_name: str
    expires_at: str | None = None
    kind: str | None = None
    launch_url: str | None = None
    player_url: str | None = None
    needs_storage: bool | None = None
    captions: tuple[LocatedCaptions, ...] | None = None


class ContentStore(Protocol):
    """The data that decides about access to content."""

    def course(self, course_id: str) -> Course | None:
        """One course as it is now."""

    def recent_course(self, course_id: str) -> tuple[Course | None, bool]:
        """One course as it was a few seconds ago at most, and whether it was read now."""

    def is_enrolled(self, user_id: str, course_id: str) -> bool:
        """Whether a student is enrolled in a course now."""

    def open_form(self, upload: UploadKey) -> bool:
        """Note a form in its lesson, in place of an earlier one. False if the lesson is gone or has changed, or if the
        course is archived."""


class UrlSigner(Protocol):
    """Signed URLs of premium files."""

    def sign(self, content_key: str) -> tuple[str, str]:
        """A signed URL of a file, and when it expires (stored text)."""


class PackageAddresser(Protocol):
    """Addresses of packages."""

    def address(
        self, course_id: str, lesson_id: str, version: str, *, shares_origin: bool
    ) -> tuple[str, str]:
        """The address of a package's folder, with its slash, and when it ends (stored text)."""


class Content:
    """The operations on lessons' files."""

    def __init__(
        self,
        store: ContentStore,
        forms: UploadForms,
        signer: UrlSigner,
        packages: PackageAddresser,
        *,
        base_url: str,
        most_bytes: int,
    ) -> None:
        self._store = store
        self._forms = forms
        self._signer = signer
        self._packages = packages
        self._base_url = base_url
        self._most_bytes = most_bytes

    def create_upload(
        self, caller: Caller, course_id: str, lesson_id: str, wanted: WantedUpload
    ) -> UploadForm:
        """A form with which a browser uploads one file for the lesson.

        Raises:
            NotFound, Forbidden: the caller may not see or not edit the course, or there is no such lesson.
            BadRequest: the media type does not fit the lesson, or the file would be too large.
            Conflict: the course is archived or too large, or is edited too often now.
        """
        for _ in range(_ATTEMPTS):
            form = self._open_form(caller, course_id, lesson_id, wanted)
            if form is not None:
                return form
        raise Conflict("Other people are changing this course. Try again.", code="busy")

    def _open_form(
        self, caller: Caller, course_id: str, lesson_id: str, wanted: WantedUpload
    ) -> UploadForm | None:
        """A form for the lesson as it is now; None if the lesson has changed meanwhile."""
        course = permissions.require_editable(caller, self._store.course(course_id))
        lesson = course.require_lesson(lesson_id)
        course.require_not_archived()
        course_size.require_room(course.lessons, course.lessons_with(lesson._replace(open_form={})))
        upload, file = described(course_id, lesson, wanted, caller, self._most_bytes)
        if not self._store.open_form(upload):
            return None
        sizes = (wanted.size_bytes or 1, wanted.size_bytes or self._most_bytes)
        return self._forms.make(file, sizes)

    def locate(self, caller: Caller, course_id: str, lesson_id: str) -> ContentLocation:
        """Where the lesson's content is. For premium content, a signed URL that is valid for this upload only.

        For a student the course may be a few seconds old, the enrolment is not. So a lesson's former file may be
        located for as long. Nothing is refused by an old course.

        Raises:
            NotFound: the caller may not see the course, there is no such lesson, or nothing was uploaded.
            Forbidden: the caller is not enrolled and may not edit the course.
        """
        is_enrolled = cache(partial(self._store.is_enrolled, caller.user_id, course_id))
        course, is_now = self._store.recent_course(course_id)
        if is_now or (course is not None and not permissions.may_edit(caller, course)):
            try:
                return self._located(caller, course, lesson_id, is_enrolled)
            except (NotFound, Forbidden):
                if is_now:
                    raise
        return self._located(caller, self._store.course(course_id), lesson_id, is_enrolled)

    def _located(
        self, caller: Caller, found: Course | None, lesson_id: str, is_enrolled: Callable[[], bool]
    ) -> ContentLocation:
        """Where the lesson's content is in a course that was read."""
        course = permissions.require_visible(caller, found)
        if not permissions.may_edit(caller, course) and not is_enrolled():
            raise Forbidden("Only enrolled students may read the course's content.")
        lesson = course.require_lesson(lesson_id)
        if lesson.package is not None:
            return self._package(course.course_id, lesson, lesson.package)
        if lesson.content_key is None:
            raise NotFound("Nothing has been uploaded for this lesson.")
        if lesson.content_type == content_paths.INTERACTIVE:
            return self._page(course.course_id, lesson, lesson.content_key)
        url, expires_at = self._link(lesson, lesson.content_key)
        return ContentLocation(
            url,
            premium=lesson.premium,
            file_name=name_of_file(lesson.content_key, lesson.file_name),
            expires_at=expires_at,
            captions=self._captions(course, lesson) if lesson.content_type == captions.VIDEO else None,
        )

    def _package(self, course_id: str, lesson: Lesson, package: Mapping[str, Any]) -> ContentLocation:
        """Where a package is. A free one has an address that ends too, so that there is one way to packages."""
        kind, entry = package["kind"], content_paths.PACKAGE_FILES + package["entry"]
        shares_origin = lesson.needs_storage or kind in SHARED_ORIGIN_KINDS
        folder, ends = self._packages.address(
            course_id, lesson.lesson_id, package["uploadId"], shares_origin=shares_origin
        )
        name = package["fileName"]
        if lesson.content_type == content_paths.ARTICLE:
            # The portal reads the text, and finds the pictures beside it.
            return ContentLocation(folder + quote(entry), lesson.premium, name, expires_at=ends)
        located = self._located_in(folder, ends, lesson, kind, entry)
        return replace(located, file_name=name, launch_url=folder + content_paths.PACKAGE_LAUNCH)

    def _page(self, course_id: str, lesson: Lesson, key: str) -> ContentLocation:
        """Where a single page is. It is stored like a video, and opens in the way of packages."""
        upload = content_paths.require_parsed(key)
        folder, ends = self._packages.address(
            course_id, lesson.lesson_id, upload.upload_id, shares_origin=lesson.needs_storage
        )
        located = self._located_in(folder, ends, lesson, HTML_FILE, content_paths.page_in_folder(key))
        return replace(located, file_name=name_of_file(key, lesson.file_name))

    def _located_in(
        self, folder: str, ends: str, lesson: Lesson, kind: str, first_page: str
    ) -> ContentLocation:
        return ContentLocation(
            folder + quote(first_page),
            premium=lesson.premium,
            file_name="",
            expires_at=ends,
            kind=kind,
            player_url=f"{self._base_url}/{content_paths.PLAYER_PAGE}",
            needs_storage=lesson.needs_storage or None,
        )

    def _captions(self, course: Course, lesson: Lesson) -> tuple[LocatedCaptions, ...]:
        return tuple(
            LocatedCaptions(each.language, each.label, self._link(lesson, each.key)[0])
            for each in captions.ready(course.course_id, lesson)
        )

    def _link(self, lesson: Lesson, key: str) -> tuple[str, str | None]:
        """The URL of one of the lesson's files, and when it expires if it does."""
        return self._signer.sign(key) if lesson.premium else (f"{self._base_url}/{key}", None)
