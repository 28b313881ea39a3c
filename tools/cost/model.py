"""Reads tools/cost/model.toml: what people do, prices, limits. A request must be one that docs/aws-calls.md has."""

import datetime
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from education.errors import UserError
from tools.cost.calls_page import Line, read_page

MODEL = Path(__file__).with_name("model.toml")
# The sections whose figures say where they come from.
_ASSUMED = ("behaviour", "request")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Requests(_Section):
    """How often a student sends a request: on a school day, or for each minute of film.

    Attributes:
        why: what the figure was taken from.
        is_new: whether the version before did not have it.
    """

    route: str
    case: str
    per_day: float = 0.0
    per_minute_of_film: float = 0.0
    is_new: bool = False
    why: str


class Opening(_Section):
    """A request that the opening of a lesson makes.

    Attributes:
        first: the case in which the function reads the course; None if each request counts in full.
    """

    route: str
    case: str
    first: str | None = None


class Behaviour(_Section):
    """What one student does; `Assumption.what` explains the fields."""

    school_days: int
    film_minutes: float
    lessons: int
    busiest_hour_share: float
    peak_over_average: float
    starting_share: float
    first_minute_share: float
    openings_together: float
    stored_bytes: int
    mails: float
    events: float
    sign_ins: float
    renewals: float
    portal_files: float
    portal_reads: float
    portal_bytes: int
    requests: tuple[Requests, ...]
    opening: tuple[Opening, ...]


class Request(_Section):
    """What a request takes besides capacity units."""

    own_milliseconds: float
    call_milliseconds: float
    start_milliseconds: float
    start_share: float
    cache_seconds: float
    log_bytes: int
    access_log_bytes: int
    edge_log_bytes: int
    log_months: int
    answer_bytes: int
    sent_bytes: int


class Assumption(_Section):
    """A figure of `Behaviour` or `Request`: what it is, and where it comes from."""

    name: str
    value: float
    what: str
    source: str


class Fixed(_Section):
    """What is there whether anybody comes or not."""

    alarms: int
    dashboards: int
    keys: int
    secrets: int
    firewalls: int
    firewall_rules: int
    key_requests: int


class Price(_Section):
    """A price in US dollars: tiers of how many units cost how much each; the last tier has all others."""

    what: str
    tiers: tuple[tuple[float, float], ...]
    source: str
    seen: datetime.date
    confirmed: bool

    @property
    def service(self) -> str:
        """The AWS service."""
        return self.what.partition(":")[0].partition(",")[0]

    def of(self, amount: float) -> float:
        """What an amount costs."""
        total = 0.0
        for size, price in self.tiers:
            taken = min(amount, size) if size else amount
            total += taken * price
            amount -= taken
        return total


class Limit(_Section):
    """A limit of AWS, or of our own: how much of `demand` is allowed."""

    what: str
    demand: str
    quota: float
    raise_: str
    source: str
    seen: datetime.date | None = None  # None for our own


class Saving(_Section):
    """Something that would cost less; tools/cost/savings.py computes how much."""

    id: str
    what: str
    why: str


class Position(_Section):
    """A report of a position in the version before."""

    calls: float
    read_units: float
    write_units: float
    stream_calls: float


class Before(_Section):
    """The version before this one. The goal is the part `goal` of its cost, from `goal_from` students on."""

    date: datetime.date
    stated: tuple[tuple[int, int], ...]
    goal: float
    goal_from: int
    positions_per_minute_of_film: float
    log_bytes: int
    traced_share: float
    fixed_dollars: float
    position: Position


class Peer(_Section):
    """What a school would use instead: dollars a month for 1,000 and for 100,000 students, if there is a price."""

    name: str
    dollars: tuple[float, ...]
    note: str
    source: str
    seen: datetime.date


class Model(_Section):
    """Everything that the bill is computed from, besides the calls of each request."""

    behaviour: Behaviour
    request: Request
    assumptions: tuple[Assumption, ...]
    fixed: Fixed
    prices: Mapping[str, Price]
    limits: tuple[Limit, ...]
    savings: tuple[Saving, ...]
    before: Before
    peers: tuple[Peer, ...]


def load_model(file: Path = MODEL) -> Model:
    """Read the model.

    Raises:
        UserError: it is not valid, or a figure does not say where it comes from.
    """
    values: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    for limit in values.get("limits", ()):
        limit["raise_"] = limit.pop("raise", "")
    values["assumptions"] = [
        {"name": name, **_take(file, values[section], section, name)}
        for section in _ASSUMED
        for name in list(values[section])
        if not isinstance(values[section][name], list)
    ]
    try:
        return Model.model_validate(values)
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise UserError(f"{file.name}: {place}: {first['msg']}.") from None


def lines_of(model: Model, page: Sequence[Line] | None = None) -> Mapping[Requests, Line]:
    """The line of docs/aws-calls.md for each request of the model.

    Raises:
        UserError: the page has no such route or case.
    """
    lines = read_page() if page is None else page
    return {requests: line_of(requests.route, requests.case, lines) for requests in model.behaviour.requests}


def line_of(route: str, case: str, lines: Sequence[Line]) -> Line:
    """The line of a route and case.

    Raises:
        UserError: there is none.
    """
    for line in lines:
        if (line.route, line.case) == (route, case):
            return line
    said = f" ({case})" if case else ""
    raise UserError(f"model.toml names {route}{said}, which docs/aws-calls.md does not have.")


def _take(file: Path, section: dict[str, Any], place: str, name: str) -> dict[str, Any]:
    """The parts of a figure; its value stays in the section."""
    parts = section[name]
    if not isinstance(parts, dict) or not {"value", "what", "source"} <= {*parts}:
        raise UserError(f"{file.name}: {place}.{name}: a figure has `value`, `what` and `source`.")
    section[name] = parts["value"]
    return parts
