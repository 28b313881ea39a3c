"""The designs that are compared: what a request does until it is answered."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.admission.clock import Bucket, Pauses, Process
from benchmarks.admission.limits import FIFO_CALLS
from benchmarks.admission.line import Line, Settling
from benchmarks.admission.opening import CAPACITY, Opening, Person
from benchmarks.admission.services import HotItem, Outcome

# lambda_src/toolkit/retries.py
BUDGET_SECONDS = 8.0
# botocore's second attempt after a throttled call waits up to a second.
CLIENT_PAUSE_SECONDS = 1.0


class Design:
    """A way to hand out seats: `request` is what happens for one person inside the function."""

    label: str
    items: Sequence[HotItem]

    def begin(self, opening: Opening) -> None:
        """Make what the design needs for an opening, `items` among it: those that everybody writes."""
        raise NotImplementedError

    def request(self, person: Person) -> Process:
        """Serve one request; leaves `person.answered` None for an error."""
        raise NotImplementedError

    def run(self, opening: Opening, until: float) -> None:
        """Let everybody ask."""
        self.begin(opening)
        for person in opening.everybody:
            opening.clock.start(self._call(opening, person), person.asked)
        opening.clock.run(until)

    def _call(self, opening: Opening, person: Person) -> Process:
        seconds = opening.instances.enter()
        if seconds is None:
            return
        yield seconds + opening.durations.own
        yield from self.request(person)
        opening.instances.leave()


class Direct(Design):
    """Each request writes the counters in the transaction that writes its record, until 8 s are over.

    Args:
        label: its name in the table.
        kilobytes: the size of the item that has the counters.
        retries_throttles: False: a throttled call is tried once more, and then the answer is 503.
    """

    def __init__(self, label: str, kilobytes: int, *, retries_throttles: bool) -> None:
        self.label = label
        self._kilobytes, self._retries_throttles = kilobytes, retries_throttles

    def begin(self, opening: Opening) -> None:
        self.opening, self.item = opening, HotItem(opening.clock, self._kilobytes)
        self.items = [self.item]

    def request(self, person: Person) -> Process:
        opening, way = self.opening, self.opening.durations.way
        seconds = opening.durations.transaction
        deadline, pauses, throttled = opening.clock.now + BUDGET_SECONDS, Pauses(opening.chance), False
        while True:
            outcome = self.item.write(seconds)
            if outcome is Outcome.COMMITTED:
                yield seconds + way
                opening.admit(person)
                person.answered = opening.clock.now
                return
            yield way
            if outcome is Outcome.THROTTLED and not self._retries_throttles:
                if throttled:
                    return
                throttled = True
                yield opening.chance.uniform(0, CLIENT_PAUSE_SECONDS)
                continue
            throttled = False
            # After a conflict the rules read the course again.
            if not self.item.read() and not self._retries_throttles:
                return
            pause = pauses.next()
            if opening.clock.now + pause > deadline:
                return
            yield way + pause


@dataclass
class Queued(Design):
    """A request tries the counters for a short time, and then writes a pending record, which is the queue.

    Attributes:
        label: its name in the table.
        settling: how the pending people are settled.
        direct_seconds: how long a request tries the counters; 0: never, everybody queues.
        queue_seconds: for so long after each batch newcomers queue at once.
    """

    label: str
    settling: Settling
    direct_seconds: float = 0.25
    queue_seconds: float = 5.0

    def begin(self, opening: Opening) -> None:
        self.opening, self.item = opening, HotItem(opening.clock)
        self.items = [self.item]
        self.line = Line(opening, self.item, self.settling, self.queue_seconds)

    def request(self, person: Person) -> Process:
        opening, durations = self.opening, self.opening.durations
        yield durations.way  # reads the small item
        begun, pauses = opening.clock.now, Pauses(opening.chance)
        while opening.clock.now - begun < self.direct_seconds and opening.clock.now >= self.line.queue_until:
            if self.item.write(durations.transaction) is Outcome.COMMITTED:
                yield durations.transaction + durations.way
                opening.admit(person)
                person.answered = opening.clock.now
                return
            yield durations.way + pauses.next()
        deadline = begun + BUDGET_SECONDS
        while opening.records.write() is not Outcome.COMMITTED:
            yield durations.way + pauses.next()
            if opening.clock.now > deadline:
                return
        yield durations.transaction + durations.way
        self.line.join(person)
        person.answered = opening.clock.now


class Leased(Design):
    """The seats are spread over shards. A request takes one of a shard by chance, and asks the others when it is empty.

    When all are empty it joins the waitlist without a counter, ordered by the time of the request. A seat that becomes
    free at the same moment must be found by somebody else later.
    """

    def __init__(self, label: str, shards: int) -> None:
        self.label = label
        self._shards = shards

    def begin(self, opening: Opening) -> None:
        self.opening = opening
        self.items = [HotItem(opening.clock) for _ in range(self._shards)]
        self.left = [
            CAPACITY // self._shards + (number < CAPACITY % self._shards) for number in range(self._shards)
        ]

    def request(self, person: Person) -> Process:
        opening, durations = self.opening, self.opening.durations
        begun, pauses = opening.clock.now, Pauses(opening.chance)
        while opening.clock.now - begun < BUDGET_SECONDS:
            yield durations.way  # reads all shards
            with_seats = [number for number, left in enumerate(self.left) if left > 0]
            if with_seats:
                shard = opening.chance.choice(with_seats)
                outcome = self.items[shard].write(durations.transaction)
                self.left[shard] -= outcome is Outcome.COMMITTED
            else:
                outcome = opening.records.write()
            if outcome is Outcome.COMMITTED:
                yield durations.transaction + durations.way
                opening.admit(person)
                person.answered = opening.clock.now
                return
            yield durations.way + pauses.next()


class Fifo(Design):
    """Every request sends a message to an SQS FIFO queue with one group for each course."""

    label = "a FIFO queue with a group per course"

    def begin(self, opening: Opening) -> None:
        self.opening, self.item = opening, HotItem(opening.clock)
        self.items = [self.item]
        self.calls = Bucket(opening.clock, FIFO_CALLS)
        self.line = Line(opening, self.item, Settling(readers=1, batch=10, group=10), math.inf)

    def request(self, person: Person) -> Process:
        opening = self.opening
        begun, pauses = opening.clock.now, Pauses(opening.chance)
        while not self.calls.take(1):
            yield opening.durations.way + pauses.next()
            if opening.clock.now - begun > BUDGET_SECONDS:
                return
        yield opening.durations.way
        self.line.join(person)
        person.answered = opening.clock.now
