"""The simulation of an edit of a large course: the pass reaches everybody, what was before did not."""

from tests.unit.followups.simulated_roster import Result, from_the_start, in_slices, simulate


def test_the_pass_reaches_everybody_though_writes_are_throttled() -> None:
    result = simulate(in_slices, students=40_000, shards=1, seed=1)
    assert result.left_behind == 0
    assert result.throttled > 0
    assert result.calls > 1


def test_what_was_before_gave_up() -> None:
    assert simulate(from_the_start, students=60_000, shards=1, seed=1).left_behind > 0


def test_a_simulation_can_be_repeated() -> None:
    results: set[Result] = {simulate(in_slices, students=2_000, shards=2, seed=7) for _ in range(2)}
    assert len(results) == 1
