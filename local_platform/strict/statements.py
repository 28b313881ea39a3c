"""Finds the policy statements that allow a recorded request, with the AWS emulator's own evaluation."""

from typing import Any

from ministack.core import iam_evaluator  # type: ignore[import-untyped]

from local_platform.strict.instance import Decision


def allowed_by(policies: dict[str, list[dict[str, Any]]], decision: Decision) -> set[str]:
    """The `Sid`s of the statements of which each alone allows the request."""
    context = iam_evaluator.EvalContext(
        principal_arn="",
        principal_type="AssumedRole",
        principal_account="000000000000",
        action=decision.action,
        resource_arn=decision.resource,
        region="us-east-1",
        service_context=decision.context,
    )
    found = set()
    for statements in policies.values():
        for statement in statements:
            if statement["Effect"] != "Allow":
                continue
            parsed = iam_evaluator.parse_policy_document({"Version": "2012-10-17", "Statement": [statement]})
            if iam_evaluator.evaluate(context, [parsed]).decision == "Allow":
                found.add(statement["Sid"])
    return found
