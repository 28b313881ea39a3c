"""Computes which limit is reached first, and at which number of students."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tools.cost.bill import CALLS_OF_SIGN_IN, CONTENT, CostModel
from tools.cost.calls_page import SIZES, Line, read_page
from tools.cost.model import Limit, line_of
from tools.cost.traffic import calls_of, of_route, peak, per_month, seconds_of

DAYS, QUARTER, MINUTE = 30, 900, 60
POSITION = "PUT /progress/{courseId}/lessons/{lessonId}/position"
CATALOGUE = ("GET /courses", "20 published")


@dataclass(frozen=True)
class Reached:
    """A limit, and the number of students at which it is reached; `used` is the share that is used now."""

    limit: Limit
    students: float
    used: float


def reached(costs: CostModel, students: int) -> list[Reached]:
    """All limits, the one that is reached first at the beginning."""
    taken = demands(costs)
    found = [
        Reached(limit, limit.quota / taken[limit.demand], students * taken[limit.demand] / limit.quota)
        for limit in costs.model.limits
    ]
    return sorted(found, key=lambda each: each.students)


def demands(costs: CostModel) -> Mapping[str, float]:
    """How much of each limited thing one student takes at the busiest moment."""
    behaviour, size = costs.model.behaviour, SIZES.index(costs.model.behaviour.lessons)
    busiest = peak(behaviour)
    files = behaviour.portal_files * behaviour.school_days
    starting = behaviour.sign_ins * behaviour.starting_share / QUARTER

    def busiest_of(units: Callable[[Line], float], route: str, case: str | None = None) -> float:
        return busiest * sum(
            per_month(behaviour, requests) * units(line)
            for requests, line in of_route(costs.lines, route, case)
        )

    return {
        "users": 1.0,
        "mails_per_day": behaviour.mails / DAYS,
        "requests_per_second": costs.traffic.requests * busiest,
        "edge_requests_per_second": (costs.traffic.requests + files) * busiest,
        "authentications_per_second": CALLS_OF_SIGN_IN * starting,
        "instances": costs.traffic.seconds * busiest,
        "links_per_second": busiest_of(lambda _: 1.0, CONTENT),
        "position_units_per_second": busiest_of(lambda line: line.write_units[size], POSITION),
        "catalogue_units_per_second": busiest_of(lambda line: line.read_units[size], *CATALOGUE),
        "opening_units_per_second": behaviour.first_minute_share / MINUTE * opening_units(costs),
    }


def opening_units(costs: CostModel, page: Sequence[Line] | None = None) -> float:
    """The read units that the opening of a lesson takes of the course's partition.

    A request that finds the course in the function's memory takes none. An instance reads the course again after
    `cache_seconds`; one that is always busy handles so many requests meanwhile as it has time for.

    Raises:
        UserError: the model names a request that the page of calls does not have.
    """
    model, size = costs.model, SIZES.index(costs.model.behaviour.lessons)
    lines, units = read_page() if page is None else page, 0.0
    for opening in model.behaviour.opening:
        line = line_of(opening.route, opening.case, lines)
        if opening.first is None:
            units += line.read_units[size]
            continue
        first = line_of(opening.route, opening.first, lines)
        share = seconds_of(model, 1, calls_of(line, size)) / model.request.cache_seconds
        units += (first.read_units[size] - line.read_units[size]) * share
    return units
