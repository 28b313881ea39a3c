"""The table of capacity units: which samples it is made from, and how it is shown."""

import pytest

from benchmarks.flatness import FIGURES, WHY_EIGHT, WHY_TWICE, Figure, as_table, samples_of
from tests.unit.docs.test_pages import anchors
from tools.support.paths import ROOT


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: f"{figure.label}, {figure.kind}")
def test_every_figure_has_a_sample(figure: Figure) -> None:
    """A renamed sample fails here, and not after minutes of measuring."""
    assert len(samples_of(figure)) == len(figure.requests)


def test_the_table_shows_ratios_and_goals() -> None:
    """The largest of the three figures decides whether a goal is reached."""
    position, index = FIGURES[:2]
    csv = next(figure for figure in FIGURES if "CSV" in figure.label)
    rows = as_table({position: [1, 1, 1], index: [0, 0, 2], csv: [10, 20, 61]}).splitlines()
    assert "| a position | write units | 2 / 4 / 24 | 12.0 | 1 / 1 / 1 | 1.0 | ≤ 1 | reached |" in rows
    assert "| a position | index write units | 1 / 2 / 12 | 12.0 | 0 / 0 / 2 |  | ≤ 0 | MISSED |" in rows
    assert rows[-1].endswith("| ? / ? / 403 |  | 10 / 20 / 61 | 6.1 | ≤ 60 | MISSED |")


@pytest.mark.parametrize("why", [WHY_EIGHT, WHY_TWICE])
def test_a_missed_goal_leads_to_the_decision(why: str) -> None:
    """An enrolment with a capacity takes eight units, and an opening reads the course twice."""
    page, _, section = why.partition("#")
    assert section in anchors(ROOT / "benchmarks" / page)
