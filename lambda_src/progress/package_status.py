"""What a package's run-time data says of its student: completed or not, the score, and the time.

The model comes from the package, by way of the browser. So everything in it may be missing or nonsense: what is not
understood is ignored. Its forms (api/openapi.yaml, RuntimeSave):

* `{"cmi": …}`: SCORM, one part. With `cmi.core` it is SCORM 1.2, else SCORM 2004. A score that the package must reach
  (`mastery_score`, `scaled_passing_score`) decides where there is one; else the package's own status does.
* `{"items": {part: {"cmi": …}}}`: SCORM with several parts. It is completed when all parts are.
* `{"xapi": …}`: H5P.

Sources: SCORM 1.2 RTE, section 3.4; SCORM 2004 4th edition RTE, section 4.2.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

MOST_SECONDS = 9999 * 3600 + 59 * 60 + 59
"""The longest time in SCORM 1.2; a longer one is taken for this."""

_LONGEST_TEXT = 64
_CLOCK = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})(?:\.\d+)?", re.ASCII)
_DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?", re.ASCII
)
# Of a year and of a month as well, since a duration says no dates.
_DURATION_SECONDS = (365 * 86400, 30 * 86400, 86400, 3600, 60, 1)


@dataclass(frozen=True)
class PackageStatus:
    """The status of a package.

    Attributes:
        is_completed: whether all parts in the model are completed.
        parts: how many parts the model has.
        score: 0 to 100, None if there is none.
        seconds: how long the student was in the package.
    """

    is_completed: bool = False
    parts: int = 0
    score: float | None = None
    seconds: int = 0


def status_of(model: Mapping[str, Any]) -> PackageStatus:
    """The status in a model."""
    if isinstance(model.get("items"), Mapping):
        return _together([_of_part(_map(part, "cmi")) for part in model["items"].values()])
    if isinstance(model.get("cmi"), Mapping):
        return _of_part(model["cmi"])
    if isinstance(model.get("xapi"), Mapping):
        return _of_h5p(model["xapi"])
    return PackageStatus()


def _together(parts: Sequence[PackageStatus]) -> PackageStatus:
    scores = [part.score for part in parts if part.score is not None]
    return PackageStatus(
        is_completed=bool(parts) and all(part.is_completed for part in parts),
        parts=len(parts),
        score=round(sum(scores) / len(scores), 2) if scores else None,
        seconds=min(sum(part.seconds for part in parts), MOST_SECONDS),
    )


def _of_part(cmi: Mapping[str, Any]) -> PackageStatus:
    return _of_scorm_12(cmi) if isinstance(cmi.get("core"), Mapping) else _of_scorm_2004(cmi)


def _of_scorm_12(cmi: Mapping[str, Any]) -> PackageStatus:
    core = _map(cmi, "core")
    status, raw = core.get("lesson_status"), _number(_map(core, "score").get("raw"))
    mastery = _number(_map(cmi, "student_data").get("mastery_score"))
    if mastery is not None and raw is not None:
        is_completed = status in ("passed", "completed", "failed") and raw >= mastery
    else:
        is_completed = status in ("passed", "completed")
    return PackageStatus(is_completed, 1, _score(_map(core, "score")), _seconds(core))


def _of_scorm_2004(cmi: Mapping[str, Any]) -> PackageStatus:
    score = _map(cmi, "score")
    completion, success = cmi.get("completion_status"), cmi.get("success_status")
    passing, scaled = _number(cmi.get("scaled_passing_score")), _number(score.get("scaled"))
    if passing is not None and scaled is not None:
        is_completed = (completion == "completed" or success in ("passed", "failed")) and scaled >= passing
    else:
        is_completed = success == "passed" or (completion == "completed" and success != "failed")
    return PackageStatus(is_completed, 1, _score(score), _seconds(cmi))


def _of_h5p(xapi: Mapping[str, Any]) -> PackageStatus:
    seconds = _number(xapi.get("seconds")) or 0
    return PackageStatus(
        is_completed=xapi.get("completed") is True,
        parts=1,
        score=_score(_map(xapi, "score")),
        seconds=int(min(max(seconds, 0), MOST_SECONDS)),
    )


def _score(score: Mapping[str, Any]) -> float | None:
    """A score in percent. Without a highest score it is one of 100, as in SCORM 1.2."""
    scaled, raw = _number(score.get("scaled")), _number(score.get("raw"))
    if scaled is not None:
        return _percent(scaled)
    if raw is None:
        return None
    lowest, highest = _number(score.get("min")) or 0.0, _number(score.get("max"))
    highest = 100.0 if highest is None else highest
    return _percent((raw - lowest) / (highest - lowest)) if highest > lowest else None


def _percent(share: float) -> float:
    return round(100 * min(max(share, 0.0), 1.0), 2)


def _seconds(times: Mapping[str, Any]) -> int:
    """The time of former launches, and that of this one."""
    return min(_time(times.get("total_time")) + _time(times.get("session_time")), MOST_SECONDS)


def _time(value: Any) -> int:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        return 0
    if clock := _CLOCK.fullmatch(value):
        hours, minutes, seconds = (int(part) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    if duration := _DURATION.fullmatch(value):
        parts = (int(part or 0) for part in duration.groups())
        return sum(part * unit for part, unit in zip(parts, _DURATION_SECONDS, strict=True))
    return 0


def _number(value: Any) -> float | None:
    """A finite number; packages also send numbers as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def _map(value: Any, name: str) -> Mapping[str, Any]:
    """The member of that name; an empty one if there is none."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}
