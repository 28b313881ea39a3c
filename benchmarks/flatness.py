"""The command `python -m benchmarks.flatness`: does the price of a request stay flat, from one lesson to 200?

It sends the sample requests of docs/aws-calls.md to a running local platform and computes their capacity units from the
items that they read and write. With `--simulate` it also opens a course to 100,000 people (benchmarks/admission) and
computes the cost of a month (tools/cost).
"""

import argparse
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.admission import __main__ as admission
from benchmarks.admission.limits import Durations
from benchmarks.admission.opening import PEOPLE
from benchmarks.report import verdict, write_section
from benchmarks.throughput import running_platform
from tests.integration.capacity.costs import Cost, cost_meter
from tests.integration.support.people import People
from tests.integration.support.samples import CLASS, PAGE, SAMPLES, Sample
from tools.cost.calls_page import SIZES
from tools.cost.report import cost_model
from tools.support.command_line import command_line
from tools.support.paths import ROOT

RESULTS = Path(__file__).with_name("results.md")
HEADING = "# Flat from one lesson to 200"
READS, WRITES, INDEX_WRITES, KILOBYTES = "read units", "write units", "index write units", "kB of answer"
COURSE_READS, STREAM_RECORDS = "read units of the course's item", "stream records"
# What Lambda answers at most, in kB.
LONGEST_ANSWER = 6_000
WHY_TWICE = "../docs/decisions.md#a-student-opens-a-lesson-by-a-course-that-may-be-five-seconds-old"
WHY_EIGHT = "../docs/decisions.md#what-an-enrolment-depends-on-is-in-a-small-item-beside-the-course"


@dataclass(frozen=True)
class Figure:
    """One row of the table.

    Attributes:
        label: what is measured.
        requests: the samples that are sent, each with its operation and its case. Their figures are added up.
        kind: one of the constants above; WRITES includes those of indexes.
        goal: the most that is allowed for any number of lessons; None if there is only the comparison.
        before: the figures for SIZES of the version of 2026-11-25, as far as they were measured then.
    """

    label: str
    requests: tuple[tuple[str, str], ...]
    kind: str
    goal: float | None
    before: Sequence[float | None]

    def of(self, cost: Cost) -> float:
        """The figure of one measured request."""
        return {
            READS: cost.units.reads,
            WRITES: cost.units.writes + cost.units.index_writes,
            INDEX_WRITES: cost.units.index_writes,
            COURSE_READS: cost.units.course_reads,
            STREAM_RECORDS: cost.units.stream_records,
            KILOBYTES: round(cost.answer_bytes / 1000, 1),
        }[self.kind]


POSITION = (("reportPosition", "later"),)
ENROLMENT = (("createEnrollment", "course known"),)
SEAT = (("createEnrollment", "a seat in a course with a capacity"),)
CATALOGUE = (("listCourses", f"{PAGE} published"),)
OWN_COURSES = (("listCourses", f"{PAGE} own"),)
# What the portal asks for.
OPENING = (("getCourse", "of a student"), ("getProgress", ""), ("getLessonContent", "premium, later"))
FIGURES = (
    Figure("a position", POSITION, WRITES, 1, (2, 4, 24)),
    Figure("a position", POSITION, INDEX_WRITES, 0, (1, 2, 12)),
    Figure("a position", POSITION, STREAM_RECORDS, 0, (1, 1, 1)),
    Figure("an enrolment", ENROLMENT, WRITES, 6, (7, 17, 103)),
    Figure(f"an enrolment with a capacity ([why]({WHY_EIGHT}))", SEAT, WRITES, 6, (7, 17, 103)),
    Figure(f"{PAGE} courses", CATALOGUE, READS, 2, (2.5, 14.5, 122.5)),
    Figure(f"{PAGE} courses", CATALOGUE, KILOBYTES, 10, (15, 69, 584)),
    Figure(f"{PAGE} own courses (`owner=me`)", OWN_COURSES, READS, None, ()),
    Figure(
        f"{PAGE} own courses (`owner=me`); before: all of them",
        OWN_COURSES,
        KILOBYTES,
        LONGEST_ANSWER,
        (None, None, 8_200),
    ),
    Figure(f"{PAGE} own enrolments", (("listEnrollments", f"{PAGE} enrolments"),), READS, 3, (2, 8, 58)),
    Figure(
        f"a roster page of {PAGE}", (("listRoster", f"JSON, {PAGE} students"),), READS, 25, (None, None, 143)
    ),
    Figure(
        f"a roster of {CLASS} as CSV",
        (("listRoster", f"CSV, {CLASS} students"),),
        READS,
        60,
        (None, None, 403),
    ),
    # Before, three consistent reads: 77 openings a second took all 3,000 units of a partition.
    Figure(f"opening a lesson ([why]({WHY_TWICE}))", OPENING, COURSE_READS, 0, (None, None, 39)),
    Figure("opening a lesson", OPENING, READS, None, ()),
    Figure("a course, for its owner", (("getCourse", "of the owner"),), READS, None, ()),
)


