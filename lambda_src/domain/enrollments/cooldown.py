"""The limit for students who enrol in a course and withdraw from it again and again.

Each enrolment writes the course's counters, takes or frees a seat, and sends an event, so one student could keep a
course busy for everybody. A student may therefore enrol in the same course MOST_ENROLMENTS times within
WINDOW_SECONDS. The times of those enrolments are in the student's record, which every enrolment reads and writes
anyway. No further call is made, and the record's revision makes the decision safe against parallel requests: the
write fails if the record is no longer the one that was counted.

Not counted and never refused: a repeated request of a student who is enrolled, a withdrawal (a student may always
leave), an enrolment by an instructor or an invitation, and a promotion from the waitlist.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from domain.enrollments.model import EnrollmentRecord
from toolkit import clock
from toolkit.errors import TooManyRequests

MOST_ENROLMENTS = 6
WINDOW_SECONDS = 3600


def counted(record: EnrollmentRecord | None, now: str) -> tuple[str, ...]:
    """The times at which the student enrolled within the window, with this enrolment as the last one.

    Raises:
        TooManyRequests: the student has enrolled too often; the answer says when the next attempt succeeds.
    """
    start = clock.to_text(datetime.fromisoformat(now) - timedelta(seconds=WINDOW_SECONDS))
    earlier = [at for at in (record.own_enrolments if record else ()) if at > start]
    if len(earlier) >= MOST_ENROLMENTS:
        raise TooManyRequests(
            "You have enrolled in this course and left it too often. Try again later.",
            code="too-many-enrollments",
            retry_after=_seconds_until_free(earlier, now),
        )
    return (*earlier, now)


def _seconds_until_free(earlier: Sequence[str], now: str) -> int:
    """When the oldest of the last MOST_ENROLMENTS is no longer within the window."""
    first = sorted(earlier)[-MOST_ENROLMENTS]
    passed = datetime.fromisoformat(now) - datetime.fromisoformat(first)
    return max(1, ceil(WINDOW_SECONDS - passed.total_seconds()))
