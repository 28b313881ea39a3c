"""A student's record in one course: the enrolment and the student's progress, in one item.

This module defines the item and the rule for percentages. domain.enrollments.rules and the progress function
decide who may read or change a record, and when.

Beware: in a stored item, `completionPercentage` is not always a percentage. It is the sort key of the index. While a
student is on the waitlist, it is the time at which the student joined the waitlist, in milliseconds since 1970, and
the real percentage is in `keptPercentage`. Read items through `EnrollmentRecord.from_stored`, which handles both.

A completion percentage is counted from the course's lessons that count now: required ones that have content. A lesson
that is added lowers it as soon as it has content, a lesson that is removed no longer counts, and a lesson that is added
again counts again. Completed lessons stay stored for ever, also those that do not count. A course is completed when a
student completes the last open lesson that counts at that time, and it stays completed when lessons are added later.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zlib import crc32

from domain.enrollments import results as reported
from domain.enrollments.results import Results
from domain.rosters.contacts import Contact
from toolkit import texts

PENDING = "pending"
ACTIVE = "active"
COMPLETED = "completed"
WAITLISTED = "waitlisted"
WITHDRAWN = "withdrawn"

ENROLLED = (ACTIVE, COMPLETED)
"""The statuses of students who have a seat."""

NOT_ENROLLED = "You are not enrolled in this course."

# It has only what a roster shows (education/data/tables.py): never write back as a record what was read from it.
ROSTER_INDEX = "course-students-index"
# It has what a student's own list shows.
STUDENT_INDEX = "student-enrollments-index"


@dataclass(frozen=True, order=True)
class Position:
    """Where a lesson is to be resumed, as of `at`. Greater means newer; at the same time, further."""

    at: str
    seconds: int


@dataclass(frozen=True)
class EnrollmentRecord:
    """One student in one course. Times are stored text (toolkit.clock); `percentage` is 0 to 100.

    `percentage` is the percentage at the last write: a completion, an enrolment after a withdrawal, or a course
    change (followups). Rosters, lists of enrolments and exports show it. The API's Progress counts the percentage again
    (`percentage_of`). Every write raises `revision` by one.

    `positions` are those from before a withdrawal, and those that a former version stored here. All others are items of
    their own: domain.positions.

    `last_lesson_id` is the lesson of the latest activity: a completion, a first position, or the start of a package. A
    record of a former version has none.

    `results` are those of interactive lessons, by lesson (progress.launches). `uncounted` are the lessons among them
    that do not count any more; a record of a former version has none.

    `own_enrolments` are the times at which the student enrolled lately (domain.enrollments.rules). While a student is
    queued (`pending`), `requested_at` is the time of the request. `left_to_stream` says of the last change of the seat
    that no counter changed with it, and that it is counted from the stream (domain.enrollments.admission).

    `contact` is the copy of the student's name and address for rosters (domain.rosters.contacts); None if there is no
    copy yet. A withdrawn record is stored without it.
    """

    user_id: str
    course_id: str
    course_title: str
    status: str
    enrolled_at: str
    activity_at: str
    revision: int = 1
    percentage: float = 0
    completed: frozenset[str] = frozenset()
    positions: Mapping[str, Position] = field(default_factory=dict)
    completed_at: str | None = None
    waitlisted_at: str | None = None
    own_enrolments: tuple[str, ...] = ()
    requested_at: str | None = None
    left_to_stream: bool = False
    contact: Contact | None = None
    last_lesson_id: str | None = None
    results: Results = field(default_factory=dict)
    uncounted: frozenset[str] = frozenset()

    @property
    def score(self) -> float | None:
        """The mean of the scores of all lessons that count and have one, 0 to 100."""
        return reported.mean_score(reported.without(self.results, self.uncounted).values())

    @property
    def total_seconds(self) -> int:
        """The time in all packages of the course that count."""
        return reported.total_seconds(reported.without(self.results, self.uncounted).values())

    @property
    def is_enrolled(self) -> bool:
        """Whether the student has a seat and may learn."""
        return self.status in ENROLLED

    @property
    def waiting_since(self) -> int:
        """When the student joined the waitlist, in milliseconds since 1970: the order of the waitlist. 0 of others."""
        return _milliseconds(self.waitlisted_at) if self.waitlisted_at else 0

    @property
    def last_activity_at(self) -> str:
        """The latest time at which the student did something in the course."""
        return max([self.activity_at, *(position.at for position in self.positions.values())])

    def latest(self, lesson_id: str, at: str) -> tuple[str, str | None]:
        """The time and the lesson of the latest activity, if there was one in this lesson at this time. Of two at the
        same time, the greater id counts, so that their order does not matter."""
        found = max((self.activity_at, self.last_lesson_id or ""), (at, lesson_id))
        return found[0], found[1] or None

    def changed(self, **changes: Any) -> "EnrollmentRecord":
        """The next revision of this record."""
        return replace(self, revision=self.revision + 1, **changes)

    def counted(self, counted_ids: Collection[str], scored_ids: Collection[str]) -> "EnrollmentRecord":
        """This record with the percentage and the uncounted results that follow from the lessons of the course."""
        percentage = percentage_of(self.completed, counted_ids)
        return replace(self, percentage=percentage, uncounted=frozenset(self.results).difference(scored_ids))

    def with_positions(self, found: Mapping[str, Position]) -> "EnrollmentRecord":
        """This record with the positions that are stored apart from it (domain.positions); the newer one counts."""
        return replace(self, positions=_newest(self.positions, found))

    def to_stored(self, shards: int) -> dict[str, Any]:
        """The item. The index sorts enrolled students by percentage. Students on the waitlist are in a partition
        of their own, sorted by time: see the beginning of this module."""
        item: dict[str, Any] = {
            "userId": self.user_id,
            "courseId": self.course_id,
            "courseTitle": self.course_title,
            "status": self.status,
            "enrolledAt": self.enrolled_at,
            "lastActivityAt": self.activity_at,
            "revision": self.revision,
            "completionPercentage": self.percentage,
            "positions": {
                lesson_id: {"seconds": position.seconds, "at": position.at}
                for lesson_id, position in self.positions.items()
            },
        }
        if self.completed:
            item["completedLessons"] = set(self.completed)
        if self.completed_at is not None:
            item["completedAt"] = self.completed_at
        if self.own_enrolments:
            item["ownEnrolments"] = list(self.own_enrolments)
        if self.requested_at is not None:
            item["requestedAt"] = self.requested_at
        if self.left_to_stream:
            item["leftToStream"] = True
        if self.last_lesson_id is not None:
            item["lastLessonId"] = self.last_lesson_id
        if self.contact is not None and self.status != WITHDRAWN:
            item |= self.contact.to_stored()
        if self.is_enrolled:
            item["courseShard"] = shard_key(self.course_id, shard_of(self.user_id, shards))
        if self.status == WAITLISTED and self.waitlisted_at is not None:
            item["courseShard"] = waitlist_key(self.course_id)
            item["waitlistedAt"] = self.waitlisted_at
            item["keptPercentage"] = self.percentage
            item["completionPercentage"] = self.waiting_since
        return item | self.results_to_store()

    def results_to_store(self) -> dict[str, Any]:
        """The results in an item, with what a roster shows of them; nothing if there are none."""
        if not self.results:
            return {}
        stored: dict[str, Any] = {
            "results": {lesson_id: result.to_stored() for lesson_id, result in self.results.items()},
            "totalSeconds": self.total_seconds,
        }
        if self.score is not None:
            stored["score"] = self.score
        if self.uncounted:
            stored["uncountedResults"] = set(self.uncounted)
        return stored

    @classmethod
    def from_stored(
        cls, item: Mapping[str, Any], found: Mapping[str, Position] | None = None
    ) -> "EnrollmentRecord":
        """The record in an item, with the positions that are stored apart from it, as with_positions."""
        positions = {key: Position(each["at"], each["seconds"]) for key, each in item["positions"].items()}
        return cls(
            user_id=item["userId"],
            course_id=item["courseId"],
            course_title=texts.shown(item["courseTitle"]),
            status=item["status"],
            enrolled_at=item["enrolledAt"],
            activity_at=item["lastActivityAt"],
            revision=item["revision"],
            percentage=_percentage_in(item),
            completed=frozenset(item.get("completedLessons", ())),
            positions=_newest(positions, found) if found else positions,
            completed_at=item.get("completedAt"),
            waitlisted_at=item.get("waitlistedAt"),
            own_enrolments=tuple(item.get("ownEnrolments", ())),
            requested_at=item.get("requestedAt"),
            left_to_stream=item.get("leftToStream", False),
            last_lesson_id=item.get("lastLessonId"),
            results=reported.from_stored(item.get("results", {})),
            uncounted=frozenset(item.get("uncountedResults", ())),
            contact=Contact.from_stored(item),
        )


def learning_status(record: EnrollmentRecord | None) -> str:
    """The status of a student who has a seat: a course that was completed stays completed."""
    return COMPLETED if record is not None and record.completed_at is not None else ACTIVE


def percentage_of(completed: Collection[str], counted_ids: Collection[str]) -> float:
    """How much of a course is completed, in percent with two decimals.

    100 means all of it, so nothing is rounded up to 100. A course without lessons that count is at 0.
    """
    total = len(counted_ids)
    done = len(set(completed).intersection(counted_ids))
    if total == 0:
        return 0
    if done == total:
        return 100
    return min(round(100 * done / total, 2), 99.99)


def shard_of(user_id: str, shards: int) -> int:
    """Which part of a course's roster a student is in. It depends on the number of `shards`."""
    return crc32(user_id.encode()) % shards


