"""A simulation in which processes wait: each is a generator that yields the seconds until it goes on."""

import heapq
import random
from collections.abc import Generator
from itertools import count

Process = Generator[float, None, None]

FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.4


class Clock:
    """The simulated time, as `now` in seconds, and the processes that wait for it."""

    def __init__(self) -> None:
        self.now = 0.0
        self._waiting: list[tuple[float, int, Process]] = []
        self._number = count()

    def start(self, process: Process, at: float) -> None:
        """Let a process begin at a moment."""
        heapq.heappush(self._waiting, (at, next(self._number), process))

    def run(self, until: float) -> None:
        """Let the time pass; processes that still wait at the end are given up."""
        waiting = self._waiting
        while waiting and waiting[0][0] <= until:
            self.now, number, process = heapq.heappop(waiting)
            seconds = next(process, None)
            if seconds is not None:
                heapq.heappush(waiting, (self.now + seconds, number, process))


class Bucket:
    """Units that come back at `rate` per second; never more than those of one second are there."""

    def __init__(self, clock: Clock, rate: float) -> None:
        self._clock, self._rate = clock, rate
        self._units, self._filled = rate, 0.0

    def take(self, units: float) -> bool:
        """Take units, if there are so many."""
        now = self._clock.now
        self._units = min(self._rate, self._units + (now - self._filled) * self._rate)
        self._filled = now
        if self._units < units:
            return False
        self._units -= units
        return True


class Pauses:
    """The pauses between attempts, as those of lambda_src/toolkit/retries.py: random, and longer each time."""

    def __init__(self, chance: random.Random, most: float = LONGEST_PAUSE_SECONDS) -> None:
        self._chance, self._longest, self._most = chance, FIRST_PAUSE_SECONDS, most

    def next(self) -> float:
        """The seconds until the next attempt."""
        pause = self._chance.uniform(0, self._longest)
        self._longest = min(self._most, 2 * self._longest)
        return pause
