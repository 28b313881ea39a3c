"""What the simulation has of AWS: a hot item, a table, and a function's instances."""

from enum import Enum

from benchmarks.admission.clock import Bucket, Clock
from benchmarks.admission.limits import (
    CONCURRENCY,
    PARTITION_READ_UNITS,
    PARTITION_WRITE_UNITS,
    TABLE_WRITE_UNITS,
    TRANSACTION_FACTOR,
    Durations,
)


class Outcome(Enum):
    """How an attempt to write ended."""

    COMMITTED = "committed"
    CONFLICT = "conflict"
    THROTTLED = "throttled"


class HotItem:
    """One item that everybody writes in transactions: one at a time, with the units of one partition.

    Args:
        clock: the time.
        kilobytes: its size, rounded up to what a write costs.
    """

    def __init__(self, clock: Clock, kilobytes: int = 1) -> None:
        self._clock = clock
        self._writes = Bucket(clock, PARTITION_WRITE_UNITS)
        self._reads = Bucket(clock, PARTITION_READ_UNITS)
        self._units = kilobytes * TRANSACTION_FACTOR
        self._read_units = -(-kilobytes // 4)
        self._free_at = 0.0
        self.conflicts = self.throttles = 0

    def write(self, seconds: float) -> Outcome:
        """Write it in a transaction that occupies it for `seconds`."""
        if not self._writes.take(self._units):
            self.throttles += 1
            return Outcome.THROTTLED
        if self._clock.now < self._free_at:
            self.conflicts += 1
            return Outcome.CONFLICT
        self._free_at = self._clock.now + seconds
        return Outcome.COMMITTED

    def read(self) -> bool:
        """Read it consistently; False when it is throttled."""
        return self._reads.take(self._read_units)


class SpreadTable:
    """A table whose writes are spread over all partitions: only its units count."""

    def __init__(self, clock: Clock) -> None:
        self._units = Bucket(clock, TABLE_WRITE_UNITS)

    def write(self, kilobytes: int = 1) -> Outcome:
        """Write items of so many kilobytes in one transaction."""
        return Outcome.COMMITTED if self._units.take(kilobytes * TRANSACTION_FACTOR) else Outcome.THROTTLED


class Instances:
    """The instances of the functions: all that the account may have. `most` is how many worked at the same time."""

    def __init__(self, durations: Durations) -> None:
        self._durations = durations
        self._idle = self._all = 0
        self.most = 0

    def enter(self) -> float | None:
        """Begin a request: the seconds until its code runs, or None if no further instance may start."""
        if self._idle:
            self._idle -= 1
            seconds = 0.0
        elif self._all < CONCURRENCY:
            self._all += 1
            seconds = self._durations.start
        else:
            return None
        self.most = max(self.most, self._all - self._idle)
        return seconds

    def leave(self) -> None:
        """End a request."""
        self._idle += 1
