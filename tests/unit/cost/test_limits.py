"""Which limit is reached first, and the advice beside it."""

from dataclasses import replace

import pytest

from tools.cost.bill import CostModel
from tools.cost.calls_page import read_page
from tools.cost.limits import demands, opening_units, reached
from tools.cost.model import Opening
from tools.cost.page import as_part
from tools.cost.report import as_text


def words(text: str) -> str:
    """The text without its line breaks."""
    return " ".join(text.split())


def test_limits_are_in_the_order_in_which_they_are_reached(costs: CostModel) -> None:
    """Whatever the number of students."""
    few, many = reached(costs, 1_000), reached(costs, 10_000_000)
    assert [each.students for each in few] == sorted(each.students for each in few)
    assert [each.limit for each in few] == [each.limit for each in many]
    assert few[0].used < 1 < many[0].used


@pytest.mark.parametrize("students", [1_000, 10_000_000])
def test_every_limit_has_its_advice_beside_it(costs: CostModel, students: int) -> None:
    """Also one that is far away: a quota is raised before it is reached."""
    text = words(as_text(costs, students))
    for each in reached(costs, students):
        assert words(f"{each.limit.quota:,.0f} {each.limit.what} -> {each.limit.raise_}") in text
    page = words(as_part(costs))
    for limit in costs.model.limits:
        assert words(f"{limit.what}. Before: {limit.raise_}. Source: {limit.source}") in page


def test_a_hot_course_takes_what_the_recorded_calls_take(costs: CostModel) -> None:
    """The opening of a lesson: requests that read the course each time count in full."""
    each_time = Opening(route="GET /courses/{courseId}", case="of a student")
    kept = Opening(
        route="GET /courses/{courseId}/lessons/{lessonId}/content",
        case="premium, later",
        first="premium, first of an instance",
    )

    def units(*opening: Opening) -> float:
        behaviour = costs.model.behaviour.model_copy(update={"opening": opening})
        return opening_units(replace(costs, model=costs.model.model_copy(update={"behaviour": behaviour})))

    (line,) = (each for each in read_page() if (each.route, each.case) == (each_time.route, each_time.case))
    assert units(each_time) == line.read_units[1]
    assert 0 < units(kept) < 0.02
    assert units(each_time, kept) == units(each_time) + units(kept)


def test_the_recorded_units_of_a_course_decide_its_limit(costs: CostModel) -> None:
    """Ten more units of the first request after five seconds are seen."""
    page = [
        replace(line, read_units=tuple(units + 1_000 for units in line.read_units))
        if line.case == "premium, first of an instance"
        else line
        for line in read_page()
    ]
    assert opening_units(costs, page) > opening_units(costs) + 1


def test_half_of_a_course_opens_it_in_the_first_minute(costs: CostModel) -> None:
    """As many units as 1/120 of the opening of a lesson for each student."""
    taken = demands(costs)["opening_units_per_second"]
    assert taken == pytest.approx(opening_units(costs) / 120)
