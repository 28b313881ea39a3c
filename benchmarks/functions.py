"""The command `python -m benchmarks.functions`: own time and start of each function, throughput of the local API.

It prints tables. With `--write` they replace the section "The functions" of benchmarks/results.md.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import imports, throughput
from benchmarks.operations import own_code
from benchmarks.report import verdict, write_section
from tools.support.command_line import command_line

RESULTS = Path(__file__).with_name("results.md")
HEADING = "# The functions"
MOST_OWN_SECONDS = 0.002
MOST_START_RATIO = 1.3
MOST_ZIP_BYTES = 1_000_000


def main() -> None:
    """Parse the arguments, measure, report."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.functions",
        description=(
            "Measures the functions' own code and their start, and with --local the local API, compared with "
            "functions that do nothing."
        ),
    )
    parser.add_argument(
        "--runs", type=int, default=300, help="number of requests of each kind without AWS (300)"
    )
    parser.add_argument("--rounds", type=int, default=7, help="number of starts of each function (7)")
    parser.add_argument(
        "--local",
        action="store_true",
        help="also measure the local API's throughput; needs a running platform",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=throughput.SECONDS,
        help="how long to send each kind of request through the API (6)",
    )
    parser.add_argument(
        "--clients",
        type=int,
        default=throughput.CLIENTS,
        help="how many clients use the API at the same time (8)",
    )
    parser.add_argument(
        "--write", action="store_true", help=f"replace the section in benchmarks/{RESULTS.name}"
    )
    arguments = parser.parse_args()
    if arguments.local:
        throughput.running_platform()  # before minutes of measuring
    tables = [
        own_code_table(own_code.measure(arguments.runs)),
        start_table(imports.measure(arguments.rounds)),
    ]
    if arguments.local:
        tables.append(
            throughput.as_table(throughput.measure(arguments.seconds, arguments.clients), arguments.clients)
        )
    section = "\n".join(tables)
    print(section)
    if arguments.write:
        options = "--local --write" if arguments.local else "--write"
        write_section(RESULTS, HEADING, section, command=f"python -m benchmarks.functions {options}")


def own_code_table(timings: Sequence[own_code.Timing]) -> str:
    """A Markdown table of the time per request without AWS."""
    lines = [
        "## Time per request, without AWS",
        "",
        "Handlers run from their zips and get prepared answers from AWS. The figures are processor time. *Own* leaves",
        "out botocore, which builds, signs and parses requests. Courses have 20 lessons, pages 20 items. Goal: own",
        f"≤ {MOST_OWN_SECONDS * 1000:g} ms (p50). An instance has KMS sign the URL of a file once in a quarter of an",
        "hour.",
        "",
        "| function | request | own p50 | own p99 | with botocore p50 | p99 | |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for timing in timings:
        own = own_code.percentile(timing.own, 50)
        figures = (
            own,
            own_code.percentile(timing.own, 99),
            own_code.percentile(timing.total, 50),
            own_code.percentile(timing.total, 99),
        )
        row = " | ".join(f"{figure * 1000:.2f} ms" for figure in figures)
        lines.append(f"| {timing.function} | {timing.label} | {row} | {verdict(own <= MOST_OWN_SECONDS)} |")
    return "\n".join(lines) + "\n"


def start_table(starts: Sequence[imports.Start]) -> str:
    """A Markdown table of the start time and the zip size of each function."""
    lines = [
        "## Start and size",
        "",
        f"Importing the handler and making one client, compared with {imports.FLOOR}: "
        f"{starts[0].floor_seconds * 1000:.0f} ms of processor time.",
        f"Goals: ≤ {MOST_START_RATIO:g} times that, and a zip of ≤ {MOST_ZIP_BYTES // 1000} kB.",
        "",
        "| function | start | ratio | zip | |",
        "|---|---:|---:|---:|---|",
    ]
    for start in starts:
        is_met = start.ratio <= MOST_START_RATIO and start.zip_bytes <= MOST_ZIP_BYTES
        lines.append(
            f"| {start.function} | {start.seconds * 1000:.0f} ms | {start.ratio:.2f} "
            f"| {start.zip_bytes / 1000:.0f} kB | {verdict(is_met)} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(command_line(main))
