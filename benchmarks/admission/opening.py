"""The opening of a course: who asks when, which seats there are, and what everybody was told."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.admission.clock import Clock
from benchmarks.admission.limits import Durations
from benchmarks.admission.services import Instances, SpreadTable

PEOPLE, SECONDS = 100_000, 600.0
FIRST_SECONDS = 60.0
CAPACITY = 30_000
# A client that was told 202 learns within this time whether it has a seat.
SETTLED_SECONDS = 60.0


@dataclass
class Person:
    """One person who asks once.

    Attributes:
        asked: when the request was sent, in seconds from the opening.
        answered: when the answer was sent; None for an error.
        settled: when the seat or the place on the waitlist was written; None if that never happened.
        place: which place it is, counted from 1 in the order of the writes; places over the capacity wait.
    """

    asked: float
    answered: float | None = None
    settled: float | None = None
    place: int = 0

    @property
    def has_lasting_answer(self) -> bool:
        """Whether the answer was a seat or a place on the waitlist, or 202 and then one of them in time."""
        return (
            self.answered is not None
            and self.settled is not None
            and self.settled - self.answered <= SETTLED_SECONDS
        )


@dataclass
class Opening:
    """One course that opens at 0 s; `places` counts the seats and the places on the waitlist that were given."""

    seed: int
    durations: Durations
    people: int = PEOPLE
    clock: Clock = field(default_factory=Clock)
    places: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 (a simulation)
        self.instances = Instances(self.durations)
        self.records = SpreadTable(self.clock)
        self.everybody = [Person(asked) for asked in sorted(self._times())]

    def admit(self, person: Person) -> None:
        """Give the person the next seat, or the next place on the waitlist."""
        self.places += 1
        person.place = self.places
        person.settled = self.clock.now

    def _times(self) -> Iterator[float]:
        """Half of the people ask in the first minute, the others in the nine minutes after it."""
        for number in range(self.people):
            early = number < self.people // 2
            yield (
                self.chance.uniform(0, FIRST_SECONDS)
                if early
                else self.chance.uniform(FIRST_SECONDS, SECONDS)
            )
