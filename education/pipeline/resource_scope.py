"""Which AWS resources belong to an environment: as ARNs, by the project's naming rule, and as conditions on tags."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from education.aws_context import AwsContext
from education.naming import PROJECT


@dataclass(frozen=True)
class ResourceScope:
    """The resources of the environments that a pipeline role works on.

    Attributes:
        context: the account and the partition.
        suffixes: the environments, as patterns of their suffix (`dev`, `pr-*`).
        region: where the resources are.
    """

    context: AwsContext
    suffixes: Sequence[str]
    region: str

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """An ARN of this account. `region` is "" for a global service."""
        place = self.region if region is None else region
        return f"arn:{self.context.partition}:{service}:{place}:{self.context.account_id}:{resource}"

    def arns(self, service: str, resource: str, *, region: str | None = None) -> list[str]:
        """One ARN for each environment; `{s}` in `resource` is replaced by its suffix."""
        return [self.arn(service, resource.replace("{s}", suffix), region=region) for suffix in self.suffixes]

    def buckets(self, what: str = "*") -> list[str]:
        """The ARNs of this platform's buckets: all of them, or those for `what`. Their names have the account's id."""
        middle = f"{PROJECT}-{what}-{self.context.account_id}"
        return [f"arn:{self.context.partition}:s3:::{middle}-{suffix}" for suffix in self.suffixes]

    def named(self, service: str, kind: str = "", *, region: str | None = None) -> list[str]:
        """The ARNs of this platform's resources of one kind (such as `table/`), by the project's naming rule."""
        return self.arns(service, f"{kind}{PROJECT}-*-{{s}}", region=region)

    def tagged(self) -> dict[str, dict[str, Any]]:
        """A condition: the resource has this platform's tags."""
        return self._tags("aws:ResourceTag")

    def tagging(self) -> dict[str, dict[str, Any]]:
        """A condition: the request gives this platform's tags to the resource that it makes."""
        return self._tags("aws:RequestTag")

    def _tags(self, key: str) -> dict[str, dict[str, Any]]:
        return {
            "StringEquals": {f"{key}/Project": PROJECT},
            "StringLike": {f"{key}/Environment": list(self.suffixes)},
        }
