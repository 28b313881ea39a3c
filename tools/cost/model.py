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


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Requests(_Section):
    """How often a student sends a request: on a school day, or for each minute of film.

    Attributes:
        is_new: whether the version before did not have it.
    """

    route: str
    case: str
    per_day: float = 0.0
    per_minute_of_film: float = 0.0
    is_new: bool = False


class Behaviour(_Section):
    """What one student does; the comments in model.toml explain the fields."""

    school_days: int
    film_minutes: float
    lessons: int
    busiest_hour_share: float
    peak_over_average: float
    starting_share: float
    stored_bytes: int
    mails: float
    events: float
    sign_ins: float
    renewals: float
    requests: tuple[Requests, ...]


class Request(_Section):
    """What a request takes besides capacity units."""

    own_milliseconds: float
    call_milliseconds: float
    start_milliseconds: float
    start_share: float
    log_bytes: int
    access_log_bytes: int
    log_months: int
    signed_share: float
    answer_bytes: int


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


class Position(_Section):
    """A report of a position in the version before."""

    calls: float
    read_units: float
    write_units: float
    stream_calls: float


class Before(_Section):
    """The version before this one."""

    date: datetime.date
    stated: tuple[tuple[int, int], ...]
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
    fixed: Fixed
    prices: Mapping[str, Price]
    limits: tuple[Limit, ...]
    before: Before
    peers: tuple[Peer, ...]


def load_model(file: Path = MODEL) -> Model:
    """Read the model.

    Raises:
        UserError: it is not valid.
    """
    values: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    for limit in values.get("limits", ()):
        limit["raise_"] = limit.pop("raise", "")
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
    by_name = {(line.route, line.case): line for line in (read_page() if page is None else page)}
    found = {}
    for requests in model.behaviour.requests:
        line = by_name.get((requests.route, requests.case))
        if line is None:
            case = f" ({requests.case})" if requests.case else ""
            raise UserError(
                f"model.toml names {requests.route}{case}, which docs/aws-calls.md does not have."
            )
        found[requests] = line
    return found
