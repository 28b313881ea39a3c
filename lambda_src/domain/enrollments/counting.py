"""The rules of counting a course's students after it got its first capacity.

While a course has no capacity, its enrolments are counted from the stream, a moment late (see
domain.enrollments.admission). A capacity needs the exact number. So from the edit on, enrolments are queued, and
students who leave count in the admission item, which may be less than zero meanwhile. The number from the stream is
moved there when

* no request can be left that has read the course without a capacity: after a grace of 15 seconds. A request uses an
  admission that is a second old at most, and its write takes nine seconds at most (toolkit.clients);
* the stream has caught up: what it has counted is what the roster's index says.

Both are a moment late, and independent of each other. They are compared for up to MOST_LOOKS seconds. After the count,
newcomers are queued for QUEUE_SECONDS more, behind those who have waited for it.
"""

import time
from datetime import datetime
from typing import Protocol

from domain.enrollments.admission import Admission
from domain.enrollments.rush import QUEUE_SECONDS
from toolkit import clock, log

MOST_LOOKS = 30
PAUSE_SECONDS = 1.0


class CountingStore(Protocol):
    """What these rules need of the database."""

    def admission_now(self, course_id: str) -> Admission | None:
        """The course's admission as it is now."""

    def counted_from_stream(self, course_id: str) -> int:
        """The part of the number of enrolled students that the stream has counted."""

    def count_roster(self, course_id: str) -> int:
        """How many students are enrolled, as of a moment ago."""

    def end_counting(self, admission: Admission, from_stream: int, moved: int, queue_until: str) -> bool:
        """Move `moved` from the part of the stream, which is `from_stream` now, to the admission item, end the count,
        and queue newcomers for a moment. False if either number has changed meanwhile."""


def finish_counting(store: CountingStore, course_id: str, grace_seconds: float) -> None:
    """Finish the count of a course's students, if one has begun; returns when enrolments need not be queued for it.

    Raises:
        Unavailable: a service is not available. Call it again.
    """
    admission = store.admission_now(course_id)
    if admission is None or admission.counting_since is None:
        return
    _wait(admission.counting_since, grace_seconds)
    for look in range(MOST_LOOKS):
        admission = store.admission_now(course_id)
        if admission is None or admission.counting_since is None:
            return
        from_stream = store.counted_from_stream(course_id)
        missing = store.count_roster(course_id) - admission.seats_taken - from_stream
        if missing and look + 1 < MOST_LOOKS:
            time.sleep(PAUSE_SECONDS)
            continue
        if missing:
            # Rather too few free seats than one too many. What the stream counts later is added to its own part, which
            # is then less than zero, so the sum stays right.
            log.write("WARNING", "the stream and the roster differ", courseId=course_id, missing=missing)
        moved = from_stream + max(0, missing)
        if store.end_counting(admission, from_stream, moved, clock.in_seconds(QUEUE_SECONDS)):
            return


def _wait(since: str, seconds: float) -> None:
    """Wait until so many seconds have passed since a time."""
    passed = (datetime.fromisoformat(clock.now()) - datetime.fromisoformat(since)).total_seconds()
    if passed < seconds:
        time.sleep(seconds - passed)
