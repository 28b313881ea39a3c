"""Each statement of each role names what IAM really checks, by AWS's Service Authorization Reference.

An action without a resource type is checked on `*`: a statement with an ARN never allows it, and the first deployment
to a real account ends with AccessDenied. An action with one is never checked on an ARN of another kind. A condition on
tags that an action does not know never holds. The AWS emulator alone would show none of these.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from education.pipeline.bootstrap_stack import BootstrapStack
from education.settings.load import load_settings
from local_platform.strict.resources import checked
from local_platform.strict.service_reference import arns, knows_tags, resource_types
from tests.infrastructure.conftest import SynthesizedOf
from tests.infrastructure.synthesized import listed, statements

Statement = Mapping[str, Any]
PIPELINE = ("dev", "staging", "prod")
# Actions with a resource type that a statement has on `*` all the same, each with the reason.
ON_EVERYTHING = {
    ("KeyCreation", "kms:TagResource"): "checked before the new key has an id",
    ("UserPoolCreation", "cognito-idp:TagResource"): "checked before the new pool has an id",
    ("DistributionCreation", "cloudfront:TagResource"): "checked before the new distribution has an id",
    (
        "StreamSourceCreation",
        "lambda:CreateEventSourceMapping",
    ): "the condition names the function, which AWS checks",
    ("Metrics", "cloudwatch:PutMetricData"): "a metric has no ARN; the condition names the namespace",
}
# The reference says that both types are required, and means one of them.
ONE_OF_THEM = {"dynamodb:ListTagsOfResource", "dynamodb:TagResource", "dynamodb:UntagResource"}
TAGS = re.compile(r"aws:(?:Request|Resource)Tag(?=/)")


@pytest.fixture(scope="module")
def roles() -> dict[str, list[Statement]]:
    """The allowing statements of each pipeline role and of the boundary, by environment and role."""
    from cdktf import App, Testing

    found: dict[str, list[Statement]] = {}
    for environment in PIPELINE:
        stack = BootstrapStack(
            App(), "bootstrap", settings=load_settings(environment), first_state=None, owns_oidc_provider=True
        )
        for policy in json.loads(Testing.synth(stack))["resource"]["aws_iam_policy"].values():
            role = policy["name"].split("-")[1]
            allowed = [s for s in json.loads(policy["policy"])["Statement"] if s["Effect"] == "Allow"]
            found.setdefault(f"{environment} {role}", []).extend(allowed)
    assert len(found) == 3 * len(PIPELINE) + 2, (
        "plan, deploy and boundary, and a test role in dev and staging"
    )
    return found


def plain(resource: str) -> str:
    """An ARN with an account instead of Terraform's references."""
    resource = re.sub(r"\$\{data\.aws_partition[^}]*\}", "aws", resource)
    resource = re.sub(r"\$\{data\.aws_caller_identity[^}]*\}", "111122223333", resource)
    resource = re.sub(r"\$\{aws_s3_bucket[^}]*\}", "arn:aws:s3:::states", resource)
    return re.sub(
        r"\$\{aws_dynamodb_table[^}]*\}", "arn:aws:dynamodb:us-east-1:111122223333:table/locks", resource
    )


def overlaps(pattern: str, reference: str) -> bool:
    """Whether some ARN fits both: a pattern of a policy, and an ARN of the reference with `${…}` where it differs."""
    # A bucket has no slash in its name, so that an object is no bucket; every other name may have one.
    wild = re.sub(r"\$\{(\w+)\}", lambda match: "?" if match[1] == "BucketName" else "*", reference)
    ours, theirs = pattern.split(":", 5), wild.split(":", 5)
    return len(ours) == len(theirs) and all(map(_overlap, ours, theirs))


def _overlap(one: str, other: str) -> bool:
    """Whether two patterns share a text; `*` stands for anything, `?` for anything without a slash."""
    seen: set[tuple[int, int]] = set()
    todo = [(0, 0)]
    while todo:
        a, b = todo.pop()
        if (a, b) in seen or a > len(one) or b > len(other):
            continue
        seen.add((a, b))
        if a == len(one) and b == len(other):
            return True
        left, right = one[a : a + 1], other[b : b + 1]
        if left == "*":
            todo.append((a + 1, b))
        if right and right in "*?":
            todo.append((a, b + 1))
        if left == "*" and right and right not in "*?":
            todo.append((a, b + 1))
        if left and left != "*" and right == "*":
            todo.append((a + 1, b))
        if left and left not in "*/" and right == "?":
            todo.append((a + 1, b))
        if left and left == right and left not in "*?":
            todo.append((a + 1, b + 1))
    return False


def pairs(held: Sequence[Statement]) -> Iterator[tuple[Statement, str, dict[str, bool], list[str]]]:
    """Each statement with each of its actions, the action's resource types, and the statement's resources."""
    for statement in held:
        for action in listed(statement["Action"]):
            types = resource_types(action)
            assert types is not None, (
                f"{action} is not in the reference: a wrong name, or renew it (`make audit`)"
            )
            yield statement, action, dict(types), [plain(each) for each in listed(statement["Resource"])]


def sid(statement: Statement) -> str:
    """The name of a permission, without `Read` or `Change`."""
    return re.sub(r"^(?:Read|Change)(?:Edge)?", "", str(statement["Sid"]))


def test_what_has_no_resource_type_is_granted_on_everything(roles: dict[str, list[Statement]]) -> None:
    wrong = [
        f"{role} {statement['Sid']}: {action} on {resources}"
        for role, held in roles.items()
        for statement, action, types, resources in pairs(held)
        if not types and resources != ["*"]
    ]
    assert not wrong, "\n".join(wrong)