def shard_key(course_id: str, shard: int) -> str:
    """The index partition of one part of a course's roster."""
    return f"{course_id}#{shard}"


def waitlist_key(course_id: str) -> str:
    """The index partition of a course's waitlist."""
    return f"waitlist#{course_id}"


@dataclass(frozen=True)
class ListedEnrollment:
    """What a student's own list has of an enrolment. The attributes are those of EnrollmentRecord."""

    user_id: str
    course_id: str
    course_title: str
    status: str
    percentage: float
    enrolled_at: str
    last_lesson_id: str | None = None

    @classmethod
    def from_stored(cls, item: Mapping[str, Any]) -> "ListedEnrollment":
        """The enrolment in an item of STUDENT_INDEX."""
        return cls(
            user_id=item["userId"],
            course_id=item["courseId"],
            course_title=texts.shown(item["courseTitle"]),
            status=item["status"],
            percentage=_percentage_in(item),
            enrolled_at=item["enrolledAt"],
            last_lesson_id=item.get("lastLessonId"),
        )


def _newest(some: Mapping[str, Position], others: Mapping[str, Position]) -> dict[str, Position]:
    """Positions by lesson; of two in a lesson, the newer one."""
    newer = {
        lesson_id: max(position, some.get(lesson_id, position)) for lesson_id, position in others.items()
    }
    return {**some, **newer}


def _percentage_in(item: Mapping[str, Any]) -> float:
    """The percentage in an item: see the beginning of this module."""
    percentage: float = item["keptPercentage" if item["status"] == WAITLISTED else "completionPercentage"]
    return percentage


def _milliseconds(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000)
