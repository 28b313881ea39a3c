"""Computes what would cost less: the `savings` of tools/cost/model.toml, each by itself."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from education.errors import UserError
from tools.cost.bill import CostModel
from tools.cost.model import Requests, Saving

READ_AT_EACH_OPENING = ("GET /courses/{courseId}", "GET /progress/{courseId}")
# Of eight lessons a day, so many are the first of a visit. The others are opened from a page that knows the course.
VISITS = 2


def _chosen(**choices: Any) -> Callable[[CostModel], CostModel]:
    return lambda costs: replace(costs, choices=replace(costs.choices, **choices))


def _handed_over(costs: CostModel) -> CostModel:
    def less(requests: Requests) -> Requests:
        per_day = min(requests.per_day, VISITS)
        is_read = requests.route in READ_AT_EACH_OPENING
        return requests.model_copy(update={"per_day": per_day}) if is_read else requests

    return replace(costs, lines={less(requests): line for requests, line in costs.lines.items()})


_CHANGED: Mapping[str, Callable[[CostModel], CostModel]] = {
    "lite": _chosen(plan="LITE"),
    "http-api": _chosen(rest_api=False),
    "rsa": _chosen(link_keys="rsa_signatures"),
    "hand-over": _handed_over,
    "no-function": _chosen(edge_function=False),
}


def with_saving(costs: CostModel, saving: Saving) -> CostModel:
    """The model as it would be with a saving.

    Raises:
        UserError: nobody knows what to change for this saving.
    """
    if saving.id not in _CHANGED:
        raise UserError(f"model.toml: savings: {saving.id} is none of {', '.join(_CHANGED)}.")
    return _CHANGED[saving.id](costs)
