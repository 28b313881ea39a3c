"""The simulation of an opening: its limits, and what it says of few people."""

from dataclasses import replace

import pytest

from benchmarks.admission.__main__ import BUILT, GOAL, all_designs, simulate
from benchmarks.admission.clock import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Clock, Process
from benchmarks.admission.designs import BUDGET_SECONDS, Design, Direct, Queued
from benchmarks.admission.limits import PARTITION_WRITE_UNITS, SHARDS, TRANSACTION_FACTOR, Durations
from benchmarks.admission.line import Settling
from benchmarks.admission.opening import Opening
from benchmarks.admission.services import HotItem, Outcome
from domain.enrollments import rush
from education.functions.admissions import BATCH_SIZE, PARALLEL
from toolkit import retries

PEOPLE, LATE = 20_000, 1_200.0


def writes(kilobytes: int, every: float, seconds: float, occupied: float) -> list[Outcome]:
    """The outcomes of writes of an item of so many kilobytes, one `every` so many seconds for `seconds`."""
    clock, outcomes = Clock(), list[Outcome]()
    item = HotItem(clock, kilobytes)

    def writer() -> Process:
        while clock.now < seconds:
            outcomes.append(item.write(occupied))
            yield every

    clock.start(writer(), 0.0)
    clock.run(seconds)
    return outcomes


def test_an_item_takes_the_units_of_its_partition() -> None:
    """A transaction on an item of 5 kB costs 10 units, so after the first second 100 of them fit into one."""
    committed = writes(5, 0.001, 10.0, 0.0).count(Outcome.COMMITTED)
    per_second = PARTITION_WRITE_UNITS / (5 * TRANSACTION_FACTOR)
    assert committed == pytest.approx(11 * per_second, rel=0.02)  # one second's units were there at the start


def test_a_transaction_keeps_others_from_its_item() -> None:
    """Of writes every 4 ms, which occupy the item for 10 ms, each third one succeeds."""
    outcomes = writes(1, 0.004, 1.2, 0.010)
    assert outcomes[:6] == [Outcome.COMMITTED, Outcome.CONFLICT, Outcome.CONFLICT] * 2
    assert outcomes.count(Outcome.COMMITTED) == pytest.approx(len(outcomes) / 3, abs=1)


def test_a_cancelled_transaction_costs_its_units() -> None:
    """1,000 attempts a second use up the units, although the item could be written 100 times a second."""
    assert Outcome.THROTTLED in writes(1, 0.001, 2.0, 0.010)
    assert Outcome.THROTTLED not in writes(1, 0.003, 2.0, 0.010)


@pytest.mark.parametrize("design", [*all_designs()], ids=lambda design: design.label)
def test_every_place_is_given_once(design: Design) -> None:
    """Whoever was settled has a place of their own, and nobody is settled before they asked."""
    opening = Opening(3, Durations(), PEOPLE // 4)
    design.run(opening, LATE)
    settled = [person for person in opening.everybody if person.settled is not None]
    assert sorted(person.place for person in settled) == list(range(1, opening.places + 1))
    assert all(person.settled > person.asked for person in settled if person.settled is not None)


def test_the_same_seed_gives_the_same_figures() -> None:
    """Another seed gives others."""
    rows = [simulate(Queued("", BUILT), Durations(), 5_000, seed) for seed in (1, 1, 2)]
    assert rows[0] == rows[1] != rows[2]


def test_the_built_design_holds_what_the_former_one_did_not() -> None:
    """The former one wrote the whole course, here one with 200 lessons."""
    built = simulate(Queued("", BUILT), Durations(), PEOPLE, 1)
    former = simulate(Direct("", 49, retries_throttles=False), Durations(), PEOPLE, 1)
    assert built.held >= GOAL > former.held
    assert built.queued > 0


def test_a_line_that_is_too_slow_is_reported() -> None:
    """People who are settled after a minute have no answer that holds."""
    slow = replace(Durations(), large_transaction=2.0)
    row = simulate(Queued("", replace(BUILT, group=5)), slow, PEOPLE, 1)
    assert row.waits > 60
    assert row.held < GOAL


def test_the_built_design_has_the_figures_of_the_functions() -> None:
    """The simulation says nothing about a design with other ones."""
    assert (
        Settling(
            readers=SHARDS * PARALLEL,
            batch=BATCH_SIZE,
            group=rush.GROUP_SIZE,
            rush=rush.RUSH_SIZE,
            longest_pause=rush.SETTLING_LONGEST_PAUSE_SECONDS,
        )
        == BUILT
    )
    built = Queued("", BUILT)
    assert (built.direct_seconds, built.queue_seconds) == (rush.DIRECT_SECONDS, rush.QUEUE_SECONDS)
    assert (FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, BUDGET_SECONDS) == (
        retries.FIRST_PAUSE_SECONDS,
        retries.LONGEST_PAUSE_SECONDS,
        retries.BUDGET_SECONDS,
    )
