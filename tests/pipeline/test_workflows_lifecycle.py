"""The lifecycle of an environment under the deploy role, whose permissions must suffice and must all be needed.

pytest runs the files of a folder in the order of their names, so this one comes after test_workflow_runs.py. It
continues with the environments deployed there: change a function, add a route, destroy. Then it checks all
authorization decisions of all environments: each statement of a role's policies must have been the only one that
allowed some request.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from education.settings.load import load_settings
from local_platform.strict.instance import Decision
from local_platform.strict.statements import allowed_by
from tests.pipeline.account import Account
from tests.pipeline.conftest import all_environments
from tests.pipeline.runner import JobError, Machine, WorkflowRun
from tests.pipeline.test_workflow_runs import changed, deployed_digests
from tests.pipeline.workflows import workflow, workflows

# Actions that are granted but not used here, with the reason why a real environment needs them.
# The provider uses these to change settings in place.
CHANGES_IN_PLACE = re.compile(
    r".*:(Update|Untag|Tag|Set|Modify|Put|Detach|Remove)\w*"
    r"|kms:(EnableKeyRotation|\w+Alias)|iam:(UpdateRole|\w*PermissionsBoundary)|s3:DeleteBucketPolicy"
)
REASONS = {
    "lambda:GetFunctionConfiguration": "the provider waits for an update by it, on AWS",
    "logs:AssociateKmsKey": "a log group that is made with a key",
    "servicequotas:ListServiceQuotas": "asked only where ten signing keys are not enough",
}


ROLES = ("deploy", "plan", "test")


def names_of(account: Account, role: str, environments: list[str]) -> list[str]:
    """The roles of a kind that were assumed. Not every environment has a test role."""
    names = [f"education-{role}-{environment}" for environment in environments]
    return [name for name in names if name in account.keys]


@pytest.fixture(scope="module")
def environment(environments: list[str]) -> str:
    """The environment of the lifecycle: the first one, whose data is not protected."""
    return environments[0]


def granted(statements: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the statement of every statement that allows something."""
    for held in statements.values():
        for statement in held:
            if statement["Effect"] == "Allow":
                yield statement["Sid"], statement


def test_a_changed_function_and_a_new_route_go_live(
    account: Account, environment: str, tmp_path: Path
) -> None:
    """The role matrix has no row for the new route, so the tests fail and the job announces nothing."""
    handler = account.checkout / "lambda_src/catalog/handler.py"
    handler.write_text(handler.read_text() + "\n# changed by a test\n")
    description = account.checkout / "api/openapi.yaml"
    route = """  /courses/{courseId}/echo:
    parameters:
      - { name: courseId, in: path, required: true, schema: { $ref: "#/components/schemas/CourseId" } }
    get:
      operationId: echoCourse
      x-function: catalog
      x-roles: [students]
      responses:
        "200": { description: "Nothing, in a test" }
"""
    text = description.read_text()
    description.write_text(text.replace("\npaths:\n", f"\npaths:\n{route}", 1))
    run, called, inputs = (
        WorkflowRun(account, tmp_path),
        workflow("deploy"),
        {"inputs.environment": environment},
    )
    try:
        planned = changed(plan_text(run.job(called, "plan", inputs), environment))
        with pytest.raises(JobError, match=r"test_every_route_has_a_row") as stopped:
            run.job(called, "apply", inputs)
        again = WorkflowRun(account, tmp_path / "again").job(called, "plan", inputs)
    finally:
        description.write_text(text)
    assert any("functions_catalog_function" in address for address in planned)
    assert any(address.startswith("aws_api_gateway_deployment") for address in planned)
    assert list(stopped.value.machine.output) == ["make apply"]
    assert "/courses/{courseId}/echo" in live_paths(account, environment)
    assert changed(plan_text(again, environment)) == []


def live_paths(account: Account, environment: str) -> set[str]:
    """The paths of an environment's API."""
    gateway = account.aws.client("apigateway")
    (api,) = (each for each in gateway.get_rest_apis()["items"] if each["name"].endswith(f"-{environment}"))
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api["id"])
    return {resource["path"] for page in pages for resource in page["items"]}


def plan_text(machine: Machine, environment: str) -> str:
    """The text of the plan that a job made."""
    return (machine.folder / "build/plans" / environment / "plan.txt").read_text()


