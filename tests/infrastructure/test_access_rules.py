"""Rules for permissions: one role per function, listed actions on listed resources, a reason for each wildcard.

The integration tests, which run with IAM enforced, show that the grants are enough. The rules here check that they are
not too much.
"""

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator

from education.iam import Grant
from local_platform.strict.service_reference import resource_types
from tests.infrastructure.synthesized import Body, Synthesized, listed, reference, statements

# AWS managed policies that may be attached, each with the reason.
MANAGED_POLICIES = {
    "service-role/AmazonAPIGatewayPushToCloudWatchLogs": "API Gateway tests its logging role for exactly this one",
}
# What the code of a function must contain to need an action: any one of these.
EVIDENCE = {
    "dynamodb:GetItem": ("get_item", '"Get"', ".get("),
    "dynamodb:BatchGetItem": ("batch_get_item",),
    "dynamodb:BatchWriteItem": ("batch_write_item",),
    "dynamodb:PutItem": ("put_item", '"Put"'),
    "dynamodb:UpdateItem": ("update_item", '"Update"'),
    "dynamodb:DeleteItem": ("delete_item", '"Delete"'),
    "dynamodb:ConditionCheckItem": ("ConditionCheck",),
    "dynamodb:Query": ("query(",),
    "dynamodb:Scan": (".scan(",),
    "events:PutEvents": ("put_events(",),
    "s3:PutObject": ("generate_presigned_post", "copy_object(", "put_object("),
    "s3:DeleteObject": ("delete_object",),
    "s3:DeleteObjectVersion": ("VersionId=",),
    "s3:GetObjectVersion": ("VersionId=",),
    "s3:ListBucket": ("list_objects_v2",),
    "s3:ListBucketVersions": ("list_object_versions",),
    "lambda:InvokeFunction": (".invoke(",),
    "s3:GetObject": ("head_object", "get_object"),
    "s3:GetObjectTagging": ("get_object_tagging",),
    "s3:ListBucketMultipartUploads": ("list_multipart_uploads",),
    "s3:ListMultipartUploadParts": ("list_parts(",),
    "s3:AbortMultipartUpload": ("abort_multipart_upload(",),
    "kms:Sign": ("kms().sign(",),
    "secretsmanager:GetSecretValue": ("get_secret_value",),
    "cognito-idp:AdminGetUser": ("admin_get_user",),
    "cognito-idp:AdminDeleteUser": ("admin_delete_user",),
    "cognito-idp:AdminAddUserToGroup": ("admin_add_user_to_group",),
    "cognito-idp:AdminRemoveUserFromGroup": ("admin_remove_user_from_group",),
    "cognito-idp:AdminListGroupsForUser": ("admin_list_groups_for_user",),
    "cognito-idp:AdminUserGlobalSignOut": ("admin_user_global_sign_out",),
    "cognito-idp:ListUsersInGroup": ("list_users_in_group",),
    "cognito-idp:ListUsers": ("list_users",),
}
# What the Lambda service does in the function's name, whatever its code says.
BY_THE_RUNTIME = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "sqs:SendMessage",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
}


def role_statements(stack: Synthesized) -> Iterator[tuple[str, Body]]:
    """Each statement of each role's own policies, with the role's address."""
    for policy in stack.resources("aws_iam_role_policy").values():
        for statement in statements(policy["policy"]):
            yield reference(policy["role"]), statement


def test_no_managed_policy_of_aws_but_the_listed(stack: Synthesized) -> None:
    attached = set(re.findall(r"iam::aws:policy/([\w/+=,.@-]+)", stack.text))
    unlisted = attached - set(MANAGED_POLICIES)
    assert not unlisted, (
        f"{unlisted}: write a policy with listed actions instead (PowerUserAccess owns the account)"
    )


def test_each_function_has_a_role_of_its_own(stack: Synthesized) -> None:
    roles = Counter(reference(body["role"]) for body in stack.resources("aws_lambda_function").values())
    shared = [role for role, functions in roles.items() if functions > 1]
    assert not shared, f"{shared}: what one function may do, another need not; use PythonFunction"
    assert all(role.startswith("aws_iam_role.") for role in roles), "a function's role is made in this stack"


def test_each_role_is_for_one_service_and_in_use(stack: Synthesized) -> None:
    used = {reference(body["role"]) for body in stack.resources("aws_lambda_function").values()}
    for name, role in stack.resources("aws_iam_role").items():
        (statement,) = statements(role["assume_role_policy"])
        service = statement["Principal"]["Service"]
        by_lambda = f"aws_iam_role.{name}" in used
        assert service == ("lambda.amazonaws.com" if by_lambda else "apigateway.amazonaws.com"), (
            f"{name}: a role trusts the one service that uses it"
        )


def test_every_statement_comes_from_a_grant(stack: Synthesized) -> None:
    granted = [json.dumps(plain(grant), sort_keys=True) for grant in stack.grants]
    assert granted, "no Grant was made into a statement: is the stack empty?"
    for role, statement in role_statements(stack):
        assert statement["Effect"] == "Allow"
        assert not {"NotAction", "NotResource"} & set(statement), f"{role}: list what is allowed"
        assert statement["Sid"] in {grant.sid for grant in stack.grants}, (
            f"{role}: {statement['Sid']} is no Grant; permissions of roles are made with education.iam.Grant"
        )


