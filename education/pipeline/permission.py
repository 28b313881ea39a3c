"""One permission of the pipeline: what may be read and what may be changed of the same resources.

The plan role gets the statement for reading, the deploy role gets both, so that the two roles cannot drift apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


def actions(service: str, names: str) -> list[str]:
    """IAM actions of one service; `names` are separated by spaces."""
    return [f"{service}:{name}" for name in names.split()]


@dataclass(frozen=True)
class Permission:
    """Listed actions on listed resources.

    Attributes:
        sid: names the resources; the statements are called `Read<sid>` and `Change<sid>`.
        resources: the ARNs, for all three lists of actions.
        reads: the actions that only look.
        writes: the actions that change something.
        destroys: the actions that lose data; they are allowed only where the settings do not protect data.
        conditions: IAM conditions of `writes` and `destroys`.
        read_conditions: IAM conditions of `reads`.
        reason: why a resource must have a wildcard, where it has one that covers more than this platform.
    """

    sid: str
    resources: Sequence[str]
    reads: Sequence[str] = ()
    writes: Sequence[str] = ()
    destroys: Sequence[str] = ()
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    read_conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reason: str = ""

    def read_statements(self) -> list[dict[str, Any]]:
        """The statement for reading; none where there is nothing to read."""
        return _statements(f"Read{self.sid}", self.reads, self.resources, self.read_conditions)

    def write_statements(self, *, may_destroy: bool) -> list[dict[str, Any]]:
        """The statement for changing; none where there is nothing to change."""
        writes = [*self.writes, *(self.destroys if may_destroy else ())]
        return _statements(f"Change{self.sid}", writes, self.resources, self.conditions)


def _statements(
    sid: str, allowed: Sequence[str], resources: Sequence[str], conditions: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    if not allowed:
        return []
    statement: dict[str, Any] = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(allowed),
        "Resource": list(resources) if len(resources) > 1 else resources[0],
    }
    if conditions:
        statement["Condition"] = {operator: dict(test) for operator, test in conditions.items()}
    return [statement]
