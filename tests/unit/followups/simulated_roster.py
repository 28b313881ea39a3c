"""A large course in tables that refuse writes beyond DynamoDB's limits, on a simulated clock.

Two passes run on it: the rules of lambda_src/followups/pass_rules.py, and what the version before did. The command
`python -m benchmarks.roster_pass` shows both.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from heapq import heapreplace

from domain.courses import PUBLISHED, Course, Lesson
from domain.enrollments.model import ACTIVE, EnrollmentRecord, percentage_of, shard_of
from followups.pass_rules import Pass, Passes, Place, Places, RosterPage, sync
from toolkit.retries import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Retries

# A partition takes 1,000 write units a second, also one of an index:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
PARTITION_WRITES = 1000
# The percentage is the sort key of the index, so a new one deletes an entry and writes another one.
UNITS_OF_A_REWRITE = 2
# Seconds, as measured in a region: a write, a page with its records, the way of a change through the stream.
WRITE, READ, STREAM = 0.006, 0.03, 0.5
THREADS, PAGE, FORMER_PAGE = 10, 100, 500
# Lambda calls a function with a failed batch so often.
CALLS = 21
CALL_SECONDS = 600
# Of so many slices one is cut off, as when an instance is lost: the change is delivered again.
CUT_OFF = 20
NOON = "2026-01-01T12:00:00.000Z"


class Refused(Exception):  # noqa: N818 - an answer of the simulated service
    """A write was throttled, and its second attempt too."""


@dataclass
class Partition:
    """The write units of one partition of the index: as many as a second has, filled up again as time passes."""

    units: float = PARTITION_WRITES
    at: float = 0.0

    def takes(self, now: float) -> bool:
        """Whether it takes one rewrite now."""
        self.units = min(PARTITION_WRITES, self.units + PARTITION_WRITES * max(0.0, now - self.at))
        self.at = max(self.at, now)
        if self.units < UNITS_OF_A_REWRITE:
            return False
        self.units -= UNITS_OF_A_REWRITE
        return True


@dataclass
class School:
    """The students of one course in the tables, on a clock of its own."""

    students: int
    shards: int
    chance: random.Random
    now: float = 0.0
    throttled: int = 0
    rosters: dict[str, list[EnrollmentRecord]] = field(default_factory=dict)
    partitions_: dict[str, Partition] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.course = _course(20)
        for number in range(self.students):
            done = frozenset(f"lesson-{each}" for each in range(self.chance.randrange(21)))
            percentage = percentage_of(done, self.course.counted_ids)
            user = f"student-{number}"
            record = EnrollmentRecord(
                user, "course", "Algebra", ACTIVE, NOON, NOON, percentage=percentage, completed=done
            )
            self.rosters.setdefault(f"course#{shard_of(user, self.shards)}", []).append(record)
        for partition, records in self.rosters.items():
            records.sort(key=lambda record: record.percentage)
            self.partitions_[partition] = Partition()
        self.places = {
            record.user_id: (partition, number)
            for partition, records in self.rosters.items()
            for number, record in enumerate(records)
        }
        self.course = _course(21)  # the edit

    def left_behind(self) -> int:
        """How many students have another percentage than the one that follows from the course."""
        return sum(
            sync(record, self.course) is not record for records in self.rosters.values() for record in records
        )

    def write_all(
        self, records: Sequence[EnrollmentRecord], write: Callable[[Partition, float], float]
    ) -> int:
        """Rewrite records in parallel; `write` says when a write that begins at a time has ended."""
        threads = [self.now] * min(THREADS, len(records))
        try:
            for record in records:
                partition, number = self.places[record.user_id]
                heapreplace(threads, write(self.partitions_[partition], threads[0]))
                self.rosters[partition][number] = sync(record, self.course)
        finally:
            self.now = max([self.now, *threads])
        return len(records)

    # The PassStore of followups.pass_rules.

    def course_patiently(self, course_id: str, retries: Retries) -> Course | None:
        """The course as it is now."""
        return self.course

    def partitions(self, course_id: str) -> Sequence[str]:
        """The partitions of the roster."""
        return sorted(self.rosters)

    def page(self, course_id: str, partition: str, after: Place | None, retries: Retries) -> RosterPage:
        """A page; the place of a student is their number in the partition."""
        self.now += READ
        begin = int(after.sort_key) if after else 0
        records = self.rosters.get(partition, [])
        rest = Place(begin + PAGE, "") if begin + PAGE < len(records) else None
        return RosterPage(records[begin : begin + PAGE], rest)

    def rewrite_all(self, records: Sequence[EnrollmentRecord], course: Course, retries: Retries) -> int:
        """Rewrite records; what is throttled is written again after a pause, as toolkit.retries makes them."""

        def write(partition: Partition, begin: float) -> float:
            longest = FIRST_PAUSE_SECONDS
            while True:
                begin += WRITE
                if partition.takes(begin):
                    return begin
                self.throttled += 1
                begin += self.chance.uniform(0, longest)
                longest = min(LONGEST_PAUSE_SECONDS, 2 * longest)

        return self.write_all(records, write)


class Items:
    """The PassItems of followups.pass_rules, in memory."""

    def __init__(self) -> None:
        self.stored: Pass | None = None

    def join(self, course_id: str, now: str, forgotten_before: str) -> bool:
        """There is one edit."""
        return False

    def begin(self, course_id: str, places: Places, now: str) -> None:
        """Store it."""
        self.stored = Pass(course_id, 2, 1, 1, dict(places))

    def find(self, course_id: str) -> Pass | None:
        """The stored one."""
        return self.stored

    def go_on(self, unfinished: Pass, now: str) -> None:
        """Replace the stored one."""
        self.stored = replace(unfinished, places=dict(unfinished.places))

    def finish(self, done: Pass) -> bool:
        """Delete it."""
        self.stored = None
        return True


def in_slices(school: School) -> int:
    """The pass as it is; how many calls of the function it took."""
    items, calls = Items(), 1
    Passes(school, items, CALL_SECONDS / 2, lambda: school.now).ask("course")
    while items.stored is not None:
        school.now += STREAM
        calls += 1
        before = items.stored
        Passes(school, items, CALL_SECONDS / 2, lambda: school.now).go_on("course", before.slice)
        if school.chance.randrange(CUT_OFF) == 0:
            items.stored = before  # the instance was lost before it could store where the pass goes on
    return calls


def from_the_start(school: School) -> int:
    """What the version before did: shard after shard, from the start again after a failure, CALLS times at most."""

    def write(partition: Partition, begin: float) -> float:
        if partition.takes(begin + WRITE):
            return begin + WRITE
        again = begin + WRITE + school.chance.uniform(0, 1)  # botocore's pause before the second attempt
        school.throttled += 1
        if partition.takes(again + WRITE):
            return again + WRITE
        raise Refused

    for call in range(1, CALLS + 1):
        try:
            for partition in school.partitions("course"):
                records = school.rosters[partition]
                for begin in range(0, len(records), FORMER_PAGE):
                    school.now += READ
                    page = records[begin : begin + FORMER_PAGE]
                    behind = [record for record in page if sync(record, school.course) is not record]
                    school.write_all(behind, write)
        except Refused:
            school.now += 1
        else:
            return call
    return CALLS


@dataclass(frozen=True)
class Result:
    """What became of the students: how many are left behind, after so many calls and seconds."""

    left_behind: int
    calls: int
    seconds: float
    throttled: int


def simulate(run: Callable[[School], int], students: int, shards: int, seed: int) -> Result:
    """Let a pass run to its end."""
    school = School(students, shards, random.Random(seed))
    calls = run(school)
    return Result(school.left_behind(), calls, school.now, school.throttled)


def _course(lessons: int) -> Course:
    return Course(
        course_id="course",
        title="Algebra",
        summary="",
        status=PUBLISHED,
        owner_id="owner",
        version=1,
        created_at=NOON,
        updated_at=NOON,
        lessons=tuple(
            Lesson(f"lesson-{number}", "A lesson", "video", False, number, "public/a")
            for number in range(lessons)
        ),
    )
