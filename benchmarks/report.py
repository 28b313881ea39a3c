"""Shows figures as Markdown tables and as JSON. It describes the kind of machine and never identifies it."""

import datetime
import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import Case


@dataclass(frozen=True)
class Goal:
    """The limit of a case: `seconds`, or a `share` of the median of another case (`of`)."""

    label: str
    seconds: float | None = None
    share: float | None = None
    of: str | None = None


def machine() -> str:
    """The kind of this machine: system, cores, memory, versions."""
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB memory, "
        f"Python {platform.python_version()}, Node.js {node.removeprefix('v')}"
    )


def as_json(cases: Sequence[Case], goals: Sequence[Goal]) -> str:
    """All figures as JSON, with every single run."""
    figures: dict[str, Any] = {
        "date": today(),
        "machine": machine(),
        "seconds": {case.label: {"median": case.median, "runs": case.seconds} for case in cases},
        "goals": [
            goal.__dict__ | {"measured": _measured(goal, _medians(cases))}
            for goal in _measurable(goals, cases)
        ],
    }
    return json.dumps(figures, indent=2) + "\n"


def as_table(cases: Sequence[Case], goals: Sequence[Goal]) -> str:
    """Two Markdown tables: the medians, and the goals."""
    lines = ["| what | median | fastest | slowest | runs |", "|---|---:|---:|---:|---:|"]
    for case in cases:
        fastest, slowest = min(case.seconds), max(case.seconds)
        lines.append(
            f"| {case.label} | {case.median:.2f} s | {fastest:.2f} s | {slowest:.2f} s | {len(case.seconds)} |"
        )
    lines += ["", "| goal | allowed | measured | |", "|---|---:|---:|---|"]
    medians = _medians(cases)
    for goal in _measurable(goals, cases):
        measured = _measured(goal, medians)
        limit, unit = (goal.share, "") if goal.share is not None else (goal.seconds, " s")
        assert limit is not None
        against = f" / {goal.of}" if goal.of else ""
        lines.append(
            f"| {goal.label}{against} | ≤ {limit:.2f}{unit} | {measured:.2f}{unit} | {verdict(measured <= limit)} |"
        )
    return "\n".join(lines) + "\n"


def write_section(file: Path, heading: str, section: str, *, command: str, timed: bool = True) -> None:
    """Replace a section in the file, or append it if the file has none. Other sections stay as they are.

    Args:
        file: the Markdown file.
        heading: the section's first line, which begins with `# `.
        section: the text below it.
        command: the command that writes it.
        timed: whether the figures depend on the machine, which is then described.
    """
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    before, _, rest = text.partition(f"{heading}\n")
    _, mark, after = rest.partition("\n# ")
    place = f", {machine()}; load average over the last 15 minutes {os.getloadavg()[2]:.1f}" if timed else ""
    head = f"{heading}\n\nWritten by `{command}`.\n\n{today()}{place}.\n\n"
    before = f"{before.rstrip()}\n\n" if before.strip() else ""
    file.write_text(before + head + section + mark + after, encoding="utf-8")


def verdict(is_met: bool) -> str:
    """The word in a table for a goal that was reached or not."""
    return "reached" if is_met else "MISSED"


def today() -> str:
    """The date in UTC, as YYYY-MM-DD."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def _medians(cases: Sequence[Case]) -> Mapping[str, float]:
    return {case.label: case.median for case in cases}


def _measurable(goals: Sequence[Goal], cases: Sequence[Case]) -> list[Goal]:
    """The goals for which these cases have figures."""
    labels = {case.label for case in cases}
    return [goal for goal in goals if goal.label in labels and (goal.of is None or goal.of in labels)]


def _measured(goal: Goal, medians: Mapping[str, float]) -> float:
    return medians[goal.label] / (medians[goal.of] if goal.of else 1)
