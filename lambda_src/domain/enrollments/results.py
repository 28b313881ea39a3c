"""What packages have reported of a student, by lesson: scores and times, and what counts of them.

A lesson counts while it is in the course and has something interactive to open. What was reported of a lesson that does
not count stays stored, and counts again when the lesson does.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Result:
    """What packages have reported of a lesson: the best score, 0 to 100, and the longest time."""

    score: float | None = None
    seconds: int = 0

    def to_stored(self) -> dict[str, Any]:
        """The result in an item, and in the API."""
        return {"seconds": self.seconds, **({} if self.score is None else {"score": self.score})}


Results = Mapping[str, Result]


def from_stored(stored: Mapping[str, Any]) -> dict[str, Result]:
    """The results in an item."""
    return {lesson_id: Result(each.get("score"), each["seconds"]) for lesson_id, each in stored.items()}


def without(results: Results, lesson_ids: Collection[str]) -> dict[str, Result]:
    """The results of all other lessons."""
    return {lesson_id: result for lesson_id, result in results.items() if lesson_id not in lesson_ids}


def mean_score(results: Iterable[Result]) -> float | None:
    """The mean of the scores of all lessons that have one, 0 to 100."""
    scores = [result.score for result in results if result.score is not None]
    return round(sum(scores) / len(scores), 2) if scores else None


def total_seconds(results: Iterable[Result]) -> int:
    """The time in all packages."""
    return sum(result.seconds for result in results)


def update_of(stored: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """What an update expression that ends with its SET has to add, with its values, where it is counted anew which
    results count. `stored` is what the record has of them."""
    names = {"uncountedResults": ":uncounted", "totalSeconds": ":seconds", "score": ":score"}
    sets = "".join(f", {name} = {value}" for name, value in names.items() if name in stored)
    gone = ", ".join(name for name in names if name not in stored)
    values = {value: stored[name] for name, value in names.items() if name in stored}
    return sets + (f" REMOVE {gone}" if gone else ""), values
