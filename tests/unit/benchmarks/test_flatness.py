"""The table of capacity units: which samples it is made from, and how it is shown."""

import pytest

from benchmarks.flatness import FIGURES, Figure, as_table, sample_of


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: f"{figure.label}, {figure.kind}")
def test_every_figure_has_a_sample(figure: Figure) -> None:
    """A renamed sample fails here, and not after minutes of measuring."""
    assert sample_of(figure).operation_id == figure.operation_id


def test_the_table_shows_ratios_and_goals() -> None:
    """The largest of the three figures decides whether a goal is reached."""
    position, index = FIGURES[:2]
    csv = next(figure for figure in FIGURES if "CSV" in figure.label)
    rows = as_table({position: [1, 1, 1], index: [0, 0, 2], csv: [10, 20, 61]}).splitlines()
    assert "| a position | write units | 2 / 4 / 24 | 12.0 | 1 / 1 / 1 | 1.0 | ≤ 1 | reached |" in rows
    assert "| a position | index write units | 1 / 2 / 12 | 12.0 | 0 / 0 / 2 |  | ≤ 0 | MISSED |" in rows
    assert rows[-1].endswith("| ? / ? / 403 |  | 10 / 20 / 61 | 6.1 | ≤ 60 | MISSED |")
