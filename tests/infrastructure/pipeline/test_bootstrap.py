"""Rules for the bootstrap: who is trusted, what the roles may do, how states are kept."""

import fnmatch
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from education.environment import Environment
from education.errors import UserError
from education.pipeline.bootstrap_stack import BootstrapStack
from education.pipeline.policies import PipelinePolicies
from education.pipeline.resource_scope import ResourceScope
from education.settings.load import load_settings
from education.settings.model import EnvironmentSettings
from education.settings.pipeline import PipelineSettings
from tests.infrastructure.conftest import SynthesizedOf
from tests.infrastructure.synthesized import listed, statements

ENVIRONMENTS = ("dev", "staging", "prod")
MAXIMUM_POLICY_CHARACTERS = 6144  # IAM's quota for a managed policy, without white space
READING = ("Get", "List", "Describe", "GET")
Resources = Mapping[str, Mapping[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stacks are synthesized."""
    return tmp_path_factory.mktemp("bootstrap")


def synthesize(folder: Path, settings: EnvironmentSettings, *, owns: bool = True) -> dict[str, Any]:
    """A bootstrap stack as Terraform's JSON."""
    from cdktf import App, Testing

    stack = BootstrapStack(
        App(outdir=str(folder)), "bootstrap", settings=settings, first_state=None, owns_oidc_provider=owns
    )
    document: dict[str, Any] = json.loads(Testing.synth(stack))
    return document


@pytest.fixture(params=ENVIRONMENTS)
def environment(request: pytest.FixtureRequest) -> str:
    """Each environment in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def resources_of(folder: Path) -> Any:
    """The resources of an environment's bootstrap, by type and name."""

    @cache
    def of(environment: str) -> Resources:
        return dict(synthesize(folder, load_settings(environment))["resource"])

    return of


@pytest.fixture
def resources(resources_of: Any, environment: str) -> Resources:
    """The resources of the environment's bootstrap."""
    found: Resources = resources_of(environment)
    return found


def policies(resources: Resources, role: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The policies of a role."""
    for policy in resources["aws_iam_policy"].values():
        if policy["name"].startswith(f"education-{role}-"):
            yield policy["name"], json.loads(policy["policy"])["Statement"]


def allowing(resources: Resources, role: str) -> Iterator[dict[str, Any]]:
    """A role's allowing statements."""
    for _, held in policies(resources, role):
        yield from (statement for statement in held if statement["Effect"] == "Allow")


def test_trust_is_exact(resources: Resources, environment: str) -> None:
    roles = {role["name"]: role for role in resources["aws_iam_role"].values()}
    assert set(roles) >= {f"education-{role}-{environment}" for role in ("deploy", "plan")}
    for name in (name for name in roles if name != f"education-api-logs-{environment}"):
        (statement,) = json.loads(roles[name]["assume_role_policy"])["Statement"]
        assert set(statement["Condition"]) == {"StringEquals"}
        condition = statement["Condition"]["StringEquals"]
        assert condition["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
        assert "*" not in json.dumps(condition)
        assert 3600 <= roles[name]["max_session_duration"] <= 43200
    subjects = json.loads(roles[f"education-deploy-{environment}"]["assume_role_policy"])["Statement"][0]
    assert subjects["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"] == [
        f"repo:example-org/education-platform:environment:{environment}",
        f"repo:example-org@1000001/education-platform@1000002:environment:{environment}",
    ]


def test_no_account_is_written_down(resources: Resources) -> None:
    assert not re.search(r"(?<!\d)\d{12}(?!\d)", json.dumps(resources))


def test_policies_fit(resources: Resources) -> None:
    for policy in resources["aws_iam_policy"].values():
        text = re.sub(r"\$\{[^}]*account_id\}", "1" * 12, policy["policy"])
        text = re.sub(r"\$\{[^}]*partition\}", "aws-us-gov", text)
        compact = json.dumps(json.loads(text), separators=(",", ":"))
        assert len(compact) <= MAXIMUM_POLICY_CHARACTERS, policy["name"]


def test_no_action_is_a_pattern(resources: Resources) -> None:
    for role in ("deploy", "plan", "boundary"):
        for statement in allowing(resources, role):
            assert not [action for action in listed(statement["Action"]) if "*" in action], statement["Sid"]


def test_every_wildcard_has_its_reason(environment: str) -> None:
    settings = load_settings(environment)
    context: Any = type("Context", (), {"partition": "aws", "account_id": "1", "region": "us-east-1"})()
    policies = PipelinePolicies(Environment(settings, context), "boundary", "bucket", "table")
    for held in policies.parts().values():
        for permission in held:
            named = all(re.search(r"education-|/education/", resource) for resource in permission.resources)
            assert named or permission.reason, f"{permission.sid}: why {permission.resources}?"


def test_the_plan_role_only_reads(resources: Resources) -> None:
    """Pull requests have this role: with the lock of a state they could stop every deployment."""
    for statement in allowing(resources, "plan"):
        for action in listed(statement["Action"]):
            assert action.partition(":")[2].startswith(READING), f"{statement['Sid']}: {action}"


def test_the_test_role_creates_people_where_the_settings_say_so(
    resources: Resources, environment: str
) -> None:
    roles = {role["name"]: role["assume_role_policy"] for role in resources["aws_iam_role"].values()}
    trust = roles.get(f"education-test-{environment}")
    if load_settings(environment).pipeline.integration_tests == "outside":
        assert trust is None
        return
    assert trust == roles[f"education-deploy-{environment}"], "the job that deployed, and no other"
    (statement,) = allowing(resources, "test")
    assert all(action.startswith("cognito-idp:Admin") for action in listed(statement["Action"]))
    assert statement["Condition"]["StringEquals"] == {"aws:ResourceTag/Project": "education"}


def test_production_creates_no_people_for_tests() -> None:
    assert load_settings("prod").pipeline.integration_tests == "outside"


def test_roles_are_passed_to_lambda_only(resources: Resources, environment: str) -> None:
    (statement,) = (s for s in allowing(resources, "deploy") if "iam:PassRole" in listed(s["Action"]))
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    assert all("role/education-*-function-" in resource for resource in listed(statement["Resource"]))


def test_roles_are_made_with_the_boundary_only(resources: Resources, environment: str) -> None:
    for statement in allowing(resources, "deploy"):
        if {"iam:CreateRole", "iam:PutRolePolicy"} & set(listed(statement["Action"])):
            boundary = statement["Condition"]["StringEquals"]["iam:PermissionsBoundary"]
            assert boundary.endswith(f":policy/education-boundary-{environment}")
    held = {action for s in allowing(resources, "deploy") for action in listed(s["Action"])}
    assert not held & {
        "iam:AttachRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        "iam:DeleteRolePermissionsBoundary",
    }


def test_protected_data_cannot_be_destroyed(resources: Resources, environment: str) -> None:
    # A deployment replaces the zips of functions, the portal's own files, and those of the player in the bucket of
    # course files. They hold no data, and the next one brings all of them back.
    replaced = re.compile(r":s3:::education-(portal|code)-|/player/\*$")
    held = {
        action
        for statement in allowing(resources, "deploy")
        for action in listed(statement["Action"])
        if not all(replaced.search(each) for each in listed(statement["Resource"]))
    }
    destroying = {
        "dynamodb:DeleteTable",
        "s3:DeleteBucket",
        "s3:DeleteObject",
        "cognito-idp:DeleteUserPool",
    }
    assert (held & destroying == set()) is load_settings(environment).protect_data


def test_no_role_reads_records_or_secrets(resources: Resources) -> None:
    for role in ("deploy", "plan"):
        for statement in allowing(resources, role):
            tables = "lock" not in json.dumps(
                statement["Resource"]
            ) and "aws_dynamodb_table" not in json.dumps(statement)
            read = {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"} & set(listed(statement["Action"]))
            assert not (tables and read), statement["Sid"]
            assert "kms:Sign" not in listed(statement["Action"])
            if "secretsmanager:GetSecretValue" in listed(statement["Action"]):
                # It makes the keys that open packages, and copies them into CloudFront's store.
                assert (role, statement["Sid"]) == ("deploy", "ChangePackageKeys")
                assert all(
                    ":secret:education-package-keys-" in name for name in listed(statement["Resource"])
                )


def test_the_boundary_allows_what_functions_may_do(environment: str, synthesized_of: SynthesizedOf) -> None:
    context: Any = type("Context", (), {"partition": "aws", "account_id": "1", "region": "us-east-1"})()
    from education.pipeline.boundary import boundary_statements

    allowed = [
        action
        for statement in boundary_statements(
            ResourceScope(context, [environment], "us-east-1"), former_signing_keys=False
        )
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    ]
    for policy in synthesized_of(environment).resources("aws_iam_role_policy").values():
        for statement in statements(policy["policy"]):
            for action in listed(statement["Action"]):
                assert any(fnmatch.fnmatchcase(action, held) for held in allowed), (
                    f"{policy['name']}: {action}"
                )


def test_every_deployed_role_has_the_boundary(environment: str, synthesized_of: SynthesizedOf) -> None:
    for role in synthesized_of(environment).resources("aws_iam_role").values():
        assert role["permissions_boundary"].endswith(f":policy/education-boundary-{environment}"), role[
            "name"
        ]
        assert fnmatch.fnmatchcase(role["name"], f"education-*-function-{environment}")


def test_states_are_kept_safe(resources: Resources, environment: str) -> None:
    (bucket,) = resources["aws_s3_bucket"].values()
    assert bucket["force_destroy"] is False
    (versioning,) = resources["aws_s3_bucket_versioning"].values()
    assert versioning["versioning_configuration"]["status"] == "Enabled"
    (block,) = resources["aws_s3_bucket_public_access_block"].values()
    assert all(
        value is True for name, value in block.items() if name.startswith(("block", "ignore", "restrict"))
    )
    (policy,) = resources["aws_s3_bucket_policy"].values()
    (denial,) = json.loads(policy["policy"])["Statement"]
    assert denial["Effect"] == "Deny"
    assert denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    (lifecycle,) = resources["aws_s3_bucket_lifecycle_configuration"].values()
    days = lifecycle["rule"][0]["noncurrent_version_expiration"][0]["noncurrent_days"]
    assert days == load_settings(environment).pipeline.old_state_days
    (table,) = resources["aws_dynamodb_table"].values()
    assert table["hash_key"] == "LockID"
    assert table["deletion_protection_enabled"] is True


def test_an_existing_provider_is_used_and_not_managed(folder: Path) -> None:
    document = synthesize(folder, load_settings("staging"), owns=False)
    assert "aws_iam_openid_connect_provider" not in document["resource"]


def test_an_environment_without_a_pipeline_is_refused(folder: Path) -> None:
    with pytest.raises(UserError, match=r"\[pipeline\]"):
        synthesize(folder, load_settings("local"))


@pytest.mark.parametrize(
    "change",
    [
        {"repository": "no-slash"},
        {"repository": "owner/*"},
        {"repository_id": None},
        {"session_minutes": 5},
        {"pipeline_role_arns": ("arn:aws:iam::111111111111:role/x",)},
        {"pipeline_role_arns": ("*",), "conditions": {"sts:ExternalId": "x"}},
        {"conditions": {"sts:ExternalId": "*"}},
        {"allowed_account_ids": ("12",)},
    ],
)
def test_loose_settings_are_refused(change: dict[str, Any]) -> None:
    values = load_settings("prod").pipeline.model_dump()
    with pytest.raises(ValueError, match="validation error"):
        PipelineSettings.model_validate({**values, "announcement": {}, **change})
