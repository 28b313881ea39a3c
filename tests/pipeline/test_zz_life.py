"""The whole life of an environment under the deploy role: enough to live, and nothing that nobody needs.

Goes on where test_walk.py ends, on what it deployed: change a function, add a route, no change, destroy. Then it looks
back at every decision: each statement must have been the only one that allowed something.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_platform.strict_decisions import allowed_by
from local_platform.strict_instance import Decision
from tests.pipeline.account import Account
from tests.pipeline.test_walk import EMULATOR_DEFECT, changed

# Granted, and not needed in the life that is lived here; with what in the life of a real environment needs it.
# The provider calls these when a setting that its documentation calls changeable is changed in place.
CHANGES_IN_PLACE = re.compile(
    r".*:(Update|Untag|Tag|Set|Modify|Put|Detach|Remove)\w*"
    r"|kms:(EnableKeyRotation|\w+Alias)|iam:(UpdateRole|\w*PermissionsBoundary)|s3:DeleteBucketPolicy"
)
REASONS = {
    "cloudfront:GetFunction": "read by the provider where a function is published",
    "cognito-idp:DescribeUserPoolClient": "read of the client",
    "cognito-idp:GetGroup": "read of the groups",
    "iam:ListInstanceProfilesForRole": "the provider asks before it deletes a role",
    "lambda:GetFunctionConfiguration": "the provider waits for an update by it, on AWS",
    "logs:AssociateKmsKey": "a log group that is made with a key",
    "s3:ListBucketVersions": "a bucket that holds files when it is destroyed",
    "sns:GetSubscriptionAttributes": "dev has no subscriber; prod has",
    "sns:Subscribe": "dev has no subscriber; prod has",
    "sns:Unsubscribe": "dev has no subscriber; prod has",
    "sns:Publish": "`make announce`",
}
# Statements for what only other environments, or only AWS, need.
STATEMENTS = {
    "ReadSubscriptions": "subscribers of the alert topic, of which dev has none",
    "ChangeSubscriptions": "subscribers of the alert topic, of which dev has none",
    "ChangeOwnSigningKeyParameters": "environments of pull requests",
    "ChangeOwnSigningKeySecret": "environments of pull requests",
    "ChangeStreamSourceTagging": "AWS asks for it when a mapping is made; the embedded AWS does not",
    "ChangeStreamSourceTags": "a tag that is taken away",
    "ChangeObjects": "a bucket that holds files when it is destroyed",
}


@pytest.fixture(scope="module")
def environment(environments: list[str]) -> str:
    """The environment that lives its life: the first, whose data is not protected."""
    return environments[0]


def granted(statements: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every allowing statement, with its name."""
    for held in statements.values():
        for statement in held:
            if statement["Effect"] == "Allow":
                yield statement["Sid"], statement


def test_a_changed_function_and_a_new_route_go_live(account: Account, environment: str) -> None:
    handler = account.checkout / "lambda_src/catalog/handler.py"
    handler.write_text(handler.read_text() + "\n# changed by a test\n")
    description = account.checkout / "api/openapi.yaml"
    route = """  /courses/{courseId}/echo:
    parameters:
      - { name: courseId, in: path, required: true, schema: { type: string } }
    get:
      operationId: echoCourse
      x-function: catalog
      x-roles: [students]
      responses:
        "200": { description: Nothing, in a test }
"""
    text = description.read_text()
    description.write_text(text.replace("\npaths:\n", f"\npaths:\n{route}", 1))
    account.run("make plan", account.job("plan", environment), ENV=environment)
    planned = changed((account.checkout / "build/plans" / environment / "plan.txt").read_text())
    assert any("functions_catalog_function" in address for address in planned)
    assert any(address.startswith("aws_api_gateway_deployment") for address in planned)
    account.run("make apply", account.job("deploy", environment), ENV=environment)


def test_an_older_plan_is_refused(account: Account, environment: str) -> None:
    account.run("make plan", account.job("plan", environment), ENV=environment)
    record = account.checkout / "build/plans" / environment / "record.json"
    facts = json.loads(record.read_text())
    record.write_text(json.dumps({**facts, "serial": facts["serial"] - 1}))
    refused = account.attempt("make apply", account.job("deploy", environment), ENV=environment)
    assert refused.returncode != 0
    assert "the plan is older than the state" in refused.stderr
    record.write_text(json.dumps(facts))


def test_nothing_is_left_to_change(account: Account, environment: str) -> None:
    planned = changed((account.checkout / "build/plans" / environment / "plan.txt").read_text())
    assert [address for address in planned if not address.startswith(EMULATOR_DEFECT)] == []


def test_a_locked_state_says_who_and_how_to_release_it(account: Account, environment: str) -> None:
    table = f"education-terraform-locks-{environment}"
    path = f"education-terraform-state-{environment}/{environment}/TapStack{environment}.tfstate"
    info = {
        "ID": "11111111-2222-3333-4444-555555555555",
        "Operation": "OperationTypeApply",
        "Who": "ada@laptop",
        "Version": "1.11.4",
        "Created": "2026-11-24T10:00:00Z",
        "Path": path,
        "Info": "",
    }
    dynamodb = account.aws.client("dynamodb")
    item = {"LockID": {"S": path}, "Info": {"S": json.dumps(info)}}
    dynamodb.put_item(TableName=table, Item=item)
    user = account.job("plan", environment)
    refused = account.attempt("make plan", user, ENV=environment)
    assert refused.returncode != 0
    sentence = next(line for line in refused.stderr.splitlines() if line.startswith("error: "))
    for told in ("ada@laptop", "2026-11-24", "make unlock", info["ID"]):
        assert told in sentence
    account.run(f"make unlock LOCK={info['ID']}", user, ENV=environment)
    assert "Item" not in dynamodb.get_item(TableName=table, Key={"LockID": {"S": path}})


