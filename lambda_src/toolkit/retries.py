"""How often a write that lost a race is tried again, and when the caller is told to come back.

The pauses are random ("full jitter"): writers that collided would collide again after equal ones.
"""

import random
import time
from collections.abc import Callable, Iterator

from toolkit.errors import Unavailable

# Starts counting attempts anew, for one step of several.
Tries = Callable[[], Iterator[int]]

FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.4
# Well under API Gateway's 29 s, so that a slow last call still leaves time for an answer.
BUDGET_SECONDS = 8.0


def attempts(budget_seconds: float = BUDGET_SECONDS) -> Iterator[int]:
    """Numbers from 0, with a pause before each but the first, while the budget lasts.

    Raises:
        Unavailable: the budget is spent; nothing has been written by the attempts that failed.
    """
    deadline = time.monotonic() + budget_seconds
    number = 0
    while True:
        yield number
        pause = random.uniform(0, min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**number))  # nosec B311: only spreads retries
        if time.monotonic() + pause > deadline:
            raise Unavailable("Too many people are doing this right now. Try again.", retry_after=2)
        time.sleep(pause)
        number += 1


def shared_attempts(budget_seconds: float = BUDGET_SECONDS) -> Tries:
    """For work of many steps, each with attempts of its own, that share one budget."""
    deadline = time.monotonic() + budget_seconds
    return lambda: attempts(deadline - time.monotonic())
