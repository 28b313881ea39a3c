"""docs/cost.md: the generated part, and what it says of the goal and of prices."""

from dataclasses import replace
from pathlib import Path

import pytest

from education.errors import UserError
from tools.cost.bill import CostModel
from tools.cost.page import PAGE, SIZES, as_part, write_page
from tools.cost.report import unconfirmed, verdict


def test_the_page_is_up_to_date(costs: CostModel) -> None:
    """Run `make cost-page` after a change of the calls, the prices or the behaviour."""
    assert as_part(costs) in PAGE.read_text(encoding="utf-8")


def test_the_page_has_both_ways_against_the_goal(costs: CostModel) -> None:
    """A row each, with a word for each number of students that has a goal."""
    rows = [row.split(" | ") for row in as_part(costs).splitlines()]
    for label, by_portal in (("the API called directly", False), ("through the portal", True)):
        (at,) = (n for n, row in enumerate(rows) if row[0] == f"| **now, {label}**")
        bills = [costs.bill(size, by_portal=by_portal).total for size in SIZES]
        assert [cell.strip(" *|") for cell in rows[at][1:]] == [f"{dollars:,.0f}" for dollars in bills]
        said = [verdict(dollars, costs.goal(size)) for size, dollars in zip(SIZES, bills, strict=True)]
        assert [cell.strip(" |").partition(" ")[2] for cell in rows[at + 1][1:]] == said


def test_the_page_says_plainly_what_is_reached_and_what_is_missed(costs: CostModel) -> None:
    """A sentence for each number of students that has a goal."""
    text = " ".join(as_part(costs).split())
    for students in SIZES[1:]:
        goal = costs.goal(students) or 0
        ways = []
        for way, by_portal in (("by direct calls", False), ("through the portal", True)):
            dollars = costs.bill(students, by_portal=by_portal).total
            ways.append(f"{'is reached' if dollars <= goal else 'is missed'} {way} (${dollars:,.0f}, ")
        assert f"With {students:,} students the goal of ${goal:,.0f} {ways[0]}" in text
        assert f", and {ways[1]}" in text


def test_prices_that_could_not_be_confirmed_are_named(costs: CostModel) -> None:
    """In the terminal and on the page."""
    prices = {
        name: price.model_copy(update={"confirmed": name != "keys"})
        for name, price in costs.model.prices.items()
    }
    doubtful = replace(costs, model=costs.model.model_copy(update={"prices": prices}))
    assert unconfirmed(doubtful) == "These prices could not be confirmed: KMS: keys."
    assert unconfirmed(doubtful) in as_part(doubtful)


def test_only_the_generated_part_is_written(costs: CostModel, tmp_path: Path) -> None:
    """A page without markers is refused."""
    page = tmp_path / "cost.md"
    page.write_text("# A\n<!-- cost: made by `make cost-page` -->\nold\n<!-- end of cost -->\nB\n")
    assert write_page(costs, page)
    assert not write_page(costs, page)
    text = page.read_text()
    assert text.startswith("# A\n")
    assert text.endswith("-->\nB\n")
    assert "old" not in text
    page.write_text("# A\n")
    with pytest.raises(UserError, match="no markers"):
        write_page(costs, page)
