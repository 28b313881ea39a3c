"""What one student causes in a month: now, and in the version before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tools.cost.calls_page import SIZES, Line
from tools.cost.model import Behaviour, Model, Requests

SECONDS_OF_HOUR = 3600

Lines = Mapping[Requests, Line]


@dataclass(frozen=True)
class Traffic:
    """What one student causes in a month.

    Attributes:
        requests: through the API.
        changes: those of them that are no GET.
        calls: of functions: requests, streams, and the trigger of each token.
        seconds: for which functions run.
    """

    requests: float
    changes: float
    calls: float
    seconds: float
    read_units: float
    write_units: float
    log_bytes: float
    traces: float


def per_month(behaviour: Behaviour, requests: Requests) -> float:
    """How often a student sends a request in a month."""
    daily = requests.per_day + requests.per_minute_of_film * behaviour.film_minutes
    return daily * behaviour.school_days


def peak(behaviour: Behaviour) -> float:
    """What is sent once in a month, as a rate per second at the busiest moment."""
    share = behaviour.busiest_hour_share * behaviour.peak_over_average
    return share / SECONDS_OF_HOUR / behaviour.school_days


def calls_of(line: Line, size: int) -> float:
    """The calls to AWS of a request; `size` is an index of SIZES."""
    return sum(figures[size] for figures in line.calls.values())


def seconds_of(model: Model, calls: float, aws_calls: float) -> float:
    """How long functions run for so many calls of them, which make so many calls to AWS."""
    request = model.request
    own = request.own_milliseconds + request.start_share * request.start_milliseconds
    return (calls * own + aws_calls * request.call_milliseconds) / 1000


def traffic_of(model: Model, lines: Lines, traced_share: float) -> Traffic:
    """What one student causes in a month."""
    behaviour, size = model.behaviour, SIZES.index(model.behaviour.lessons)
    tokens = (behaviour.sign_ins + behaviour.renewals) * behaviour.school_days
    times = {requests: per_month(behaviour, requests) for requests in lines}
    sent = sum(times.values())
    # The trigger of a token reads the profile. An event is one call of the function that sends it.
    calls = sent + tokens + behaviour.events
    aws_calls = tokens + 2 * behaviour.events
    reads, writes = tokens, behaviour.events
    for requests, line in lines.items():
        aws_calls += times[requests] * calls_of(line, size)
        reads += times[requests] * line.read_units[size]
        writes += times[requests] * (line.write_units[size] + line.index_units[size])
    return Traffic(
        requests=sent,
        changes=sum(times[requests] for requests in lines if not requests.route.startswith("GET ")),
        calls=calls,
        seconds=seconds_of(model, calls, aws_calls),
        read_units=reads,
        write_units=writes,
        log_bytes=calls * model.request.log_bytes,
        traces=sent * traced_share,
    )


def traffic_before(model: Model, lines: Lines) -> Traffic:
    """The same of the version before, as far as positions, logs and traces are concerned.

    Its other requests cost more units as well, which is left out. New requests did not exist.
    """
    before, size = model.before, SIZES.index(model.behaviour.lessons)
    (line,) = (line for requests, line in lines.items() if requests.per_minute_of_film)
    now = traffic_of(model, {each: line for each, line in lines.items() if not each.is_new}, 0)
    minutes = model.behaviour.film_minutes * model.behaviour.school_days
    gone = sum(each.per_minute_of_film for each in lines) * minutes
    came = before.positions_per_minute_of_film * minutes
    calls = now.calls - gone + came * (1 + before.position.stream_calls)
    aws_calls = came * before.position.calls - gone * calls_of(line, size)
    units = line.write_units[size] + line.index_units[size]
    sent = now.requests - gone + came
    return replace(
        now,
        requests=sent,
        changes=now.changes - gone + came,
        calls=calls,
        seconds=now.seconds + seconds_of(model, calls - now.calls, aws_calls),
        read_units=now.read_units - gone * line.read_units[size] + came * before.position.read_units,
        write_units=now.write_units - gone * units + came * before.position.write_units,
        log_bytes=sent * before.log_bytes,
        traces=sent * before.traced_share,
    )


def positions_share_before(model: Model, lines: Lines) -> float:
    """Which part of all requests of the version before were positions."""
    came = model.before.positions_per_minute_of_film * model.behaviour.film_minutes
    return came * model.behaviour.school_days / traffic_before(model, lines).requests


def of_route(lines: Lines, route: str, case: str | None = None) -> Iterable[tuple[Requests, Line]]:
    """The requests of a route, of all cases or of one."""
    return (
        (requests, line)
        for requests, line in lines.items()
        if requests.route == route and case in {None, requests.case}
    )
