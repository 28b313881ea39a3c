"""Computes what a month costs, and how much of each limit one student takes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tools.cost.calls_page import SIZES, Line
from tools.cost.model import Limit, Model, Requests

DAYS, SECONDS_OF_HOUR, QUARTER = 30, 3600, 900
GIGABYTE = 1e9
POSITION = "PUT /progress/{courseId}/lessons/{lessonId}/position"
CONTENT = "GET /courses/{courseId}/lessons/{lessonId}/content"
CATALOGUE = ("GET /courses", "20 published")
CALLS_OF_SIGN_IN = 2  # SRP: InitiateAuth, RespondToAuthChallenge


@dataclass(frozen=True)
class Traffic:
    """What one student causes in a month.

    Attributes:
        requests: through the API.
        calls: of functions: requests, streams, and the trigger of each token.
        seconds: for which functions run.
    """

    requests: float
    calls: float
    seconds: float
    read_units: float
    write_units: float
    log_bytes: float
    traces: float


@dataclass(frozen=True)
class Bill:
    """What a month costs, in US dollars, for a number of students; `items` by the name of the price."""

    students: int
    items: Mapping[str, float]

    @property
    def total(self) -> float:
        """All of it."""
        return sum(self.items.values())


@dataclass(frozen=True)
class Reached:
    """A limit, and the number of students at which it is reached; `used` is the share that is used now."""

    limit: Limit
    students: float
    used: float


class CostModel:
    """The model together with the calls of each request.

    Args:
        model: people, prices, limits.
        lines: the line of docs/aws-calls.md for each request.
        memory_gigabytes: of a function.
        plan: of Cognito, `ESSENTIALS` or `PLUS`.
        traced_share: the part of the requests that X-Ray traces.
    """

    def __init__(
        self,
        model: Model,
        lines: Mapping[Requests, Line],
        *,
        memory_gigabytes: float,
        plan: str,
        traced_share: float = 0.0,
    ) -> None:
        self.model, self._lines = model, lines
        self._memory, self._plan, self._traced = memory_gigabytes, plan, traced_share
        self._size = SIZES.index(model.behaviour.lessons)

    def per_month(self, requests: Requests) -> float:
        """How often a student sends a request in a month."""
        behaviour = self.model.behaviour
        daily = requests.per_day + requests.per_minute_of_film * behaviour.film_minutes
        return daily * behaviour.school_days

    def traffic(self) -> Traffic:
        """What one student causes in a month."""
        model, behaviour = self.model, self.model.behaviour
        tokens = (behaviour.sign_ins + behaviour.renewals) * behaviour.school_days
        times = {requests: self.per_month(requests) for requests in self._lines}
        sent = sum(times.values())
        # The trigger of a token reads the profile. An event is one call of the function that sends it.
        calls = sent + tokens + behaviour.events
        aws_calls = tokens + 2 * behaviour.events
        reads, writes = tokens, behaviour.events
        for requests, line in self._lines.items():
            aws_calls += times[requests] * sum(figures[self._size] for figures in line.calls.values())
            reads += times[requests] * line.read_units[self._size]
            writes += times[requests] * (line.write_units[self._size] + line.index_units[self._size])
        own = model.request.own_milliseconds + model.request.start_share * model.request.start_milliseconds
        return Traffic(
            requests=sent,
            calls=calls,
            seconds=(calls * own + aws_calls * model.request.call_milliseconds) / 1000,
            read_units=reads,
            write_units=writes,
            log_bytes=calls * model.request.log_bytes,
            traces=sent * self._traced,
        )

    def traffic_before(self) -> Traffic:
        """The same of the version before, as far as positions, logs and traces are concerned.

        Its other requests cost more units as well, which is left out. New requests did not exist.
        """
        before, behaviour, request = self.model.before, self.model.behaviour, self.model.request
        now = self._with({each: line for each, line in self._lines.items() if not each.is_new}).traffic()
        own = request.own_milliseconds + request.start_share * request.start_milliseconds
        per_minute = sum(each.per_minute_of_film for each in self._lines)
        minutes = behaviour.film_minutes * behaviour.school_days
        (line,) = (line for requests, line in self._lines.items() if requests.per_minute_of_film)
        gone, came = per_minute * minutes, before.positions_per_minute_of_film * minutes
        calls = now.calls - gone + came * (1 + before.position.stream_calls)
        was = sum(figures[self._size] for figures in line.calls.values())
        position_calls = came * before.position.calls - gone * was
        seconds = (calls - now.calls) * own + position_calls * request.call_milliseconds
        units = line.write_units[self._size] + line.index_units[self._size]
        return replace(
            now,
            requests=now.requests - gone + came,
            calls=calls,
            seconds=now.seconds + seconds / 1000,
            read_units=now.read_units
            - gone * line.read_units[self._size]
            + came * before.position.read_units,
            write_units=now.write_units - gone * units + came * before.position.write_units,
            log_bytes=(now.requests - gone + came) * before.log_bytes,
            traces=(now.requests - gone + came) * before.traced_share,
        )

    def at_former_rhythm(self) -> "CostModel":
        """The model with players that report as often as in the version before."""
        often = self.model.before.positions_per_minute_of_film
        lines = {
            requests.model_copy(update={"per_minute_of_film": often})
            if requests.per_minute_of_film
            else requests: line
            for requests, line in self._lines.items()
        }
        return self._with(lines)

    def bill(self, students: int, *, before: bool = False) -> Bill:
        """What a month with so many students costs; `before`: in the version before."""
        model, behaviour = self.model, self.model.behaviour
        request, fixed = model.request, model.fixed
        one = self.traffic_before() if before else self.traffic()
        logs = one.log_bytes * students / GIGABYTE
        access_logs = one.requests * request.access_log_bytes * students / GIGABYTE
        amounts = {
            "api_requests": one.requests * students,
            "firewall_requests": one.requests * students + self._sign_in_calls() * students,
            "firewalls": fixed.firewalls,
            "firewall_rules": fixed.firewall_rules,
            "invocations": one.calls * students,
            "gigabyte_seconds": one.seconds * self._memory * students,
            "read_units": one.read_units * students,
            "write_units": one.write_units * students,
            "stored_gigabytes": behaviour.stored_bytes * students / GIGABYTE,
            "function_log_gigabytes": logs,
            "access_log_gigabytes": access_logs,
            "kept_log_gigabytes": (logs + access_logs) * request.log_months,
            "alarms": fixed.alarms,
            "dashboards": fixed.dashboards,
            "traces": one.traces * students,
            "users_plus" if self._plan == "PLUS" else "users_essentials": students,
            "keys": fixed.keys,
            "secrets": fixed.secrets,
            "key_requests": fixed.key_requests,
            "signatures": self._links() * request.signed_share * students,
            "events": behaviour.events * students,
            "mails": behaviour.mails * students,
            "sent_gigabytes": one.requests * request.answer_bytes * students / GIGABYTE,
        }
        items = {name: model.prices[name].of(amount) for name, amount in amounts.items()}
        if before:
            items["alarms"] += model.before.fixed_dollars
        return Bill(students, items)

    def by_service(self, bill: Bill) -> Mapping[str, float]:
        """The bill by AWS service, the most expensive one first."""
        totals: dict[str, float] = defaultdict(float)
        for name, dollars in bill.items.items():
            totals[self.model.prices[name].service] += dollars
        return dict(sorted(totals.items(), key=lambda item: -item[1]))

    def demands(self) -> Mapping[str, float]:
        """How much of each limited thing one student takes at the busiest moment."""
        behaviour = self.model.behaviour
        one = self.traffic()
        peak = (
            behaviour.busiest_hour_share
            * behaviour.peak_over_average
            / SECONDS_OF_HOUR
            / behaviour.school_days
        )
        tokens = CALLS_OF_SIGN_IN * behaviour.sign_ins * behaviour.starting_share / QUARTER
        positions = [requests for requests in self._lines if requests.route == POSITION]
        catalogue = [requests for requests in self._lines if (requests.route, requests.case) == CATALOGUE]
        return {
            "users": 1.0,
            "mails_per_day": behaviour.mails / DAYS,
            "requests_per_second": one.requests * peak,
            "authentications_per_second": tokens,
            "instances": one.seconds * peak,
            "links_per_second": peak * self._links(),
            "position_units_per_second": peak
            * sum(self.per_month(each) * self._lines[each].write_units[self._size] for each in positions),
            "catalogue_units_per_second": peak
            * sum(self.per_month(each) * self._lines[each].read_units[self._size] for each in catalogue),
        }

    def reached(self, students: int) -> list[Reached]:
        """All limits, the one that is reached first at the beginning."""
        demands = self.demands()
        found = [
            Reached(
                limit, limit.quota / demands[limit.demand], students * demands[limit.demand] / limit.quota
            )
            for limit in self.model.limits
        ]
        return sorted(found, key=lambda reached: reached.students)

    def _with(self, lines: Mapping[Requests, Line]) -> "CostModel":
        """The same model with other requests."""
        memory, plan, traced = self._memory, self._plan, self._traced
        return CostModel(self.model, lines, memory_gigabytes=memory, plan=plan, traced_share=traced)

    def _links(self) -> float:
        """How many premium lessons a student opens in a month."""
        return sum(self.per_month(requests) for requests in self._lines if requests.route == CONTENT)

    def _sign_in_calls(self) -> float:
        behaviour = self.model.behaviour
        return (CALLS_OF_SIGN_IN * behaviour.sign_ins + behaviour.renewals) * behaviour.school_days