@pytest.mark.parametrize(
    ("service", "call", "arguments"),
    [
        (
            "iam",
            "attach_role_policy",
            {"RoleName": "{deploy}", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
        ),
        ("iam", "put_role_policy", {"RoleName": "{deploy}", "PolicyName": "x", "PolicyDocument": "{{}}"}),
        ("iam", "update_assume_role_policy", {"RoleName": "{deploy}", "PolicyDocument": "{{}}"}),
        (
            "iam",
            "create_policy_version",
            {"PolicyArn": "{account}:policy/education-boundary-{e}", "PolicyDocument": "{{}}"},
        ),
        ("iam", "create_role", {"RoleName": "education-x-function-{e}", "AssumeRolePolicyDocument": "{{}}"}),
        (
            "iam",
            "create_role",
            {"RoleName": "admin", "AssumeRolePolicyDocument": "{{}}", "PermissionsBoundary": "{boundary}"},
        ),
        ("iam", "delete_role_permissions_boundary", {"RoleName": "education-catalog-function-{e}"}),
        ("iam", "create_user", {"UserName": "x"}),
        (
            "s3",
            "get_object",
            {"Bucket": "education-terraform-state-{e}", "Key": "other/TapStackother.tfstate"},
        ),
        (
            "s3",
            "put_object",
            {"Bucket": "education-terraform-state-{e}", "Key": "bootstrap/BootstrapStack{e}.tfstate"},
        ),
        ("s3", "create_bucket", {"Bucket": "somebody-elses"}),
        ("dynamodb", "scan", {"TableName": "education-user-profiles-{e}"}),
        ("dynamodb", "delete_table", {"TableName": "education-terraform-locks-{e}"}),
        ("dynamodb", "delete_table", {"TableName": "education-courses-other"}),
        ("secretsmanager", "get_secret_value", {"SecretId": "education-signing-key-{e}"}),
        ("lambda", "get_function", {"FunctionName": "somebody-elses"}),
        ("kms", "create_key", {}),
        ("cognito-idp", "create_user_pool", {"PoolName": "untagged"}),
        ("cloudtrail", "stop_logging", {"Name": "trail"}),
        ("ec2", "describe_instances", {}),
        ("sts", "assume_role", {"RoleArn": "{account}:role/education-plan-{e}", "RoleSessionName": "xx"}),
    ],
)
def test_the_deploy_role_cannot(
    account: Account, environment: str, service: str, call: str, arguments: dict[str, str]
) -> None:
    prefix = "arn:aws:iam::000000000000"
    names = {
        "e": environment,
        "account": prefix,
        "deploy": f"education-deploy-{environment}",
        "boundary": f"{prefix}:policy/education-boundary-{environment}",
    }
    filled = {name: value.format(**names) for name, value in arguments.items()}
    client = account.job("deploy", environment).client(service)
    with pytest.raises(ClientError) as refused:
        getattr(client, call)(**filled)
    assert refused.value.response["Error"]["Code"] in (
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
    )


def test_the_environment_can_be_destroyed(account: Account, environment: str) -> None:
    user = account.job("deploy", environment)
    command = f"PATH=.venv/bin:$PATH python -m tools.stack destroy --environment {environment} --yes"
    said = account.run(command, user)
    assert f"destroying TapStack{environment}" in said


def test_every_statement_was_needed(account: Account, environment: str) -> None:
    for role in ("deploy", "plan"):
        name = f"education-{role}-{environment}"
        statements = account.policies(name)
        decisions = allowed(account, name)
        needed = set()
        for decision in decisions:
            allowing = allowed_by(statements, decision)
            assert allowing, (
                f"{decision.action} on {decision.resource} was allowed by nothing that the role has"
            )
            if len(allowing) == 1:
                needed |= allowing
        unneeded = {sid for sid, _ in granted(statements)} - needed
        assert unneeded <= set(STATEMENTS), (
            f"{name}: nothing failed without {sorted(unneeded - set(STATEMENTS))}"
        )


def test_every_granted_action_is_used_or_has_a_reason(account: Account, environment: str) -> None:
    used = {
        d.action for role in ("deploy", "plan") for d in allowed(account, f"education-{role}-{environment}")
    }
    idle = set()
    for sid, statement in granted(account.policies(f"education-deploy-{environment}")):
        actions = statement["Action"]
        held = [actions] if isinstance(actions, str) else actions
        idle |= {action for action in held if action not in used and sid not in STATEMENTS}
    unexplained = sorted(
        action for action in idle if action not in REASONS and not CHANGES_IN_PLACE.fullmatch(action)
    )
    assert unexplained == [], " ".join(unexplained)


def allowed(account: Account, role: str) -> list[Decision]:
    """What a role was allowed in all of its sessions, each kind of request once."""
    kinds = {}
    for decision in account.decisions(role):
        if decision.decision == "allowed" and decision.action != "sts:GetCallerIdentity":
            kinds[decision.action, decision.resource, json.dumps(decision.context, sort_keys=True)] = decision
    return list(kinds.values())
