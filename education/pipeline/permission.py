"""What the pipeline's permissions are made of: one statement each for reading and for changing the same resources.

The plan role gets the reading half, the deploy role both, so that the two cannot drift apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from education.aws_context import AwsContext
from education.naming import PROJECT


@dataclass(frozen=True)
class Permission:
    """Listed actions on listed resources. `reason` says why a resource must stay a wildcard, where it must.

    `reads`, `writes` and `destroys` share `resources`; `conditions` hold for all but the reads, which have
    `read_conditions`. `destroys` is what would lose data: granted only where the settings do not protect it.
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
        """The reading half; none where there is nothing to read."""
        return _statements(f"Read{self.sid}", self.reads, self.resources, self.read_conditions)

    def write_statements(self, *, may_destroy: bool) -> list[dict[str, Any]]:
        """The changing half; none where there is nothing to change."""
        writes = [*self.writes, *(self.destroys if may_destroy else ())]
        return _statements(f"Change{self.sid}", writes, self.resources, self.conditions)


@dataclass(frozen=True)
class Reach:
    """The environments that a pipeline role works on, as patterns of their suffix (`dev`, `pr-*`)."""

    context: AwsContext
    suffixes: Sequence[str]
    region: str

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """An ARN of this account. `region` is "" for a global service."""
        place = self.region if region is None else region
        return f"arn:{self.context.partition}:{service}:{place}:{self.context.account_id}:{resource}"

    def arns(self, service: str, resource: str, *, region: str | None = None) -> list[str]:
        """One ARN for each environment; `{s}` in `resource` is its suffix."""
        return [self.arn(service, resource.replace("{s}", suffix), region=region) for suffix in self.suffixes]

    def buckets(self, what: str = "*") -> list[str]:
        """The ARNs of this platform's buckets, whose names hold the account's id: all, or those for one thing."""
        middle = f"{PROJECT}-{what}-{self.context.account_id}"
        return [f"arn:{self.context.partition}:s3:::{middle}-{suffix}" for suffix in self.suffixes]

    def named(self, service: str, kind: str = "", *, region: str | None = None) -> list[str]:
        """The ARNs of this platform's resources of a kind, by the project's naming rule."""
        return self.arns(service, f"{kind}{PROJECT}-*-{{s}}", region=region)

    def tagged(self) -> dict[str, dict[str, Any]]:
        """A condition: the resource carries this platform's tags."""
        return self._tags("aws:ResourceTag")

    def tagging(self) -> dict[str, dict[str, Any]]:
        """A condition: the request puts this platform's tags on what it makes."""
        return self._tags("aws:RequestTag")

    def _tags(self, key: str) -> dict[str, dict[str, Any]]:
        return {
            "StringEquals": {f"{key}/Project": PROJECT},
            "StringLike": {f"{key}/Environment": list(self.suffixes)},
        }


def _statements(
    sid: str, actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    if not actions:
        return []
    statement: dict[str, Any] = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": list(resources) if len(resources) > 1 else resources[0],
    }
    if conditions:
        statement["Condition"] = {operator: dict(test) for operator, test in conditions.items()}
    return [statement]


def actions(service: str, names: str) -> list[str]:
    """IAM actions of one service, from names in one text."""
    return [f"{service}:{name}" for name in names.split()]
