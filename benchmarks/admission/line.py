"""The line of the pending people: the stream of their records, and the function that settles them in batches."""

import math
from collections import deque
from dataclasses import dataclass

from benchmarks.admission.clock import Pauses, Process
from benchmarks.admission.limits import POLL_SECONDS
from benchmarks.admission.opening import Opening, Person
from benchmarks.admission.services import HotItem, Outcome


@dataclass(frozen=True)
class Settling:
    """How the function reads the stream.

    Attributes:
        readers: batches that are handled at the same time: shards times Lambda's parallelization factor.
        batch: the most records of a call of the function.
        group: the most people of one transaction.
        rush: a transaction of at least so many people lets newcomers queue too. With 1, one person in a while would
            keep everybody in the queue.
        longest_pause: the longest pause before a transaction is tried again, in seconds.
        shares_line: whether the readers share one line, as those of an SQS queue do.
    """

    readers: int
    batch: int
    group: int
    rush: int = 25
    longest_pause: float = 0.1
    shares_line: bool = False


class Line:
    """Pending people, until their seat or their place on the waitlist is written.

    `queue_until` is the moment until which newcomers queue too; it is written in the same transactions.
    """

    def __init__(self, opening: Opening, item: HotItem, how: Settling, queue_seconds: float) -> None:
        self._opening, self._item, self._how = opening, item, how
        self._queue_seconds = queue_seconds
        lines = 1 if how.shares_line else how.readers
        self._lines: list[deque[tuple[float, Person]]] = [deque() for _ in range(lines)]
        self.queue_until = -math.inf
        self.longest = 0
        for number in range(how.readers):
            line = self._lines[number % lines]
            opening.clock.start(self._read(line), opening.chance.uniform(0, POLL_SECONDS))

    def join(self, person: Person) -> None:
        """Put a person into the line: the pending record is written."""
        line = self._opening.chance.choice(self._lines)
        line.append((self._opening.clock.now + self._opening.durations.stream, person))
        self.longest = max(self.longest, sum(map(len, self._lines)))

    def _read(self, line: deque[tuple[float, Person]]) -> Process:
        clock, durations = self._opening.clock, self._opening.durations
        while True:
            batch: list[Person] = []
            while line and line[0][0] <= clock.now and len(batch) < self._how.batch:
                batch.append(line.popleft()[1])
            if not batch:
                yield POLL_SECONDS
                continue
            yield durations.own
            for start in range(0, len(batch), self._how.group):
                yield from self._settle(batch[start : start + self._how.group])

    def _settle(self, group: list[Person]) -> Process:
        """One transaction, tried until it succeeds: the items' sizes and the units of the records count too."""
        opening = self._opening
        pauses = Pauses(opening.chance, self._how.longest_pause)
        seconds = opening.durations.large_transaction
        yield opening.durations.way  # reads the records and the counters
        while True:
            outcome = self._item.write(seconds)
            if outcome is Outcome.COMMITTED and opening.records.write(len(group)) is Outcome.COMMITTED:
                break
            yield opening.durations.way + pauses.next()
        yield seconds + opening.durations.way
        for person in group:
            opening.admit(person)
        if len(group) >= self._how.rush:
            self.queue_until = opening.clock.now + self._queue_seconds
