"""The cost model: prices, requests that must exist, limits, and the page that shows them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from education.errors import UserError
from education.settings.load import load_settings
from tools.cost.bill import CATALOGUE, POSITION, CostModel
from tools.cost.calls_page import Line, page_of, read_page
from tools.cost.model import MODEL, Requests, lines_of, load_model
from tools.cost.report import ENVIRONMENT, PAGE, SIZES, as_part, as_text, cost_model, write_page


@pytest.fixture(scope="module")
def costs() -> CostModel:
    """The model as it is, with the recorded calls."""
    return cost_model()


def test_every_request_of_the_model_is_recorded() -> None:
    """A renamed route or case fails here, before the model computes with nothing."""
    lines = lines_of(load_model())
    assert {(line.route, line.case) for line in lines.values()} >= {(POSITION, "later"), CATALOGUE}


def test_an_unknown_request_is_refused() -> None:
    """The message names it."""
    page = [line for line in read_page() if line.route != "GET /profile"]
    with pytest.raises(
        UserError, match=re.escape("GET /profile (later), which docs/aws-calls.md does not have")
    ):
        lines_of(load_model(), page)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("school_days = 22", "school_days = 'many'", "behaviour.school_days"),
        ("school_days = 22", "school_days = 22\nholidays = 3", "behaviour.holidays"),
    ],
)
def test_a_bad_model_is_refused_with_one_sentence(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    """It names the field."""
    file = tmp_path / "model.toml"
    file.write_text(MODEL.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(UserError, match=sentence):
        load_model(file)


@pytest.mark.parametrize(
    ("requests", "dollars"),
    [(0, 0), (1e6, 3.5), (333e6, 1165.5), (334e6, 1168.3), (1e9, 3033.1), (21e9, 49_763.1)],
)
def test_tiers(requests: float, dollars: float) -> None:
    """The prices of API Gateway: what is over a tier costs what the next one says."""
    assert load_model().prices["api_requests"].of(requests) == pytest.approx(dollars)


def test_more_units_cost_more(costs: CostModel) -> None:
    """The bill follows the recorded calls: ten more units of each position are seen in it."""
    lines: Mapping[Requests, Line] = lines_of(costs.model)
    dearer = {
        requests: replace(line, write_units=tuple(units + 10 for units in line.write_units))
        if line.route == POSITION and line.case == "later"
        else line
        for requests, line in lines.items()
    }
    other = CostModel(costs.model, dearer, memory_gigabytes=1, plan="ESSENTIALS")
    (positions,) = (each for each in lines if each.per_minute_of_film)
    more = other.bill(1_000).total - costs.bill(1_000).total
    assert more == pytest.approx(1_000 * costs.per_month(positions) * 10 * 0.625e-6)


def test_the_plan_of_the_user_pool_decides_its_price(costs: CostModel) -> None:
    """Plus has no free users."""
    plus = CostModel(costs.model, lines_of(costs.model), memory_gigabytes=1, plan="PLUS")
    assert plus.by_service(plus.bill(5_000))["Cognito"] == pytest.approx(100)
    assert costs.by_service(costs.bill(5_000))["Cognito"] == 0


def test_from_a_hundred_thousand_students_on_it_costs_half_of_what_it_did(costs: CostModel) -> None:
    """The goal. The version before is also computed again: the model comes within a fifth of what was stated."""
    for students, stated in costs.model.before.stated:
        again = costs.bill(students, before=True).total
        assert again == pytest.approx(stated, rel=0.2)
        if students >= 100_000:
            assert costs.bill(students).total <= stated / 2


def test_the_version_before_had_no_new_requests(costs: CostModel) -> None:
    """What it cost does not depend on requests that it did not have."""
    old = {requests: line for requests, line in lines_of(costs.model).items() if not requests.is_new}
    assert len(old) < len(lines_of(costs.model))
    without = CostModel(costs.model, old, memory_gigabytes=1, plan="ESSENTIALS")
    assert without.traffic_before() == costs.traffic_before()
    assert without.traffic().requests < costs.traffic().requests


def test_limits_are_in_the_order_in_which_they_are_reached(costs: CostModel) -> None:
    """One that is used up names what to do."""
    few, many = costs.reached(1_000), costs.reached(10_000_000)
    assert [reached.students for reached in few] == sorted(reached.students for reached in few)
    assert [reached.limit for reached in few] == [reached.limit for reached in many]
    assert few[0].used < 1 < many[0].used
    assert "Before 10,000,000 students come:" in as_text(costs, 10_000_000)
    assert "Before" not in as_text(costs, 1_000)


def test_the_limit_of_the_stage_is_the_setting(costs: CostModel) -> None:
    """It is the only limit of our own."""
    (own,) = (each for each in costs.model.limits if "throttling_rate" in each.what)
    assert own.quota == load_settings(ENVIRONMENT).api.throttling_rate


def test_the_page_is_up_to_date(costs: CostModel) -> None:
    """Run `make cost-page` after a change of the calls, the prices or the behaviour."""
    assert as_part(costs) in PAGE.read_text(encoding="utf-8")
    assert all(f"{size:,} students" in PAGE.read_text(encoding="utf-8") for size in SIZES)


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


def test_the_page_of_calls_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Three figures stand where they differ, and one where they are alike."""
    alike, rising = (1.0, 1.0, 1.0), (0.5, 2.0, 24.5)
    lines = [
        Line(
            "GET /courses",
            "20 own",
            {"dynamodb:Query": alike, "s3:PutObject": (1.0, 2.0, 2.0)},
            rising,
            alike,
            alike,
        ),
        Line("PUT /a/{b}", "", {}, alike, rising, (0.0, 0.0, 0.0)),
    ]
    page = tmp_path / "aws-calls.md"
    page.write_text(page_of(lines), encoding="utf-8")
    assert read_page(page) == lines
    assert (
        "| GET /courses | 20 own | dynamodb:Query, s3:PutObject × 1 / 2 / 2 | 0.5 / 2 / 24.5 | 1 | 1 |"
        in page_of(lines)
    )
    page.write_text("# Nothing\n", encoding="utf-8")
    with pytest.raises(UserError, match="has no calls"):
        read_page(page)
