"""The file of the cost model: prices, sources, and requests that must exist."""

import re
from pathlib import Path

import pytest

from domain import course_store
from education.errors import UserError
from education.settings.load import load_settings
from tools.cost.bill import CostModel
from tools.cost.calls_page import Line, page_of, read_page
from tools.cost.limits import CATALOGUE, POSITION, opening_units
from tools.cost.model import MODEL, Behaviour, Request, lines_of, load_model
from tools.cost.report import ENVIRONMENT
from tools.cost.traffic import positions_share_before

FILM = '[behaviour.film_minutes]\nvalue = 34\nwhat = "minutes'


def test_every_request_of_the_model_is_recorded() -> None:
    """A renamed route or case fails here, before the model computes with nothing."""
    lines = lines_of(load_model())
    assert {(line.route, line.case) for line in lines.values()} >= {(POSITION, "later"), CATALOGUE}


@pytest.mark.parametrize(
    ("route", "case"), [("GET /profile", "later"), ("POST /enrollments", "course known")]
)
def test_an_unknown_request_is_refused(route: str, case: str) -> None:
    """The message names it."""
    page = [line for line in read_page() if line.route != route]
    with pytest.raises(
        UserError, match=re.escape(f"{route} ({case}), which docs/aws-calls.md does not have")
    ):
        lines_of(load_model(), page)


def test_an_unknown_opening_is_refused(costs: CostModel) -> None:
    """Also the case in which the function reads the course."""
    page = [line for line in read_page() if line.case != "premium, first of an instance"]
    with pytest.raises(UserError, match="first of an instance"):
        opening_units(costs, page)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (FILM, FILM.replace("34", "'many'"), "behaviour.film_minutes: Input should be a valid number"),
        (FILM, FILM.replace("film", "holiday"), "behaviour.film_minutes: Field required"),
        (FILM, FILM.replace("value = 34\n", ""), "behaviour.film_minutes: a figure has `value`"),
        ("[request.log_bytes]\n", "[request.lines]\nvalue = 3\n", "request.lines: a figure has `value`"),
    ],
)
def test_a_bad_model_is_refused_with_one_sentence(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    """It names the field. A figure that does not say where it comes from is none."""
    text = MODEL.read_text(encoding="utf-8")
    assert old in text
    if "lines" in new:
        new += "\n[request.log_bytes]\n"
    file = tmp_path / "model.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UserError, match=re.escape(sentence)):
        load_model(file)


def test_every_figure_limit_and_price_has_a_source(costs: CostModel) -> None:
    """A limit of AWS also has the day on which its page was read; only our own setting has none."""
    model = costs.model
    fields = {*Behaviour.model_fields, *Request.model_fields} - {"requests", "opening"}
    assert {each.name for each in model.assumptions} == fields
    assert all(each.source and each.what for each in model.assumptions)
    assert all(each.why for each in model.behaviour.requests)
    assert all(each.source for each in model.prices.values())
    for limit in model.limits:
        assert limit.source.startswith("https://docs.aws.amazon.com/") == (limit.seen is not None)
        assert limit.raise_


def test_positions_were_83_of_100_requests(costs: CostModel) -> None:
    """The minutes of films are chosen for it."""
    assert positions_share_before(costs.model, costs.lines) == pytest.approx(0.83, abs=0.005)


def test_a_course_is_kept_as_long_as_the_functions_keep_it(costs: CostModel) -> None:
    """The model does not import their code."""
    assert costs.model.request.cache_seconds == course_store.CACHE_SECONDS


def test_the_limit_of_the_stage_is_the_setting(costs: CostModel) -> None:
    """It is the only limit of our own."""
    (own,) = (each for each in costs.model.limits if "throttling_rate" in each.what)
    assert own.quota == load_settings(ENVIRONMENT).api.throttling_rate


def test_logs_are_kept_as_long_as_the_settings_say(costs: CostModel) -> None:
    """In months of 30 days, and rounded."""
    days = load_settings(ENVIRONMENT).functions.log_retention_days
    assert costs.model.request.log_months == round(days / 30)


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
