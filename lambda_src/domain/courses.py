"""A course with its lessons: what an item of the courses table says, and how the API shows it.

Reading courses is in domain.course_store. Who may see a course is decided in domain.permissions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from domain import lesson_content
from domain.content_paths import INTERACTIVE
from toolkit import texts
from toolkit.errors import Conflict, NotFound

DRAFT = "draft"
PUBLISHED = "published"
ARCHIVED = "archived"
STATUSES = (DRAFT, PUBLISHED, ARCHIVED)

SEPARATOR = "#"
"""In the key of an item of the courses table that is no course: domain.staff and domain.enrollments.admission."""


class Lesson(NamedTuple):
    """One lesson. `content_key` is the S3 key of its file, None before there is one. `open_form` says which form's file
    may still become the lesson's: `uploadId`, `multipart` if it is sent in parts, and `claimedBy` once a file has
    arrived. `package` and `unpacking` are the lesson's package, and the latest one while it is unpacked or after it was
    refused: see domain.lesson_content. `file_name` is the name of its file, if it is not the last part of the key.
    `captions` are those of a video, by language: see domain.captions.
    `section` is the heading under which the lesson stands. A former version stored neither it nor `required`.
    `needs_storage` is the instructor's word that the pages of an interactive lesson need the browser's storage.

    A tuple, because a course has up to 200 of these, and a frozen dataclass takes twice as long.
    """

    lesson_id: str
    title: str
    content_type: str
    premium: bool
    position: int
    content_key: str | None = None
    uploaded_at: str | None = None
    open_form: Mapping[str, Any] | None = None
    package: Mapping[str, Any] | None = None
    unpacking: Mapping[str, Any] | None = None
    file_name: str | None = None
    captions: Mapping[str, Mapping[str, Any]] | None = None
    section: str | None = None
    required: bool = True
    needs_storage: bool = False

    @classmethod
    def from_stored(cls, lesson_id: str, stored: Mapping[str, Any]) -> "Lesson":
        """A lesson from its entry in the course item's `lessons` map."""
        return cls(
            lesson_id=lesson_id,
            title=texts.shown(stored["title"]),
            content_type=stored["contentType"],
            premium=stored["premium"],
            position=stored["position"],
            content_key=stored.get("contentKey"),
            uploaded_at=stored.get("uploadedAt"),
            open_form=stored.get("openForm"),
            package=stored.get("package"),
            unpacking=stored.get("unpacking"),
            file_name=stored.get("fileName"),
            captions=stored.get("captions"),
            section=texts.shown(stored["section"]) if "section" in stored else None,
            required=stored.get("required", True),
            needs_storage=stored.get("needsStorage", False),
        )

    @property
    def counts(self) -> bool:
        """Whether a student has to complete it: it is required, and there is something to open."""
        return self.required and self.has_content

    @property
    def is_scored(self) -> bool:
        """Whether a student can get a score and a time in it."""
        return self.content_type == INTERACTIVE and self.has_content

    @property
    def has_content(self) -> bool:
        """Whether there is something that a student can open."""
        return self.content_key is not None or self.package is not None

    def to_api(self) -> dict[str, Any]:
        """The API's Lesson."""
        section = {} if self.section is None else {"section": self.section}
        return {
            "lessonId": self.lesson_id,
            "title": self.title,
            "contentType": self.content_type,
            "premium": self.premium,
            "position": self.position,
            **section,
            "required": self.required,
            **({"needsStorage": True} if self.needs_storage else {}),
            "hasContent": self.has_content,
            "content": lesson_content.shown(
                self.content_type, self.content_key, self.package, self.unpacking, self.file_name
            ),
            **lesson_content.captions_shown(self.captions),
        }


