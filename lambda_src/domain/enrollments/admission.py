"""Admission to a course: the small item that every enrolment reads, and that has a course's counters.

The course's own item has the lessons, so it may be large. The admission item is beside it in the courses table, under
the key `admission#<courseId>`, and stays under 1 KB. It has a copy of what an enrolment depends on (`COPIED`). The
catalog function writes both in one transaction whenever one of these changes, with the course's version.

Seats are counted in two places, and each change of a record counts in exactly one of them:

* `seatsTaken` and `waitlisted` of the admission item change in the transaction that writes the record. A course with
  a capacity needs that: the transaction is what keeps it from being overfilled.
* A course without a capacity needs no counter to decide, so its enrolments and withdrawals write the record alone
  (EnrollmentRecord.left_to_stream). The admissions function counts them from the stream, in the item
  `count#<courseId>`.

So the sum of both (`Seats`) is the number of enrolled students, also after the capacity was set or removed; the part
from the stream is a moment late. When a course that has been published gets a capacity, `countingSince` is set until
the part from the stream has been moved over (domain.enrollments.counting). Meanwhile enrolments are queued.

An item of a former version has its counters in the course's item. admission_store.adopt moves them at first touch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from domain.courses import SEPARATOR, Course
from toolkit import texts

_ADMISSION = "admission"
_COUNT = "count"

COUNTERS = ("seatsTaken", "waitlisted")
# What the admission item has of the course, besides the version.
COPIED = ("title", "status", "capacity", "opensAt", "closesAt")


class Seats(NamedTuple):
    """How many students are enrolled in a course, and how many wait."""

    taken: int = 0
    waitlisted: int = 0


@dataclass(frozen=True)
class Admission:
    """What decides about an enrolment. Times are stored text; `version` is the course's at the last change of this.

    `seats_taken` is the whole number of enrolled students only while the course `has_counter`. Until `queue_until`,
    enrolments are queued, so that those who are queued already go first. `counting_since` is when a capacity was set
    for a course whose students are not counted yet.
    """

    course_id: str
    title: str
    status: str
    version: int
    capacity: int | None = None
    opens_at: str | None = None
    closes_at: str | None = None
    seats_taken: int = 0
    waitlisted: int = 0
    queue_until: str | None = None
    counting_since: str | None = None

    @property
    def has_counter(self) -> bool:
        """Whether each change of a seat counts in the admission item."""
        return self.capacity is not None and self.counting_since is None

    def is_queued(self, now: str) -> bool:
        """Whether a new enrolment has to be queued."""
        return self.counting_since is not None or (self.queue_until is not None and now < self.queue_until)

    def to_stored(self) -> dict[str, Any]:
        """The item."""
        optional = {
            "capacity": self.capacity,
            "opensAt": self.opens_at,
            "closesAt": self.closes_at,
            "queueUntil": self.queue_until,
            "countingSince": self.counting_since,
        }
        return {
            **key_of(self.course_id),
            "title": self.title,
            "status": self.status,
            "version": self.version,
            "seatsTaken": self.seats_taken,
            "waitlisted": self.waitlisted,
            **{name: value for name, value in optional.items() if value is not None},
        }

    @classmethod
    def from_stored(cls, item: Mapping[str, Any]) -> "Admission":
        """The admission in an item."""
        return cls(
            course_id=course_id_of(item),
            title=texts.shown(item["title"]),
            status=item["status"],
            version=item["version"],
            capacity=item.get("capacity"),
            opens_at=item.get("opensAt"),
            closes_at=item.get("closesAt"),
            seats_taken=item.get("seatsTaken", 0),
            waitlisted=item.get("waitlisted", 0),
            queue_until=item.get("queueUntil"),
            counting_since=item.get("countingSince"),
        )


def first_of(course: Course) -> Admission:
    """The admission of a course that has no such item yet, with the counters that a former version stored."""
    return Admission(
        course_id=course.course_id,
        title=course.title,
        status=course.status,
        version=course.version,
        capacity=course.capacity,
        opens_at=course.opens_at,
        closes_at=course.closes_at,
        seats_taken=course.seats_taken,
        waitlisted=course.waitlisted,
    )


def key_of(course_id: str) -> dict[str, str]:
    """The key of a course's admission item."""
    return {"courseId": f"{_ADMISSION}{SEPARATOR}{course_id}"}


def count_key_of(course_id: str) -> dict[str, str]:
    """The key of the item with a course's count from the stream."""
    return {"courseId": f"{_COUNT}{SEPARATOR}{course_id}"}


def is_admission(item: Mapping[str, Any]) -> bool:
    """Whether an item of the courses table is an admission item."""
    return str(item["courseId"]).startswith(f"{_ADMISSION}{SEPARATOR}")


def is_count(item: Mapping[str, Any]) -> bool:
    """Whether an item of the courses table is a count from the stream."""
    return str(item["courseId"]).startswith(f"{_COUNT}{SEPARATOR}")


def course_id_of(item: Mapping[str, Any]) -> str:
    """The id of the course that an admission item or a count belongs to."""
    return str(item["courseId"]).partition(SEPARATOR)[2]


def starts_counting(before: Course, capacity: int | None) -> bool:
    """Whether the students of a course have to be counted because it gets this capacity.

    A course that was never published has none. If it has a capacity already, they are counted.
    """
    return before.capacity is None and capacity is not None and before.published_at is not None
