"""What a device reports about a lesson, and when it happened: devices have clocks of their own.

A time after the server's time counts as the server's time: otherwise a device whose clock is wrong could block the
position for ever. A device whose clock is slow would lose its positions, so it can send what its clock says now
(`sentAt`): then only how old the position is counts, and the server's clock says the time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from toolkit import clock
from toolkit.errors import BadRequest, FieldError

# A device corrects its clock by that much without notice, and between two requests of one page.
_CLOCK_JUMP = timedelta(seconds=10)
# An older position is no queue of a device that was offline, but two clocks: one before and one after it was set.
_OLDEST = timedelta(days=366)


@dataclass(frozen=True)
class Activity:
    """What a device reports about one lesson: the time, the second of playback, and whether the lesson is completed."""

    lesson_id: str
    at: str
    seconds: int | None = None
    completed: bool = False


def activity_of(
    lesson_id: str, occurred_at: str | None, sent_at: str | None, now: str, body: dict[str, Any]
) -> Activity:
    """The activity in a request; its time is never after `now`.

    Args:
        lesson_id: the lesson.
        occurred_at: when it happened by the clock of the device, in stored form.
        sent_at: when the device sent it by the same clock, in stored form.
        now: the server's time.
        body: the request's body.

    Raises:
        BadRequest: by the device's clock it happened after it was sent, or more than a year before.
    """
    if occurred_at is None:
        at = now
    elif sent_at is None:
        at = min(occurred_at, now)
    else:
        at = min(_by_our_clock(occurred_at, sent_at, now), now)
    return Activity(lesson_id, at, body.get("positionSeconds"), body.get("completed", False))


def _by_our_clock(occurred_at: str, sent_at: str, now: str) -> str:
    """`now` less the age that an activity had when the device sent it."""
    age = datetime.fromisoformat(sent_at) - datetime.fromisoformat(occurred_at)
    if age < -_CLOCK_JUMP:
        fault = "must not be later than sentAt"
    elif age > _OLDEST:
        fault = f"must not be more than {_OLDEST.days} days before sentAt"
    else:
        return clock.to_text(datetime.fromisoformat(now) - age)
    raise BadRequest(f"The body is not valid: occurredAt {fault}.", errors=(FieldError("occurredAt", fault),))
