"""What `make cost` prints for a number of students."""

import textwrap
from collections.abc import Iterable

from education.settings.load import load_settings
from tools.cost.bill import Bill, Choices, CostModel
from tools.cost.limits import Reached, reached
from tools.cost.model import lines_of, load_model

ENVIRONMENT = "prod"
LINE = 110


def cost_model() -> CostModel:
    """The model with the settings of production.

    Raises:
        UserError: model.toml is not valid, or names a request that docs/aws-calls.md does not have.
    """
    model, settings = load_model(), load_settings(ENVIRONMENT)
    choices = Choices(
        memory_gigabytes=settings.functions.memory_mib / 1024,
        plan=settings.identity.plan,
        traced_share=settings.functions.trace_rate,
        edge_logs=settings.content.access_logs,
        edge_firewall=settings.portal.waf,
    )
    return CostModel(model, lines_of(model), choices)


def as_text(costs: CostModel, students: int) -> str:
    """The bill of both ways, each against the goal, and each limit with what to do before."""
    direct, portal = costs.bill(students), costs.bill(students, by_portal=True)
    directly, by_portal = costs.by_service(direct), costs.by_service(portal)
    text = [
        f"{students:,} students, a month, US dollars, without course files",
        "",
        f"  {'':<40}{'API directly':>16}{'by the portal':>16}",
        *(
            f"  {service:<40}{directly.get(service, 0):>16,.0f}{dollars:>16,.0f}"
            for service, dollars in by_portal.items()
        ),
        f"  {'total':<40}{direct.total:>16,.0f}{portal.total:>16,.0f}",
        f"  {'for each student':<40}{direct.total / students:>16,.4f}{portal.total / students:>16,.4f}",
        *_goal(costs, students, [direct, portal]),
        "",
        f"Each student sends {costs.traffic.requests:,.0f} requests a month. {unconfirmed(costs)}",
        "",
        "What breaks first (the share that is used at the busiest moment), and what to do before:",
        *(line for each in reached(costs, students) for line in _limit(each)),
    ]
    return "\n".join(text) + "\n"


def verdict(dollars: float, goal: float | None) -> str:
    """The word for a goal that was reached or not; empty without one."""
    if goal is None:
        return ""
    return "reached" if dollars <= goal else "MISSED"


def unconfirmed(costs: CostModel) -> str:
    """The sentence about prices whose source was not at hand."""
    found = [price.what for price in costs.model.prices.values() if not price.confirmed]
    if not found:
        return "All prices were found in their sources."
    return f"These prices could not be confirmed: {', '.join(found)}."


def rounded(each: Reached) -> str:
    """The number of students at which a limit is reached, with two digits."""
    digits = max(0, len(f"{each.students:.0f}") - 2)
    return f"{round(each.students, -digits):,.0f}"


def _goal(costs: CostModel, students: int, bills: Iterable[Bill]) -> list[str]:
    goal = costs.goal(students)
    if goal is None:
        return [f"  the goal counts from {costs.model.before.goal_from:,} students on"]
    label = f"goal: {goal:,.0f}"
    return [f"  {label:<40}" + "".join(f"{verdict(bill.total, goal):>16}" for bill in bills)]


def _limit(each: Reached) -> list[str]:
    head = f"  {rounded(each):>12} students  {each.used:>8.1%}  "
    indent = " " * len(head)
    what = f"{each.limit.quota:,.0f} {each.limit.what}"
    return [
        *textwrap.wrap(what, LINE, initial_indent=head, subsequent_indent=indent, break_on_hyphens=False),
        *textwrap.wrap(
            f"-> {each.limit.raise_}",
            LINE,
            initial_indent=indent,
            subsequent_indent=f"{indent}   ",
            break_on_hyphens=False,
            break_long_words=False,
        ),
    ]
