"""IAM policy documents as plain JSON strings.

Terraform tokens inside are resolved at synth. A document made here needs no data source and no jsii call.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from education.environment import Environment


@dataclass(frozen=True)
class Grant:
    """What a function may do: listed actions on listed resources.

    `reason` must be given when a resource or an action has a wildcard that AWS makes necessary.
    `sid` is deployed as the id of the statement, so it stays as it is when words in the code change.
    """

    sid: str
    actions: Sequence[str]
    resources: Sequence[str]
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reason: str = ""

    def statement(self) -> dict[str, Any]:
        """The grant as an IAM policy statement."""
        statement: dict[str, Any] = {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        if self.conditions:
            statement["Condition"] = {operator: dict(test) for operator, test in self.conditions.items()}
        return statement


def policy_document(statements: Sequence[Mapping[str, Any]]) -> str:
    """An IAM policy document (version 2012-10-17) with these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": [dict(s) for s in statements]})


def service_trust(service: str, *, account_id: str | None = None) -> str:
    """A trust policy for one AWS service.

    With `account_id` the service may assume the role for that account only (against the confused deputy problem).
    """
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if account_id is not None:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account_id}}
    return policy_document([statement])


def boundary_arn(env: Environment) -> str | None:
    """The permissions boundary that every role must carry where a pipeline deploys; None elsewhere."""
    name = env.settings.pipeline.boundary
    return name and f"arn:{env.aws.partition}:iam::{env.aws.account_id}:policy/{name}"