@dataclass(frozen=True)
class CourseSummary:
    """What lists show of a course: everything but its lessons. Times are stored text.

    `staff` has the user ids of the co-teachers. The owner is not among them. `archived_from` is the status before
    `archived`; None for courses that were archived before it was stored. `lesson_count` is counted where the lessons
    were read, and else the stored number.
    """

    course_id: str
    title: str
    summary: str
    status: str
    owner_id: str
    version: int
    created_at: str
    updated_at: str
    published_at: str | None = None
    capacity: int | None = None
    opens_at: str | None = None
    closes_at: str | None = None
    seats_taken: int = 0
    waitlisted: int = 0
    staff: frozenset[str] = frozenset()
    archived_from: str | None = None
    lesson_count: int = 0

    @classmethod
    def from_stored(cls, item: Mapping[str, Any]) -> Self:
        """A course from its item as Python values."""
        return cls(
            course_id=item["courseId"],
            title=texts.shown(item["title"]),
            summary=texts.shown(item["summary"]),
            status=item["status"],
            owner_id=item["ownerId"],
            version=item["version"],
            created_at=item["createdAt"],
            updated_at=item["updatedAt"],
            published_at=item.get("publishedAt"),
            capacity=item.get("capacity"),
            opens_at=item.get("opensAt"),
            closes_at=item.get("closesAt"),
            seats_taken=item.get("seatsTaken", 0),
            waitlisted=item.get("waitlisted", 0),
            staff=frozenset(item.get("staff", ())),
            archived_from=item.get("archivedFrom"),
            lesson_count=len(item["lessons"]) if "lessons" in item else item["lessonCount"],
        )

    @property
    def is_public(self) -> bool:
        """Whether students may know what is in it now: it is published, or was published when it was archived.

        Nobody but its teachers learns what is written into a course while it is a draft, and a draft stays hidden
        when it is archived.
        """
        if self.status == ARCHIVED:
            return self.published_at is not None and self.archived_from != DRAFT
        return self.status == PUBLISHED

    def is_taught_by(self, user_id: str) -> bool:
        """Whether a person is the owner or a co-teacher. What they may do also depends on their roles."""
        return user_id == self.owner_id or user_id in self.staff

    def to_api(self) -> dict[str, Any]:
        """The API's CourseSummary, with the optional fields that are set."""
        return {**self._fields(), "lessonCount": self.lesson_count}

    def to_editors(self) -> dict[str, Any]:
        """The course for callers who may edit it: also the seats taken, the students who wait, and the co-teachers."""
        return {
            **self.to_api(),
            "seatsTaken": self.seats_taken,
            "waitlisted": self.waitlisted,
            "staff": sorted(self.staff),
        }

    def _fields(self) -> dict[str, Any]:
        """What the API shows of a course in lists and alone."""
        shown: dict[str, Any] = {
            "courseId": self.course_id,
            "title": self.title,
            "summary": self.summary,
            "status": self.status,
            "ownerId": self.owner_id,
            "version": self.version,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }
        optional = {"capacity": self.capacity, "opensAt": self.opens_at, "closesAt": self.closes_at}
        shown.update({name: value for name, value in optional.items() if value is not None})
        return shown


@dataclass(frozen=True)
class Course(CourseSummary):
    """One course; `lessons` are in the order in which students see them.

    `stored_lesson_count` is the number of lessons that lists show. It is None, or may be wrong, if a former version
    of the platform has written the course last.
    """

    lessons: tuple[Lesson, ...] = ()
    stored_lesson_count: int | None = None

    @classmethod
    def from_stored(cls, item: Mapping[str, Any]) -> Self:
        """A course from its item as Python values."""
        lessons = [Lesson.from_stored(lesson_id, stored) for lesson_id, stored in item["lessons"].items()]
        lessons.sort(key=lambda lesson: (lesson.position, lesson.lesson_id))
        return replace(
            super().from_stored(item), lessons=tuple(lessons), stored_lesson_count=item.get("lessonCount")
        )

    @property
    def is_archived(self) -> bool:
        """Whether the course is read-only."""
        return self.status == ARCHIVED

    @property
    def is_counted(self) -> bool:
        """Whether the stored number of lessons is right."""
        return self.stored_lesson_count == len(self.lessons)

    @property
    def lesson_ids(self) -> frozenset[str]:
        """The ids of all lessons."""
        return frozenset(lesson.lesson_id for lesson in self.lessons)

    @property
    def counted_ids(self) -> frozenset[str]:
        """The ids of the lessons that a percentage is counted from: required ones with content."""
        return frozenset(lesson.lesson_id for lesson in self.lessons if lesson.counts)

    @property
    def scored_ids(self) -> frozenset[str]:
        """The ids of the lessons whose scores and times count: interactive ones with content."""
        return frozenset(lesson.lesson_id for lesson in self.lessons if lesson.is_scored)

    def lesson(self, lesson_id: str) -> Lesson | None:
        """The lesson of that id, or None."""
        return next((lesson for lesson in self.lessons if lesson.lesson_id == lesson_id), None)

    def lessons_with(self, lesson: Lesson) -> tuple[Lesson, ...]:
        """All lessons, with this one in the place of the one of its id, if there is one."""
        others = (each for each in self.lessons if each.lesson_id != lesson.lesson_id)
        return (*others, lesson)

    def require_lesson(self, lesson_id: str) -> Lesson:
        """The lesson of that id.

        Raises:
            NotFound: there is none.
        """
        lesson = self.lesson(lesson_id)
        if lesson is None:
            raise NotFound("There is no such lesson.")
        return lesson

    def require_not_archived(self) -> None:
        """Check that the course may be edited now.

        Raises:
            Conflict: it is archived.
        """
        if self.is_archived:
            raise Conflict(
                "An archived course is read-only. Change its status first.", code="course-archived"
            )

    def to_api(self) -> dict[str, Any]:
        """The API's Course, with the optional fields that are set."""
        return {**self._fields(), "lessons": [lesson.to_api() for lesson in self.lessons]}


def is_course(item: Mapping[str, Any]) -> bool:
    """Whether an item of the courses table is a course."""
    return SEPARATOR not in item["courseId"]