def main() -> None:
    """Parse the arguments, measure, report."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.flatness",
        description=(
            f"Measures the capacity units of requests for courses of {', '.join(map(str, SIZES))} lessons on a running "
            "local platform. `make up` starts one; EDUCATION_OUTPUTS names the outputs file of another one."
        ),
    )
    parser.add_argument(
        "--simulate",
        action="store_true",
        help="also simulate the opening and an edit of a course with 100,000 people, and compute a month's cost",
    )
    parser.add_argument(
        "--write", action="store_true", help=f"replace the section in benchmarks/{RESULTS.name}"
    )
    arguments = parser.parse_args()
    parts = [as_table(measure()), _position()]
    if arguments.simulate:
        parts += [_opening(), _pass(), _costs()]
    section = "\n".join(parts)
    print(section)
    if arguments.write:
        write_section(
            RESULTS, HEADING, section, command="python -m benchmarks.flatness --simulate --write", timed=False
        )


def measure() -> Mapping[Figure, Sequence[float]]:
    """Each figure for SIZES."""
    deployed = running_platform()
    try:
        with cost_meter(deployed, People(deployed)) as meter:
            costs: dict[Sample, Mapping[int, Cost]] = {}
            for sample in (sample for figure in FIGURES for sample in samples_of(figure)):
                if sample not in costs:
                    costs[sample] = meter.costs(sample)
    finally:
        deployed.close()
    return {
        figure: [sum(figure.of(costs[sample][size]) for sample in samples_of(figure)) for size in SIZES]
        for figure in FIGURES
    }


def as_table(measured: Mapping[Figure, Sequence[float]]) -> str:
    """A Markdown table. A ratio is that of 200 lessons to one."""
    sizes = " / ".join(map(str, SIZES))
    lines = [
        f"Capacity units by DynamoDB's rules, for courses of {sizes} lessons; the ratio is that of 200 lessons to one.",
        "The version before is that of 2026-11-25.",
        "",
        "| request | unit | before | ratio | now | ratio | goal | |",
        "|---|---|---:|---:|---:|---:|---:|---|",
    ]
    for figure, values in measured.items():
        goal = "" if figure.goal is None else f"≤ {figure.goal:g}"
        reached = "" if figure.goal is None else verdict(max(values) <= figure.goal)
        lines.append(
            f"| {figure.label} | {figure.kind} | {_joined(figure.before)} | {_ratio(figure.before)} "
            f"| {_joined(values)} | {_ratio(values)} | {goal} | {reached} |"
        )
    return "\n".join(lines) + "\n"


def _position() -> str:
    """What a position takes besides units. tests/integration/platform/test_logs.py counts the bytes."""
    model = cost_model().model
    now, before = model.request.log_bytes + model.request.access_log_bytes, model.before
    return (
        f"A position also takes one invocation and {now:g} bytes of log, API Gateway's included (goal: one and 150); "
        f"before, {1 + before.position.stream_calls:g} and {before.log_bytes:,}.\n"
    )


def _opening() -> str:
    rows = [
        admission.simulate(design, Durations(), PEOPLE, admission.SEED)
        for design in admission.all_designs()
        if "before" in design.label or "built" in design.label
    ]
    return f"A course opens to {PEOPLE:,} people in ten minutes (simulated):\n\n{admission.as_table(rows)}"


def _pass() -> str:
    """In a process of its own, because it runs the functions' code with the clock replaced."""
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.roster_pass"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return f"A lesson is added to a course with 100,000 students (simulated):\n\n{said.strip()}\n"


def _costs() -> str:
    costs = cost_model()
    lines = [
        "The platform in a month (docs/cost.md):",
        "",
        "| students | before | now | share | | through the portal | share | |",
        "|---:|---:|---:|---:|---|---:|---:|---|",
    ]
    for students, stated in costs.model.before.stated:
        cells = [f"{students:,}", f"${stated:,}"]
        for by_portal in (False, True):
            now, goal = costs.bill(students, by_portal=by_portal).total, costs.goal(students)
            reached = "" if goal is None else verdict(now <= goal)
            cells += [f"${now:,.0f}", f"{now / stated:.2f}", reached]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def samples_of(figure: Figure) -> list[Sample]:
    """The sample requests of a figure.

    Raises:
        KeyError: there is no such sample.
    """
    by_name = {(sample.operation_id, sample.what): sample for sample in SAMPLES}
    return [by_name[request] for request in figure.requests]


def _joined(values: Sequence[float | None]) -> str:
    return " / ".join("?" if value is None else f"{value:g}" for value in values)


def _ratio(values: Sequence[float | None]) -> str:
    if not values or not values[0] or values[-1] is None:
        return ""
    return f"{values[-1] / values[0]:.1f}"


if __name__ == "__main__":
    sys.exit(command_line(main))