def test_a_locked_state_error_names_the_holder_and_the_unlock_command(
    account: Account, environment: str
) -> None:
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
    account.run(f"make plan ENV={environment}", account.job("plan", environment))  # it needs no lock
    user = account.job("deploy", environment)
    refused = account.attempt(f"make apply ENV={environment}", user)
    assert refused.returncode != 0
    message = next(line for line in refused.stderr.splitlines() if line.startswith("error: "))
    for part in ("ada@laptop", "2026-11-24", "make unlock", info["ID"]):
        assert part in message
    account.run(f"make unlock LOCK={info['ID']} ENV={environment}", user)
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
        ("s3", "create_bucket", {"Bucket": "of-another-project"}),
        ("dynamodb", "scan", {"TableName": "education-user-profiles-{e}"}),
        ("dynamodb", "delete_table", {"TableName": "education-terraform-locks-{e}"}),
        ("dynamodb", "delete_table", {"TableName": "education-courses-other"}),
        ("secretsmanager", "get_secret_value", {"SecretId": "education-signing-key-{e}"}),
        ("lambda", "get_function", {"FunctionName": "of-another-project"}),
        ("kms", "create_key", {}),
        ("cognito-idp", "create_user_pool", {"PoolName": "untagged"}),
        ("cloudtrail", "stop_logging", {"Name": "trail"}),
        ("ec2", "describe_instances", {}),
        ("sts", "assume_role", {"RoleArn": "{account}:role/education-plan-{e}", "RoleSessionName": "xx"}),
    ],
)
def test_the_deploy_role_is_denied(
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


def test_the_test_role_creates_users_only_in_its_own_pool(account: Account, environment: str) -> None:
    cognito = account.aws.client("cognito-idp")
    foreign = cognito.create_user_pool(PoolName="of-another-project")["UserPool"]["Id"]
    tester = account.job("test", environment)
    attempts: list[tuple[str, str, dict[str, Any]]] = [
        ("cognito-idp", "admin_create_user", {"UserPoolId": foreign, "Username": "x"}),
        ("dynamodb", "scan", {"TableName": f"education-user-profiles-{environment}"}),
        ("s3", "list_objects_v2", {"Bucket": f"education-content-000000000000-{environment}"}),
        ("s3", "list_objects_v2", {"Bucket": f"education-terraform-state-{environment}"}),
        ("lambda", "update_function_configuration", {"FunctionName": f"education-catalog-{environment}"}),
        (
            "iam",
            "attach_role_policy",
            {
                "RoleName": f"education-test-{environment}",
                "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
            },
        ),
    ]
    for service, call, arguments in attempts:
        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(tester.client(service), call)(**arguments)
    cognito.delete_user_pool(UserPoolId=foreign)


def test_a_function_can_only_get_a_function_role(account: Account, environment: str) -> None:
    functions = account.job("deploy", environment).client("lambda")
    with pytest.raises(ClientError) as refused:
        functions.create_function(
            FunctionName=f"education-more-{environment}",
            Role=f"arn:aws:iam::000000000000:role/education-deploy-{environment}",
            Runtime="python3.13",
            Handler="handler.handler",
            Code={"ZipFile": b"a"},
        )
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert account.decisions(f"education-deploy-{environment}")[-1].action == "iam:PassRole"


def end(account: Account, environment: str) -> None:
    """Destroy an environment as its deploy role. Its bucket has a file with an older version."""
    bucket = f"education-content-000000000000-{environment}"
    for body in (b"a", b"b"):
        account.aws.client("s3").put_object(Bucket=bucket, Key="public/course/lesson/file.pdf", Body=body)
    command = f"PATH=.venv/bin:$PATH python -m tools destroy --environment {environment} --yes"
    said = account.run(command, account.job("deploy", environment))
    assert f"destroying TapStack{environment}" in said
    assert deployed_digests(account, environment) == set()


def test_the_environment_can_be_destroyed(account: Account, environment: str) -> None:
    end(account, environment)


@pytest.fixture(scope="module")
def whole(environments: list[str]) -> None:
    """Skip a test that needs all environments if not all of them are tested."""
    if environments != all_environments():
        pytest.skip("this test needs all environments")


def put_files(account: Account, environment: str, *, versions: bool = False) -> dict[str, set[str]]:
    """The keys that a deployment puts into each bucket; with `versions`, also those of which a version is left."""
    s3, found = account.aws.client("s3"), {}
    for what, prefix in {"code": "", "content": "player/", "portal": ""}.items():
        bucket = f"education-{what}-000000000000-{environment}"
        name, listed = ("list_object_versions", "Versions") if versions else ("list_objects_v2", "Contents")
        pages = s3.get_paginator(name).paginate(Bucket=bucket, Prefix=prefix)
        found[what] = {each["Key"] for page in pages for each in page.get(listed, [])}
    return found


def test_a_new_version_replaces_files_where_data_is_protected(
    account: Account, environments: list[str], tmp_path: Path, whole: None
) -> None:
    """Terraform deletes a former file with all its versions, which needs more than to write the new one."""
    environment = next(name for name in environments if load_settings(name).protect_data)
    changes = {
        "lambda_src/catalog/handler.py": "\n# changed by another test\n",
        "portal/app/src/main.tsx": '\ndocument.documentElement.dataset.changed = "";\n',
        "portal/player/src/main.ts": '\ndocument.documentElement.dataset.changed = "";\n',
    }
    sources = {name: (account.checkout / name).read_text() for name in changes}
    called, inputs = workflow("deploy"), {"inputs.environment": environment}
    before, run = put_files(account, environment), WorkflowRun(account, tmp_path)
    try:
        for name, more in changes.items():
            (account.checkout / name).write_text(sources[name] + more)
        run.job(called, "plan", inputs)
        run.job(called, "apply", inputs, lost_before="make verify")
    finally:
        for name, source in sources.items():
            (account.checkout / name).write_text(source)
    after, left = put_files(account, environment), put_files(account, environment, versions=True)
    for what, former in before.items():
        assert (gone := former - after[what]), f"{what}: nothing was replaced"
        assert not gone & left[what], f"{what}: versions are left"


def test_a_protected_environment_is_destroyed_as_documented(
    account: Account, environments: list[str], tmp_path: Path, whole: None
) -> None:
    """The steps of docs/operations.md, "Destroy": remove the protection, bootstrap again, deploy, destroy."""
    environment = environments[-1]
    refused = account.attempt(f"make destroy ENV={environment}", account.job("deploy", environment))
    assert "protects its data" in refused.stderr
    assert "nothing was changed" in refused.stderr
    settings = account.checkout / "environments" / f"{environment}.toml"
    settings.write_text(settings.read_text().replace("protect_data = true", "protect_data = false"))
    account.run(f"make bootstrap ENV={environment}")
    # The repository also gets another name, which changes a tag of every resource. This happens last, because the AWS
    # emulator never shows changed tags of an API.
    renamed = {"github.repository": "example-org/renamed"}
    WorkflowRun(account, tmp_path, renamed).deploy(environment)
    end(account, environment)


def test_every_step_of_a_job_that_signs_in_was_executed(account: Account, whole: None) -> None:
    signing_in = {
        (each.path.stem, job, number)
        for each in workflows()
        for job in each.signing_in()
        for number, _ in enumerate(each.jobs[job]["steps"])
    }
    assert signing_in <= account.executed


def test_every_statement_was_needed(account: Account, environments: list[str], whole: None) -> None:
    """In all environments together, each statement of a role was the only one that allowed some request."""
    for role in ROLES:
        held, needed = set(), set()
        for name in names_of(account, role, environments):
            statements = account.policies(name)
            held |= {sid for sid, _ in granted(statements)}
            for decision in allowed(account, name):
                allowing = allowed_by(statements, decision)
                assert allowing, f"no statement of {name} allows {decision.action} on {decision.resource}"
                needed |= allowing if len(allowing) == 1 else set()
        assert held == needed, f"{role}: these statements are not needed: {sorted(held - needed)}"


def test_every_granted_action_is_used_or_has_a_reason(
    account: Account, environments: list[str], whole: None
) -> None:
    names = [name for role in ROLES for name in names_of(account, role, environments)]
    used = {decision.action for name in names for decision in allowed(account, name)}
    idle = set()
    for _, statement in (each for name in names for each in granted(account.policies(name))):
        actions = statement["Action"]
        held = [actions] if isinstance(actions, str) else actions
        idle |= {action for action in held if action not in used}
    unexplained = {action for action in idle - set(REASONS) if not CHANGES_IN_PLACE.fullmatch(action)}
    assert not unexplained, " ".join(sorted(unexplained))
    assert set(REASONS) <= idle, "REASONS has an action that was used"


def allowed(account: Account, role: str) -> list[Decision]:
    """The allowed requests of all sessions of a role, each kind once."""
    kinds = {}
    for decision in account.decisions(role):
        if decision.decision == "allowed" and decision.action != "sts:GetCallerIdentity":
            kinds[decision.action, decision.resource, json.dumps(decision.context, sort_keys=True)] = decision
    return list(kinds.values())
