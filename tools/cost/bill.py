"""Computes what a month costs: with programs that call the API directly, and through the portal."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from tools.cost.calls_page import SIZES
from tools.cost.model import Model
from tools.cost.traffic import (
    Lines,
    Traffic,
    calls_of,
    of_route,
    peak,
    per_month,
    seconds_of,
    traffic_before,
    traffic_of,
)

GIGABYTE = 1e9
CONTENT = "GET /courses/{courseId}/lessons/{lessonId}/content"
CALLS_OF_SIGN_IN = 2  # SRP: InitiateAuth, RespondToAuthChallenge
_USERS = {"LITE": "users_lite", "ESSENTIALS": "users_essentials", "PLUS": "users_plus"}


@dataclass(frozen=True)
class Choices:
    """What a school or the design has chosen, as far as it changes the bill.

    Attributes:
        memory_gigabytes: of a function.
        plan: of Cognito, `LITE`, `ESSENTIALS` or `PLUS`.
        traced_share: the part of the requests that X-Ray traces.
        edge_logs: whether CloudFront logs each request.
        edge_firewall: whether the portal has a firewall.
        edge_function: whether a function at the edge sees each request for the API.
        rest_api: whether API Gateway's API is a REST API, with a firewall, or an HTTP API.
        link_keys: the price of a link's signature.
    """

    memory_gigabytes: float
    plan: str
    traced_share: float = 0.0
    edge_logs: bool = True
    edge_firewall: bool = False
    edge_function: bool = True
    rest_api: bool = True
    link_keys: str = "signatures"


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
class CostModel:
    """The model together with the line of docs/aws-calls.md for each request, and what was chosen."""

    model: Model
    lines: Lines
    choices: Choices

    @cached_property
    def traffic(self) -> Traffic:
        """What one student causes in a month."""
        return traffic_of(self.model, self.lines, self.choices.traced_share)

    def at_former_rhythm(self) -> "CostModel":
        """The model with players that report as often as in the version before."""
        often = self.model.before.positions_per_minute_of_film
        lines = {
            requests.model_copy(update={"per_minute_of_film": often})
            if requests.per_minute_of_film
            else requests: line
            for requests, line in self.lines.items()
        }
        return replace(self, lines=lines)

    def bill(self, students: int, *, by_portal: bool = False) -> Bill:
        """What a month with so many students costs, who call the API directly or use the portal."""
        amounts = self._amounts(self.traffic, students) | {
            self.choices.link_keys: self._links() * self.signed_share(students) * students,
        }
        if by_portal:
            amounts |= self._edge_amounts(students, amounts)
        return self._bill(students, amounts)

    def bill_before(self, students: int) -> Bill:
        """What a month with so many students cost in the version before.

        Its functions signed links themselves. There was no portal.
        """
        bill = self._bill(students, self._amounts(traffic_before(self.model, self.lines), students))
        return Bill(
            students, {**bill.items, "alarms": bill.items["alarms"] + self.model.before.fixed_dollars}
        )

    def goal(self, students: int) -> float | None:
        """What a month should cost at most; None for few students."""
        before = self.model.before
        if students < before.goal_from:
            return None
        stated = dict(before.stated).get(students) or self.bill_before(students).total
        return before.goal * stated

    def by_service(self, bill: Bill) -> Mapping[str, float]:
        """The bill by AWS service, the most expensive one first."""
        totals: dict[str, float] = defaultdict(float)
        for name, dollars in bill.items.items():
            totals[self.model.prices[name].service] += dollars
        return dict(sorted(totals.items(), key=lambda item: -item[1]))

    def signed_share(self, students: int) -> float:
        """The part of the openings of a premium lesson for which KMS signs a link.

        An instance keeps a link for a quarter of an hour, and does not share it. So the share is that of the different
        instances which those who open the same lesson meet, if each meets any of them.
        """
        behaviour, size = self.model.behaviour, SIZES.index(self.model.behaviour.lessons)
        seconds = sum(
            per_month(behaviour, requests) * seconds_of(self.model, 1, calls_of(line, size))
            for requests, line in of_route(self.lines, CONTENT)
        )
        together, instances = behaviour.openings_together, 1 + students * peak(behaviour) * seconds
        met_by_none: float = (1 - 1 / instances) ** together
        return instances * (1 - met_by_none) / together

    def _links(self) -> float:
        """How many premium lessons a student opens in a month."""
        return sum(per_month(self.model.behaviour, each) for each, _ in of_route(self.lines, CONTENT))

    def _bill(self, students: int, amounts: Mapping[str, float]) -> Bill:
        return Bill(students, {name: self.model.prices[name].of(amount) for name, amount in amounts.items()})

    def _amounts(self, one: Traffic, students: int) -> dict[str, float]:
        """How much of everything is used without the portal, by the name of its price."""
        behaviour, request, fixed = self.model.behaviour, self.model.request, self.model.fixed
        logs = one.log_bytes * students / GIGABYTE
        access_logs = one.requests * request.access_log_bytes * students / GIGABYTE
        sign_ins = (CALLS_OF_SIGN_IN * behaviour.sign_ins + behaviour.renewals) * behaviour.school_days
        guarded = one.requests if self.choices.rest_api else 0
        return {
            "api_requests" if self.choices.rest_api else "http_api_requests": one.requests * students,
            "firewall_requests": (guarded + sign_ins) * students,
            "firewalls": fixed.firewalls,
            "firewall_rules": fixed.firewall_rules,
            "invocations": one.calls * students,
            "gigabyte_seconds": one.seconds * self.choices.memory_gigabytes * students,
            "read_units": one.read_units * students,
            "write_units": one.write_units * students,
            "stored_gigabytes": behaviour.stored_bytes * students / GIGABYTE,
            "function_log_gigabytes": logs,
            "access_log_gigabytes": access_logs,
            "kept_log_gigabytes": (logs + access_logs) * request.log_months,
            "alarms": fixed.alarms,
            "dashboards": fixed.dashboards,
            "traces": one.traces * students,
            _USERS[self.choices.plan]: students,
            "keys": fixed.keys,
            "secrets": fixed.secrets,
            "key_requests": fixed.key_requests,
            "events": behaviour.events * students,
            "mails": behaviour.mails * students,
            "sent_gigabytes": one.requests * request.answer_bytes * students / GIGABYTE,
        }

    def _edge_amounts(self, students: int, direct: Mapping[str, float]) -> Mapping[str, float]:
        """What the portal adds and changes: each of its requests goes through CloudFront."""
        behaviour, request, one = self.model.behaviour, self.model.request, self.traffic
        files = behaviour.portal_files * behaviour.school_days * students
        sent = one.requests * students + files
        file_gigabytes = behaviour.portal_bytes * behaviour.school_days * students / GIGABYTE
        logged = sent * request.edge_log_bytes * request.log_months if self.choices.edge_logs else 0
        return {
            "edge_requests": sent,
            "edge_functions": sent if self.choices.edge_function else files,
            # What AWS's services send to CloudFront is free.
            "sent_gigabytes": 0,
            "edge_sent_gigabytes": direct["sent_gigabytes"] + file_gigabytes,
            "edge_origin_gigabytes": one.changes * request.sent_bytes * students / GIGABYTE,
            "file_reads": behaviour.portal_reads * behaviour.school_days * students,
            "edge_log_gigabytes": logged / GIGABYTE,
            "firewall_requests": direct["firewall_requests"] + (sent if self.choices.edge_firewall else 0),
        }
