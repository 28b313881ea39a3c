"""The table of Lighthouse's scores: a page reaches the goal only with each of its scores."""

from benchmarks.lighthouse.__main__ import CATEGORIES, FIGURES, GOAL, Scores, as_table


def scored(*scores: float) -> Scores:
    """A page with these scores."""
    figures = dict(zip(FIGURES, (1234.0, 56.0, 0.0012, 98765.0), strict=True))
    return Scores("student: a course", dict(zip(CATEGORIES, scores, strict=True)), figures)


def test_a_page_reaches_the_goal_with_each_of_its_scores() -> None:
    assert scored(GOAL, GOAL, GOAL).is_met
    for scores in ((GOAL - 1, 100, 100), (100, GOAL - 1, 100), (100, 100, GOAL - 1)):
        assert not scored(*scores).is_met


def test_the_table_has_scores_and_figures_in_units_that_people_read() -> None:
    lines = as_table([scored(97, 100, 94)]).splitlines()
    assert lines[2] == "| student: a course | 97 | 100 | 94 | 1.2 s | 56 ms | 0.001 | 99 kB | MISSED |"