def test_what_has_a_resource_type_is_granted_on_an_arn_of_that_type(
    roles: dict[str, list[Statement]],
) -> None:
    wrong = []
    for role, held in roles.items():
        useless: set[tuple[str, str]] = set()
        useful: set[tuple[str, str]] = set()
        for statement, action, types, resources in pairs(held):
            if not types or (sid(statement), action) in ON_EVERYTHING:
                useful |= {(statement["Sid"], resource) for resource in resources}
                continue
            if "*" in resources:
                wrong.append(f"{role} {statement['Sid']}: {action} on *, and it has {sorted(types)}")
            known = [arn for kind in types for arn in arns(action, kind)]
            fitting = {resource for resource in resources if any(overlaps(resource, arn) for arn in known)}
            if not fitting:
                wrong.append(f"{role} {statement['Sid']}: {action} on {resources}, and it has {known}")
            useful |= {(statement["Sid"], resource) for resource in fitting}
            useless |= {(statement["Sid"], resource) for resource in resources}
        wrong += [f"{role} {name}: no action of it is checked on {arn}" for name, arn in useless - useful]
    assert not wrong, "\n".join(wrong)


def test_every_resource_that_an_action_requires_is_granted(roles: dict[str, list[Statement]]) -> None:
    """An alias needs its key too, for example."""
    missing = []
    for role, held in roles.items():
        granted: dict[str, list[str]] = {}
        for _, action, _, resources in pairs(held):
            granted.setdefault(action, []).extend(resources)
        for action, resources in granted.items():
            required = [kind for kind, is_required in (resource_types(action) or {}).items() if is_required]
            for kind in required if action not in ONE_OF_THEM else ():
                if not any(overlaps(resource, arn) for resource in resources for arn in arns(action, kind)):
                    missing.append(f"{role}: {action} needs a {kind}, and has {resources}")
    assert not missing, "\n".join(missing)


def test_tags_are_asked_for_only_where_iam_knows_them(
    roles: dict[str, list[Statement]], synthesized_of: SynthesizedOf
) -> None:
    functions = [
        statement
        for environment in PIPELINE
        for policy in synthesized_of(environment).resources("aws_iam_role_policy").values()
        for statement in statements(policy["policy"])
    ]
    wrong = [
        f"{role} {statement['Sid']}: {action} knows no {key}"
        for role, held in (*roles.items(), ("functions", functions))
        for statement, action, _, _ in pairs(held)
        for key in sorted(set(TAGS.findall(json.dumps(statement.get("Condition", {})))))
        if not knows_tags(action, key)
    ]
    assert not wrong, "\n".join(wrong)


def test_functions_have_what_has_no_resource_type_on_everything(synthesized_of: SynthesizedOf) -> None:
    for environment in PIPELINE:
        for policy in synthesized_of(environment).resources("aws_iam_role_policy").values():
            for statement, action, types, resources in pairs([*statements(policy["policy"])]):
                assert types or resources == ["*"], (
                    f"{policy['name']} {statement['Sid']}: {action} on {resources}"
                )


def test_nothing_that_decides_by_tags_is_asked_of_a_new_key(roles: dict[str, list[Statement]]) -> None:
    """A key's tags may take five minutes to count: https://docs.aws.amazon.com/kms/latest/developerguide/abac.html."""
    at_once = {"DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "GetPublicKey", "ListResourceTags"}
    at_once_for = {"plan": at_once, "deploy": {*at_once, "EnableKeyRotation", "CreateAlias"}}
    at_once_for["boundary"] = {"Decrypt", "Encrypt", "GenerateDataKey", "Sign"}
    for role, held in roles.items():
        needed = {f"kms:{name}" for name in at_once_for.get(role.split()[1], ())}
        free = {
            action
            for statement, action, _, resources in pairs(held)
            if any(":key/" in resource for resource in resources)
            and "aws:ResourceTag" not in json.dumps(statement.get("Condition", {}))
            and "kms:CallerAccount" in json.dumps(statement.get("Condition", {}))
            and action.startswith("kms:")
        }
        assert needed <= free, f"{role}: {sorted(needed - free)} would be refused right after CreateKey"


def test_the_emulator_checks_them_where_aws_does() -> None:
    function = "arn:aws:cloudfront::111122223333:function/education-tls-dev"
    assert checked("cloudfront:CreateFunction", function) == "*"
    assert checked("cloudfront:UpdateFunction", function) == function
    assert checked("logs:DescribeLogGroups", "arn:aws:logs:us-east-1:111122223333:log-group:x") == "*"
    assert checked("unknown:Action", function) == function


@pytest.mark.parametrize(
    ("pattern", "reference", "fits"),
    [
        ("arn:aws:s3:::education-*-dev", "arn:${Partition}:s3:::${BucketName}", True),
        ("arn:aws:s3:::education-*-dev/*", "arn:${Partition}:s3:::${BucketName}", False),
        ("arn:aws:s3:::education-*-dev/*", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", True),
        (
            "arn:aws:kms:x:1:alias/education-*",
            "arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}",
            False,
        ),
        (
            "arn:aws:apigateway:x::/restapis/*",
            "arn:${Partition}:apigateway:${Region}::/restapis/${Api}/stages",
            True,
        ),
    ],
)
def test_patterns_are_compared_as_arns(pattern: str, reference: str, fits: bool) -> None:
    assert overlaps(pattern, reference) is fits
