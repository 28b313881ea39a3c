"""Retries a step that lost a race, and decides when the caller gets a 503 instead.

The pauses are random ("full jitter"): writers that collided would collide again after equal pauses.
The step itself decides what counts as a lost race.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from toolkit.errors import Unavailable

FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.4
# Well under API Gateway's 29 s, so that a slow last call still leaves time for an answer.
BUDGET_SECONDS = 8.0

T = TypeVar("T")


class RetriesExhausted(Unavailable):
    """The time for retries is used up. The attempts that failed have written nothing."""

    def __init__(self) -> None:
        super().__init__("Too many requests for this arrive at once. Try again.", retry_after=2)


class Retries:
    """A budget of time for retries. Several steps may share one budget.

    Args:
        budget_seconds: no attempt starts later than this many seconds from now.
        longest_pause: no pause takes more seconds.
    """

    def __init__(
        self, budget_seconds: float = BUDGET_SECONDS, *, longest_pause: float = LONGEST_PAUSE_SECONDS
    ) -> None:
        self._start = time.monotonic()
        self._deadline = self._start + budget_seconds
        self._longest_pause = longest_pause

    @property
    def spent_seconds(self) -> float:
        """How long ago the budget began."""
        return time.monotonic() - self._start

    def until_answer(self, step: Callable[[], T | None]) -> T:
        """Call a step until it returns something other than None, with a pause before each further attempt.

        Raises:
            RetriesExhausted: the budget is used up.
        """
        longest = FIRST_PAUSE_SECONDS
        while True:
            answer = step()
            if answer is not None:
                return answer
            pause = random.uniform(0, longest)  # noqa: S311 (only spreads retries)
            if time.monotonic() + pause > self._deadline:
                raise RetriesExhausted
            time.sleep(pause)
            longest = min(self._longest_pause, 2 * longest)
