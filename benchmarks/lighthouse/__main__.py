"""The command `python -m benchmarks.lighthouse`: scores six pages of the running portal; `--write` for results.md.

Lighthouse throttles as it does by itself: a telephone on a slow network (1.6 Mbit/s, 150 ms), whose processor is a
quarter as fast as this machine's. Each page is loaded by somebody who is signed in, with nothing in the cache.
"""

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.__main__ import RESULTS
from benchmarks.lighthouse import program
from benchmarks.report import verdict, write_section
from education.errors import UserError
from local_platform import emulator
from local_platform.__main__ import on_its_port
from local_platform.browser.chromium import chromium_with_profile, needed_browser
from local_platform.browser.window import Window
from local_platform.browser.world import World, address_of, world
from local_platform.isolation import isolate
from local_platform.platform import current_platform
from tools.support.command_line import command_line
from tools.support.paths import ROOT
from tools.support.steps import step

if TYPE_CHECKING:
    from playwright.sync_api import Page

HEADING = "# The portal by Lighthouse"
GOAL = 95
CATEGORIES = ("performance", "accessibility", "best-practices")
FIGURES = ("largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "total-byte-weight")
NOTE = f"""\
Lighthouse {{version}}, throttled as it does by itself (simulated: a telephone on a slow network). The figures are
medians of {{runs}} loads of each page by somebody who is signed in, with nothing in the cache. Goal: {GOAL} of 100
in each category. The AWS emulator serves HTTP/1.1, and CloudFront HTTP/2 and HTTP/3.
"""
DETAILS = ROOT / "build" / "lighthouse-results"


@dataclass(frozen=True)
class Scores:
    """One page: its scores from 0 to 100, and its figures as Lighthouse has them (milliseconds, bytes)."""

    page: str
    scores: Mapping[str, float]
    figures: Mapping[str, float]

    @property
    def is_met(self) -> bool:
        """Whether each score reaches the goal."""
        return min(self.scores.values()) >= GOAL


def pages(school: World) -> dict[str, dict[str, str]]:
    """The paths of the pages by the person who loads them and by their names."""
    water = school.courses["water"]
    return {
        "student": {
            "catalogue": "/",
            "my learning": "/learning",
            "a course": f"/courses/{water}",
            "a lesson with a film": f"/courses/{water}/lessons/film",
        },
        "teacher": {"own courses": "/teach", "the editor of a course": f"/teach/courses/{water}"},
    }


def main() -> None:
    """Parse the arguments, score, report. Raises `UserError` if a page misses the goal."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.lighthouse", description=sys.modules[__name__].__doc__
    )
    parser.add_argument("--runs", type=int, default=3, help="how often each page is loaded (3)")
    parser.add_argument("--write", action="store_true", help=f"write the table to benchmarks/{RESULTS.name}")
    arguments = parser.parse_args()
    if arguments.runs < 1:
        parser.error("--runs must be at least 1")
    isolate(os.environ)
    platform = on_its_port(current_platform(), moves=False)
    if emulator.running(platform) is None or not platform.outputs_file.is_file():
        raise UserError("the local platform does not run: start it with `make up`, then run this again.")
    chromium = needed_browser()
    with step("installing Lighthouse if it is missing"):
        program.install()
    found: list[Scores] = []
    version = ""
    with world(platform, json.loads(platform.outputs_file.read_text())) as school:
        for who, paths in pages(school).items():
            with tempfile.TemporaryDirectory() as profile, _window(chromium, Path(profile)) as (port, page):
                window = Window(page, school.outputs)
                window.sign_in_with(address_of(who), school.passwords[who])
                for name, path in paths.items():
                    with step(f"{who}: {name}") as current:
                        results = [
                            program.score(port, f"{window.portal}{path}") for _ in range(arguments.runs)
                        ]
                        found.append(_scores(f"{who}: {name}", results))
                        current.note(", ".join(f"{score:.0f}" for score in found[-1].scores.values()))
                    version = results[0]["lighthouseVersion"]
    table = as_table(found)
    print(table)
    if arguments.write:
        note = NOTE.format(version=version, runs=arguments.runs)
        write_section(RESULTS, HEADING, f"{note}\n{table}", command="python -m benchmarks.lighthouse --write")
    if missed := [each.page for each in found if not each.is_met]:
        raise UserError(
            f"below {GOAL}: {', '.join(missed)}; Lighthouse's own results are in {DETAILS.relative_to(ROOT)}."
        )


@contextlib.contextmanager
def _window(chromium: str, profile: Path) -> Iterator[tuple[int, "Page"]]:
    """A window whose storage Lighthouse can use too, and the port at which Lighthouse reaches it."""
    with chromium_with_profile(chromium, profile, "--remote-debugging-port=0") as context:
        port = int((profile / "DevToolsActivePort").read_text().split()[0])
        yield port, context.pages[0]


def _scores(page: str, results: Sequence[Mapping[str, Any]]) -> Scores:
    """The medians of several results of a page. Keeps the last result for whoever looks for the reasons."""
    DETAILS.mkdir(parents=True, exist_ok=True)
    (DETAILS / f"{page.replace(': ', '-').replace(' ', '-')}.json").write_text(json.dumps(results[-1]))
    return Scores(
        page,
        {
            name: statistics.median(100 * result["categories"][name]["score"] for result in results)
            for name in CATEGORIES
        },
        {
            name: statistics.median(result["audits"][name]["numericValue"] for result in results)
            for name in FIGURES
        },
    )


def as_table(found: Sequence[Scores]) -> str:
    """The scores as a Markdown table."""
    lines = [
        "| page | performance | accessibility | best practices | largest paint | blocked | shift | bytes | |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for each in found:
        paint, blocked, shift, weight = (each.figures[name] for name in FIGURES)
        scores = " | ".join(f"{each.scores[name]:.0f}" for name in CATEGORIES)
        lines.append(
            f"| {each.page} | {scores} | {paint / 1000:.1f} s | {blocked:.0f} ms | {shift:.3f} "
            f"| {weight / 1000:.0f} kB | {verdict(each.is_met)} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(command_line(main))
