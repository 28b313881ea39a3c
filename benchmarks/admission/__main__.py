"""The command `python -m benchmarks.admission`: how many people get an answer that holds when a course opens."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.admission import limits
from benchmarks.admission.designs import Design, Direct, Fifo, Leased, Queued
from benchmarks.admission.limits import SHARDS, Durations
from benchmarks.admission.line import Settling
from benchmarks.admission.opening import CAPACITY, FIRST_SECONDS, PEOPLE, SECONDS, SETTLED_SECONDS, Opening
from benchmarks.report import verdict, write_section
from tools.support.command_line import command_line

RESULTS = Path(__file__).parents[1] / "results.md"
HEADING = "# The opening of a course"
SEED = 1
GOAL = 0.995
# What was built. tests/unit/benchmarks/test_admission.py compares it with the functions' own constants.
BUILT = Settling(readers=SHARDS, batch=490, group=98)


@dataclass(frozen=True)
class Row:
    """What became of one opening.

    Attributes:
        label: the design, or what differs.
        held: the share of people with an answer that holds.
        queued: the share of people who were told 202.
        waits: seconds from the request to the seat or the place, below which 99.5 % of them are.
        instances: the most instances of functions at the same time.
        conflicts: transactions that another one cancelled, or that were throttled.
        passed_by: seconds by which somebody with a seat asked later, at most, than somebody who has to wait.
    """

    label: str
    held: float
    queued: float
    waits: float
    instances: int
    conflicts: int
    passed_by: float


def main() -> None:
    """Parse the arguments, simulate, report."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.admission",
        description=(
            f"Simulates the opening of a course with {CAPACITY:,} seats in {SECONDS / 60:g} minutes, and half of the "
            "people come in the first one. It compares ways to hand out the seats. It needs no platform and takes "
            "about half a minute."
        ),
    )
    parser.add_argument("--people", type=int, default=PEOPLE, help=f"how many people come ({PEOPLE})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"the seed of all chance ({SEED})")
    parser.add_argument(
        "--what-if",
        action="store_true",
        help="also change the assumptions and parameters of the built design",
    )
    parser.add_argument(
        "--write", action="store_true", help=f"replace the section in benchmarks/{RESULTS.name}"
    )
    arguments = parser.parse_args()
    if arguments.people < 2:
        parser.error("--people must be at least 2")
    designs = [simulate(design, Durations(), arguments.people, arguments.seed) for design in all_designs()]
    parts = [_introduction(arguments.people, arguments.seed), as_table(designs)]
    if arguments.what_if or arguments.write:
        changed = [
            simulate(design, durations, arguments.people, arguments.seed)
            for design, durations in variations()
        ]
        parts += ["## What if\n\nThe built design, with one thing changed.\n", as_table(changed)]
    section = "\n".join(parts)
    print(section)
    if arguments.write:
        write_section(
            RESULTS, HEADING, section, command="python -m benchmarks.admission --write", timed=False
        )


def all_designs() -> Iterator[Design]:
    """The designs of the first table."""
    yield Direct("counters in the course item, 20 lessons (before)", 6, retries_throttles=False)
    yield Direct("counters in the course item, 200 lessons (before)", 49, retries_throttles=False)
    yield Direct("counters in a small item, retried for 8 s", 1, retries_throttles=True)
    yield Queued("**built: 0.25 s directly, then pending records**", BUILT)
    yield Leased("10 leased shards of seats", 10)
    yield Queued("a standard SQS queue for everybody", replace(BUILT, shares_line=True), direct_seconds=0)
    yield Fifo()


def variations() -> Iterator[tuple[Design, Durations]]:
    """The built design with one change each."""
    usual = Durations()
    for seconds in (0.5, 1.0):
        yield Queued(f"{seconds:g} s directly", BUILT, direct_seconds=seconds), usual
    halves = replace(BUILT, group=49)
    yield Queued("groups of 49 people", halves), usual
    yield Queued("groups of 49 people, batches of 100: 49, 49 and 2", replace(halves, batch=100)), usual
    yield Queued("pauses of up to 0.4 s", replace(BUILT, longest_pause=0.4)), usual
    for readers in (1, 10, 20, 40):
        yield Queued(f"readers of the stream: {readers}", replace(BUILT, readers=readers)), usual
    for seconds in (0.1, 0.15, 0.2):
        slow = replace(usual, large_transaction=seconds)
        yield Queued(f"a large transaction takes {seconds * 1000:g} ms", BUILT), slow
    yield Queued("it takes 100 ms, and groups have 49 people", halves), replace(usual, large_transaction=0.1)
    yield Queued("a small transaction takes 30 ms", BUILT), replace(usual, transaction=0.03)
    yield Queued("the stream is 3 s late", BUILT), replace(usual, stream=3)


def simulate(design: Design, durations: Durations, people: int, seed: int) -> Row:
    """Let a course open once, and measure."""
    opening = Opening(seed, durations, people)
    # Whoever is not settled long after the end counts as not settled.
    design.run(opening, until=SECONDS + 10 * SETTLED_SECONDS)
    everybody = opening.everybody
    settled = sorted(person.settled - person.asked for person in everybody if person.settled is not None)
    pending = [
        person
        for person in everybody
        if person.answered is not None and (person.settled is None or person.settled > person.answered)
    ]
    seated = [person.asked for person in everybody if 0 < person.place <= CAPACITY]
    waiting = [person.asked for person in everybody if person.place > CAPACITY]
    items = design.items
    return Row(
        label=design.label,
        held=sum(person.has_lasting_answer for person in everybody) / people,
        queued=len(pending) / people,
        waits=settled[int(len(settled) * GOAL)] if settled else 0.0,
        instances=opening.instances.most,
        conflicts=sum(item.conflicts + item.throttles for item in items),
        passed_by=max(0.0, max(seated) - min(waiting)) if seated and waiting else 0.0,
    )


def as_table(rows: Sequence[Row]) -> str:
    """A Markdown table of openings."""
    lines = [
        "| | answers that hold | of them 202 | settled after (p99.5) | instances | lost attempts | passed by | |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    lines += [
        f"| {row.label} | {row.held:.2%} | {row.queued:.0%} | {row.waits:.1f} s | {row.instances} "
        f"| {row.conflicts:,} | {row.passed_by:.0f} s | {verdict(row.held >= GOAL)} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _introduction(people: int, seed: int) -> str:
    durations = Durations()
    return f"""\
Simulated (seed {seed}): {people:,} people want one of {CAPACITY:,} seats, half of them within {FIRST_SECONDS:g} s, the
others until {SECONDS:g} s. An answer holds if it is a seat, a place on the waitlist, or 202 and then one of them within
{SETTLED_SECONDS:g} s. Goal: {GOAL:.1%} of the answers.

Documented limits: {limits.PARTITION_WRITE_UNITS:,} write units a second for one item and {limits.TABLE_WRITE_UNITS:,} \
for a new table, transactions at the double
price, {limits.CONCURRENCY:,} instances of functions, {1 / limits.POLL_SECONDS:g} polls a second of a stream's shard, \
{limits.FIFO_CALLS} calls a second of a FIFO queue.
AWS does not document these durations, so they are assumed: a transaction occupies its items for \
{durations.transaction * 1000:g} ms, one of
about 50 or 100 writes for {durations.large_transaction * 1000:g} ms, the stream is {durations.stream:g} s late, \
an instance starts in {durations.start:g} s.

*Passed by* is by how much later somebody with a seat asked, at most, than somebody who has to wait. The waitlist
itself is in the order of the requests. No design gives more seats than there are, because each seat is taken under a
condition; the tests of the platform prove that, not this simulation.
"""


if __name__ == "__main__":
    sys.exit(command_line(main))
