"""The audit trail: what an entry contains, that retries add nothing, and that no entry is overwritten."""

from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from domain import audit
from domain.audit import AuditEntry
from domain.audit_store import AuditTable
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import OWNER, LambdaApis
from toolkit import clients
from toolkit.dynamo import from_item

DAYS = 90


@pytest.fixture
def trail(dynamodb_tables: Tables) -> AuditTable:
    return AuditTable(dynamodb_tables.audit, DAYS)


def entries(tables: Tables) -> list[dict[str, Any]]:
    return [from_item(item) for item in tables.client.scan(TableName=tables.audit)["Items"]]


def test_an_entry_says_who_what_when_and_in_which_request(dynamodb_tables: Tables, trail: AuditTable) -> None:
    trail.record(
        AuditEntry(
            audit.ROLE_GRANTED,
            actor_id="admin-1",
            subject=audit.person("user-1"),
            request_id="request-1",
            details={"group": "instructors"},
        )
    )
    (entry,) = entries(dynamodb_tables)
    assert (entry["action"], entry["requestId"]) == ("role-granted", "request-1")
    assert (entry["actor"], entry["subject"]) == (audit.pseudonym("admin-1"), audit.person("user-1"))
    assert entry["details"] == {"group": "instructors"}
    assert entry["day"] == entry["at"][:10]
    kept = entry["expiresAt"] - datetime.fromisoformat(entry["at"]).timestamp()
    assert abs(kept - DAYS * 24 * 3600) <= 1
    assert not [word for word in ("admin-1", "user-1") if word in str(entry)], "no id outlives its person"


def test_a_call_that_is_sent_again_adds_nothing(
    dynamodb_tables: Tables, trail: AuditTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the AWS client does when it gets no answer."""

    class Twice:
        def put_item(self, **parameters: Any) -> Any:
            dynamodb_tables.client.put_item(**parameters)
            return dynamodb_tables.client.put_item(**parameters)

    monkeypatch.setattr(clients, "dynamodb", Twice)
    trail.record(
        AuditEntry(audit.ROSTER_READ, actor_id="o-1", subject=audit.course("c-1"), request_id="request-1")
    )
    assert len(entries(dynamodb_tables)) == 1


def test_the_id_of_an_earlier_request_hides_no_act(dynamodb_tables: Tables, trail: AuditTable) -> None:
    """API Gateway takes a request's id from the caller, who could send one twice."""
    for _ in range(2):
        trail.record(
            AuditEntry(audit.ROSTER_READ, actor_id="o-1", subject=audit.course("c-1"), request_id="request-1")
        )
    assert len(entries(dynamodb_tables)) == 2


def test_what_happens_once_is_recorded_once(dynamodb_tables: Tables, trail: AuditTable) -> None:
    for request_id in ("request-1", "request-2"):
        trail.record(
            AuditEntry(
                audit.PERSON_ERASED,
                actor_id="u-1",
                subject=audit.person("u-1"),
                request_id=request_id,
                only_once=True,
            )
        )
    (entry,) = entries(dynamodb_tables)
    assert entry["requestId"] == "request-1"


def test_an_entry_that_cannot_be_written_is_an_error(dynamodb_tables: Tables) -> None:
    with pytest.raises(ClientError):
        AuditTable("no-such-table", DAYS).record(
            AuditEntry(audit.ROSTER_READ, actor_id="o-1", subject=audit.course("c-1"), request_id="request-1")
        )


def test_a_publication_and_its_entry_are_written_together_or_not_at_all(
    dynamodb_tables: Tables, lambda_api: LambdaApis
) -> None:
    tables = dynamodb_tables
    names = {"COURSES_TABLE": tables.courses, "USER_PROFILES_TABLE": tables.profiles}
    api = lambda_api("catalog", AUDIT_TABLE=tables.audit, **names)
    course_id = api.call("POST", "/courses", caller=OWNER, body={"title": "Algebra"}).body["courseId"]

    def publish(version: int) -> int:
        body = {"status": "published", "version": version}
        path = {"courseId": course_id}
        return api.call("PATCH", "/courses/{courseId}", path, caller=OWNER, body=body).status

    assert publish(7) == 409
    assert entries(tables) == []
    tables.client.delete_table(TableName=tables.audit)
    assert publish(1) >= 500
    course = tables.get(tables.courses, {"courseId": course_id})
    assert course is not None
    assert (course["status"], course["version"]) == ("draft", 1)
    tables.client.create_table(
        TableName=tables.audit,
        KeySchema=[{"AttributeName": "recordId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "recordId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert publish(1) == 200
    assert [entry["action"] for entry in entries(tables)] == [audit.COURSE_PUBLISHED]
    assert publish(2) == 200, "it is published already: a change, but no publication"
    assert len(entries(tables)) == 1
