"""The command `python -m benchmarks`: measures, prints medians and ratios, and with `--write` writes results.md."""

import argparse
import sys
from pathlib import Path

from benchmarks import local, synthesis
from benchmarks.measure import Case, time_in_turns
from benchmarks.report import Goal, as_json, as_table, write_section
from tools.support.command_line import command_line

RESULTS = Path(__file__).with_name("results.md")
HEADING = "# Figures"
NOTE = """\
The figures are medians of processes that ran in turns, after one run of each without timing. On another machine,
compare the ratios and not the seconds.
"""
GOALS = (
    Goal(synthesis.MAIN, seconds=1.6),
    Goal(synthesis.MAIN, share=0.12, of=synthesis.STOCK_IMPORT),
    Goal(local.UP_UNCHANGED, seconds=60),
    Goal(local.RELOAD_CHANGED, seconds=15),
)


def main() -> None:
    """Parse the arguments, measure, report."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=(
            "Measures synthesis, compared with the stock import of the AWS bindings, and with --local the local "
            "platform."
        ),
    )
    parser.add_argument("--rounds", type=int, default=5, help="number of timed runs of each case (5)")
    parser.add_argument(
        "--local", action="store_true", help="also time `make up` and `make reload`; needs a running platform"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to a file")
    parser.add_argument("--write", action="store_true", help=f"write the tables to benchmarks/{RESULTS.name}")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error("--rounds must be at least 1")

    measured: list[Case] = []
    for kind in (synthesis, local) if arguments.local else (synthesis,):
        with kind.cases() as cases:
            time_in_turns(cases, arguments.rounds)
        measured += cases
    table = as_table(measured, GOALS)
    print(table)
    if arguments.json:
        arguments.json.write_text(as_json(measured, GOALS))
    if arguments.write:
        write_section(RESULTS, HEADING, f"{NOTE}\n{table}", command="python -m benchmarks --write")


if __name__ == "__main__":
    sys.exit(command_line(main))
