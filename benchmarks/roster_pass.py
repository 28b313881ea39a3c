"""The command `python -m benchmarks.roster_pass`: whom an edit of a large course reaches, by DynamoDB's limits.

It needs no platform. tests/unit/followups/simulated_roster.py has the simulation.
"""

import argparse
import contextlib
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.report import write_section
from tools.support.command_line import command_line

# The simulation runs the code of a function.
sys.path.insert(0, str(Path(__file__).parents[1] / "lambda_src"))

from tests.unit.followups.simulated_roster import (
    PARTITION_WRITES,
    School,
    from_the_start,
    in_slices,
    simulate,
)

RESULTS = Path(__file__).with_name("results.md")
HEADING = "# An edit of a large course"
SEED = 1
STUDENTS = 100_000
SHARDS = 4
# A label, how the pass is made, and over how many partitions the roster is spread.
CASES: Sequence[tuple[str, Callable[[School], int], int]] = (
    ("from the start, 21 calls at most (before)", from_the_start, SHARDS),
    ("in slices (now)", in_slices, SHARDS),
    ("in slices (now)", in_slices, 1),
)


def as_table(students: int, seed: int) -> str:
    """A Markdown table of what became of the students."""
    lines = [
        "| pass | shards | left behind | calls | minutes | throttled writes |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for label, run, shards in CASES:
        with contextlib.redirect_stdout(io.StringIO()):  # the lines of the function's log
            result = simulate(run, students, shards, seed)
        lines.append(
            f"| {label} | {shards} | {result.left_behind / students:.0%} | {result.calls} "
            f"| {result.seconds / 60:.1f} | {result.throttled:,} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Parse the arguments, simulate, report."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.roster_pass",
        description=(
            "Simulates what an edit of a course with many students does to their records, by DynamoDB's limits. It "
            "needs no platform and takes about half a minute."
        ),
    )
    parser.add_argument("--students", type=int, default=STUDENTS, help=f"how many are enrolled ({STUDENTS})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"the seed of all chance ({SEED})")
    parser.add_argument(
        "--write", action="store_true", help=f"replace the section in benchmarks/{RESULTS.name}"
    )
    arguments = parser.parse_args()
    if arguments.students < 1:
        parser.error("--students must be at least 1")
    table = as_table(arguments.students, arguments.seed)
    print(table)
    if arguments.write:
        note = (
            f"A lesson is added to a course with {arguments.students:,} students (seed {arguments.seed}). The pass is "
            f"simulated: a partition of the roster's index takes {PARTITION_WRITES:,} write units a second.\n\n"
        )
        write_section(RESULTS, HEADING, note + table, command="python -m benchmarks.roster_pass --write")


if __name__ == "__main__":
    sys.exit(command_line(main))
