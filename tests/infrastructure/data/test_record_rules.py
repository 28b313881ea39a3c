"""Rules for the tables: keys and indexes as designed, encrypted, restorable, and not deleted by accident."""

from pathlib import Path
from typing import Any

import pytest

from education.settings.load import load_settings
from education.settings.model import EnvironmentSettings
from tests.infrastructure.conftest import SynthesizedOf
from tests.infrastructure.synthesized import Body, Synthesized, listed, reference, statements, synthesize
from tests.unit.emulator_fixture import PROJECTIONS

# table -> (its key, index -> key of the index)
KEYS: dict[str, tuple[tuple[str, ...], dict[str, tuple[str, ...]]]] = {
    "user-profiles": (("userId",), {"email-index": ("email",), "address-owner-index": ("owner",)}),
    "courses": (
        ("courseId",),
        {
            "published-courses-index": ("catalogue", "publishedAt"),
            "owned-courses-index": ("ownerId", "createdAt"),
        },
    ),
    "course-progress": (
        ("userId", "courseId"),
        {
            "course-students-index": ("courseShard", "completionPercentage"),
            "student-enrollments-index": ("userId", "courseId"),
        },
    ),
    "positions": (("userId", "courseLesson"), {}),
    "runtime": (("userId", "courseLesson"), {}),
    "audit": (
        ("recordId",),
        {"day-index": ("day", "at"), "actor-index": ("actor", "at"), "subject-index": ("subject", "at")},
    ),
    "sent-events": (("eventId",), {}),
}


def key_of(body: Body) -> tuple[str, ...]:
    return tuple(body[part] for part in ("hash_key", "range_key") if body.get(part))


def projections_of(stack: Synthesized, what: str) -> dict[str, tuple[str, frozenset[str]]]:
    """The type of each index of a table, and the attributes in it besides keys."""
    (table,) = (
        body
        for body in stack.resources("aws_dynamodb_table").values()
        if body["name"] == f"education-{what}-{stack.environment}"
    )
    return {
        index["name"]: (index["projection_type"], frozenset(index.get("non_key_attributes") or ()))
        for index in table["global_secondary_index"]
    }


def test_keys_and_indexes_are_as_designed(stack: Synthesized) -> None:
    tables = {body["name"]: body for body in stack.resources("aws_dynamodb_table").values()}
    for what, (key, indexes) in KEYS.items():
        table = tables[f"education-{what}-{stack.environment}"]
        assert key_of(table) == key
        assert {each["name"]: key_of(each) for each in table.get("global_secondary_index", [])} == indexes


def test_a_roster_is_spread_over_partitions(stack: Synthesized) -> None:
    """A million students of one course must not share one partition: 1,000 writes a second is its limit."""
    for table in stack.resources("aws_dynamodb_table").values():
        for index in table.get("global_secondary_index", []):
            assert index["hash_key"] != "courseId", f"{index['name']}: shard the partition key"


def test_an_enrolment_changes_no_index_of_courses(stack: Synthesized) -> None:
    """DynamoDB writes an index only when one of its attributes changes.

    All published courses are in one partition of the catalogue, so it must not contain the counters that every
    enrolment changes.
    """
    indexes = projections_of(stack, "courses")
    assert indexes == {name: ("INCLUDE", PROJECTIONS[name]) for name in KEYS["courses"][1]}
    assert not frozenset().union(*(attributes for _, attributes in indexes.values())) & {
        "seatsTaken",
        "waitlisted",
        "lessons",
    }


def test_rosters_and_own_lists_are_read_from_what_they_show(stack: Synthesized) -> None:
    """The whole record grows with the lessons, and so would each page and each write of an index."""
    indexes = projections_of(stack, "course-progress")
    assert indexes == {name: ("INCLUDE", PROJECTIONS[name]) for name in KEYS["course-progress"][1]}
    for _, attributes in indexes.values():
        assert not attributes & {"completedLessons", "positions", "revision"}


