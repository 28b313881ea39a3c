"""The audit trail: each relevant action has one entry with actor, action, time and request, without personal data."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from domain import audit
from tests.integration.support.course_helpers import enroll, new_course, set_status
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import SharedUsers
from toolkit.dynamo import from_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient

pytestmark = pytest.mark.intrusive

CHANGING = ("UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate", "PartiQLDelete")


def entries(deployed: Deployed, index: str, key: str, value: str) -> list[dict[str, Any]]:
    """The entries of the audit trail for a key, oldest first."""
    dynamodb: DynamoDBClient = deployed.client("dynamodb")
    answer = dynamodb.query(
        TableName=f"education-audit-{deployed.outputs['environment_suffix']}",
        IndexName=index,
        KeyConditionExpression="#key = :value",
        ExpressionAttributeNames={"#key": key},
        ExpressionAttributeValues={":value": {"S": value}},
    )
    return [from_item(item) for item in answer["Items"]]


def of_course(deployed: Deployed, course_id: str) -> list[dict[str, Any]]:
    return entries(deployed, "subject-index", "subject", audit.course(course_id))


def test_publications_are_recorded(deployed: Deployed, users: SharedUsers) -> None:
    course_id = new_course(users.owner, "one")
    version = users.owner.get(f"/courses/{course_id}")["version"]
    users.owner.patch(f"/courses/{course_id}", {"status": "published", "title": "T", "version": version})
    users.owner.patch(f"/courses/{course_id}", {"status": "archived", "version": version}, expect=409)
    set_status(users.administrator, course_id, "archived")
    published, unpublished = of_course(deployed, course_id)
    assert [entry["action"] for entry in (published, unpublished)] == [
        audit.COURSE_PUBLISHED,
        audit.COURSE_UNPUBLISHED,
    ]
    assert published["actor"] == audit.pseudonym(users.owner.user_id)
    assert unpublished["actor"] == audit.pseudonym(users.administrator.user_id)
    assert published["requestId"] != unpublished["requestId"]
    assert published["at"] < unpublished["at"]


def test_roster_reads_are_recorded_and_refused_ones_are_not(deployed: Deployed, users: SharedUsers) -> None:
    course_id = new_course(users.owner, "one")
    enroll(users.student, course_id)
    users.owner.get(f"/courses/{course_id}/roster")
    users.administrator.get(f"/courses/{course_id}/roster")
    users.student.get(f"/courses/{course_id}/roster", expect=403)
    read = [entry for entry in of_course(deployed, course_id) if entry["action"] == audit.ROSTER_READ]
    readers = [audit.pseudonym(person.user_id) for person in (users.owner, users.administrator)]
    assert [entry["actor"] for entry in read] == readers
    assert all(entry["requestId"] for entry in read)


def test_entries_are_found_by_actor_and_have_no_personal_data(deployed: Deployed, users: SharedUsers) -> None:
    course_id = new_course(users.owner, "one", title="A title of the owner")
    found = entries(deployed, "actor-index", "actor", audit.pseudonym(users.owner.user_id))
    assert audit.course(course_id) in {entry["subject"] for entry in found}
    text = str(found)
    assert not [word for word in (users.owner.user_id, users.owner.email, "A title") if word in text]


def test_entries_are_kept_as_long_as_the_settings_say(deployed: Deployed, users: SharedUsers) -> None:
    course_id = new_course(users.owner, "one")
    (entry,) = of_course(deployed, course_id)
    dynamodb: DynamoDBClient = deployed.client("dynamodb")
    name = f"education-audit-{deployed.outputs['environment_suffix']}"
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "expiresAt")
    kept = deployed.settings.records.audit_retention_days * 24 * 3600
    assert abs(entry["expiresAt"] - datetime.fromisoformat(entry["at"]).timestamp() - kept) <= 1
    assert entries(deployed, "day-index", "day", entry["at"][:10])


def test_no_function_can_change_or_delete_an_entry(deployed: Deployed) -> None:
    functions: LambdaClient = deployed.client("lambda")
    iam: IAMClient = deployed.client("iam")
    dynamodb: DynamoDBClient = deployed.client("dynamodb")
    suffix = f"-{deployed.outputs['environment_suffix']}"
    table = dynamodb.describe_table(TableName=f"education-audit{suffix}")["Table"]["TableArn"]
    roles = {
        function["FunctionName"]: function["Role"]
        for page in functions.get_paginator("list_functions").paginate()
        for function in page["Functions"]
        if function["FunctionName"].startswith("education-") and function["FunctionName"].endswith(suffix)
    }
    writers = set()
    for name, role in roles.items():
        answer = iam.simulate_principal_policy(
            PolicySourceArn=role,
            ActionNames=[f"dynamodb:{action}" for action in ("PutItem", *CHANGING)],
            ResourceArns=[table],
        )
        allowed = {
            result["EvalActionName"]
            for result in answer["EvaluationResults"]
            if result["EvalDecision"] == "allowed"
        }
        assert allowed <= {"dynamodb:PutItem"}, name
        writers.update([name] if allowed else [])
    assert {f"education-{name}{suffix}" for name in ("catalog", "enrollment", "profile")} <= writers