def plain(grant: Grant) -> dict[str, object]:
    return {"sid": grant.sid, "actions": [*grant.actions]}


def test_no_action_has_a_wildcard(stack: Synthesized) -> None:
    wild = [
        f"{role} {statement['Sid']}: {action}"
        for role, statement in role_statements(stack)
        for action in listed(statement["Action"])
        if "*" in action
    ]
    assert not wild, f"{wild}: list the actions"


def test_only_the_sweep_may_scan_and_reads_nothing_personal(stack: Synthesized) -> None:
    scans = [
        (role, statement)
        for role, statement in role_statements(stack)
        if {"dynamodb:Scan", "dynamodb:PartiQLSelect"} & set(listed(statement["Action"]))
    ]
    assert ["sweep" in role for role, _ in scans] == [True], f"{scans}: read by key or index"
    conditions = scans[0][1]["Condition"]
    assert conditions["StringEquals"] == {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
    read = set(conditions["ForAllValues:StringEquals"]["dynamodb:Attributes"])
    assert not read & {"email", "displayName", "owner", "invitedTo"}


def test_indexes_are_granted_by_name(stack: Synthesized) -> None:
    assert "/index/*" not in stack.text, "grant Table.index_arn(name)"
    known = {
        f"{name}/index/{index['name']}"
        for name, table in stack.resources("aws_dynamodb_table").items()
        for index in table.get("global_secondary_index", [])
    }
    for role, statement in role_statements(stack):
        for resource in listed(statement["Resource"]):
            if match := re.search(r"\$\{aws_dynamodb_table\.(.+)\.arn\}(/index/.+)", resource):
                assert match[1] + match[2] in known, f"{role}: there is no such index: {resource}"


def test_each_wildcard_in_a_grant_has_a_reason(stack: Synthesized) -> None:
    unexplained = [
        f"{grant.sid}: {resource}"
        for grant in stack.grants
        for resource in (*grant.resources, *grant.actions)
        if "*" in resource and len(grant.reason.split()) < 4
    ]
    assert not unexplained, f"{unexplained}: list the resources, or say in Grant(reason=…) why that cannot be"


def test_only_what_has_no_resource_type_is_granted_on_everything(stack: Synthesized) -> None:
    everything = {
        action
        for _, statement in role_statements(stack)
        if "*" in listed(statement["Resource"])
        for action in listed(statement["Action"])
    }
    with_types = sorted(action for action in everything if resource_types(action) != {})
    assert not with_types, f"{with_types}: IAM checks these on an ARN, so grant them on one"


def test_no_role_may_make_log_groups(stack: Synthesized) -> None:
    makers = [
        role for role, statement in role_statements(stack) if "CreateLogGroup" in str(statement["Action"])
    ]
    assert not makers, f"{makers}: a function that can make its log group brings it back after a destroy"


def test_no_function_is_granted_what_its_code_never_does(stack: Synthesized) -> None:
    code: dict[str, str] = {}
    for function in stack.resources("aws_lambda_function").values():
        with zipfile.ZipFile(stack.zip_of(function)) as bundle:
            own = [name for name in bundle.namelist() if name.endswith(".py")]
            code[reference(function["role"])] = "\n".join(bundle.read(name).decode() for name in own)
    for role, statement in role_statements(stack):
        for action in set(listed(statement["Action"])) - BY_THE_RUNTIME:
            assert action in EVIDENCE, f"{action}: say in EVIDENCE how code that needs it is recognized"
            assert any(sign in code[role] for sign in EVIDENCE[action]), (
                f"{role} is granted {action} ({statement['Sid']}) and its code never does that: take it back"
            )


def test_resource_policies_allow_known_principals_only(stack: Synthesized) -> None:
    for address, body in stack.all_resources():
        if address.startswith("aws_iam_") or not isinstance(body.get("policy"), str):
            continue
        for statement in statements(body["policy"]):
            anyone = statement["Principal"] in ("*", {"AWS": "*"})
            if statement["Effect"] == "Allow" and (anyone or "Service" in statement["Principal"]):
                condition = json.dumps(statement.get("Condition", {}))
                named = re.search(
                    r"kms:CallerAccount|aws:SourceAccount|AWS:SourceArn|aws:logs:arn", condition
                )
                assert named, f"{address} {statement['Sid']}: say in a condition on whose behalf"


def test_functions_are_called_by_named_resources_only(stack: Synthesized) -> None:
    assert not stack.resources("aws_lambda_function_url"), "functions are reached through the API only"
    for name, permission in stack.resources("aws_lambda_permission").items():
        assert reference(permission.get("source_arn")), f"{name}: name the caller in source_arn"
        if permission["principal"] == "s3.amazonaws.com":
            assert permission.get("source_account"), f"{name}: a bucket's ARN does not name its account"