def test_a_deployment_that_moves_data_keeps_the_former_indexes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Terraform drops an index before it makes another one: the functions of the version before still need theirs."""

    def moving(environment: str, **arguments: Any) -> EnvironmentSettings:
        settings = load_settings(environment, **arguments)
        records = settings.records.model_copy(update={"former_indexes": True})
        return settings.model_copy(update={"records": records})

    monkeypatch.setattr("education.tap_stack.load_settings", moving)
    stack = synthesize("staging", tmp_path)
    former = projections_of(stack, "course-progress")
    assert former.pop("course-completion-index") == ("ALL", frozenset())
    names = {"displayName", "email"}
    assert former.pop("course-roster-index") == ("INCLUDE", PROJECTIONS["course-students-index"] - names)
    assert set(former) == set(KEYS["course-progress"][1])
    assert set(projections_of(stack, "courses")) - set(KEYS["courses"][1]) == {
        "catalogue-index",
        "owner-index",
    }


def test_attributes_are_those_of_the_keys(stack: Synthesized) -> None:
    for name, table in stack.resources("aws_dynamodb_table").items():
        used = {
            *key_of(table),
            *(part for index in table.get("global_secondary_index", []) for part in key_of(index)),
        }
        declared = {attribute["name"] for attribute in table["attribute"]}
        assert declared == used, f"{name}: an attribute that no key uses makes every plan differ"


def test_tables_are_on_demand_encrypted_and_restorable(stack: Synthesized) -> None:
    for name, table in stack.resources("aws_dynamodb_table").items():
        assert table["billing_mode"] == "PAY_PER_REQUEST", name
        assert table["server_side_encryption"]["enabled"] is True, name
        assert reference(table["server_side_encryption"]["kms_key_arn"]).startswith("aws_kms_key."), (
            f"{name}: encrypt with the records key, which operators can revoke"
        )
        assert table["point_in_time_recovery"]["enabled"] is True, (
            f"{name}: point-in-time recovery undoes mistakes"
        )


def test_changes_of_courses_and_progress_are_streamed(stack: Synthesized) -> None:
    for table in stack.resources("aws_dynamodb_table").values():
        if table["name"] in (
            f"education-{what}-{stack.environment}" for what in ("courses", "course-progress")
        ):
            assert table["stream_view_type"] == "NEW_AND_OLD_IMAGES", table["name"]


def test_a_position_starts_no_function_and_writes_no_index(stack: Synthesized) -> None:
    """Most writes of the platform are positions in lessons."""
    (positions,) = (
        body
        for body in stack.resources("aws_dynamodb_table").values()
        if body["name"] == f"education-positions-{stack.environment}"
    )
    assert not positions.get("stream_enabled")
    assert not positions.get("global_secondary_index")


@pytest.mark.parametrize(
    ("environment", "protects"), [("staging", True), ("prod", True), ("dev", False), ("local", False)]
)
def test_data_is_protected_where_it_is_real(
    environment: str, protects: bool, synthesized_of: SynthesizedOf
) -> None:
    stack = synthesized_of(environment)
    for name, table in stack.resources("aws_dynamodb_table").items():
        assert table["deletion_protection_enabled"] is protects, name
    pool = stack.one("aws_cognito_user_pool")
    assert pool["deletion_protection"] == ("ACTIVE" if protects else "INACTIVE")
    for name, bucket in stack.resources("aws_s3_bucket").items():
        assert bucket["force_destroy"] is not protects, (
            f"{name}: destroy stops at a versioned bucket, which is wanted exactly where data is protected"
        )
    for name, key in stack.resources("aws_kms_key").items():
        assert key["deletion_window_in_days"] == (30 if protects else 7), name


def test_functions_can_only_add_to_the_audit_trail(stack: Synthesized) -> None:
    for policy in stack.resources("aws_iam_role_policy").values():
        for statement in statements(policy["policy"]):
            if any("audit" in reference(resource) for resource in listed(statement["Resource"])):
                assert set(listed(statement["Action"])) <= {"dynamodb:PutItem", "dynamodb:Query"}, (
                    f"{statement['Sid']}: an entry of the audit trail is never changed or deleted"
                )


def test_keys_are_rotated_and_administered_by_the_account(stack: Synthesized) -> None:
    for name, key in stack.resources("aws_kms_key").items():
        # KMS does not rotate the keys that sign links; test_content_rules says how they are replaced.
        assert key.get("enable_key_rotation", False) is (key.get("key_usage") != "SIGN_VERIFY"), name
        assert ":root" in key["policy"], f"{name}: a key that the account cannot administer is lost"
