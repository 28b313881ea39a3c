"""The current time in the one form that is stored and sent: ISO 8601, UTC, milliseconds, `Z`.

Strings of this form sort in the order of time; sort keys and conditions depend on it.
"""

from datetime import UTC, datetime, timedelta


def now() -> str:
    """The current time, e.g. `2025-11-24T11:09:00.123Z`."""
    return to_text(datetime.now(UTC))


def in_seconds(seconds: float) -> str:
    """The time `seconds` from now, in the same form."""
    return to_text(datetime.now(UTC) + timedelta(seconds=seconds))


def to_text(moment: datetime) -> str:
    """A time zone aware datetime in the stored form.

    Raises:
        OverflowError: the moment is outside of the years 1 to 9999 once it is expressed in UTC.
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def normalise(text: str) -> str:
    """Any RFC 3339 date-time (any offset, any precision) in the stored form.

    Raises:
        ValueError: the text is not a date-time with an offset, or is out of range.
    """
    try:
        # RFC 3339 allows small letters, ISO 8601 does not.
        moment = datetime.fromisoformat(text.upper())
        if moment.tzinfo is not None:
            return to_text(moment)
    except (ValueError, OverflowError) as error:
        raise ValueError("not a date-time with an offset that can be expressed in UTC") from error
    raise ValueError("a date-time without an offset")
