"""Who has just written something sees it: reads that must not be a moment behind."""

from typing import Any

import pytest

from shared import clients
from tests.unit.catalogue_fixture import Catalogue
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import OWNER, LambdaApis


def test_who_made_a_course_finds_it_at_once(
    lambda_api: LambdaApis, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An eventually consistent read may know nothing of a course that POST has just named in `Location`."""
    api = lambda_api(
        "catalog",
        COURSES_TABLE=dynamodb_tables.courses,
        USER_PROFILES_TABLE=dynamodb_tables.profiles,
        AUDIT_TABLE=dynamodb_tables.audit,
    )
    catalogue = Catalogue(api, dynamodb_tables)
    course_id = catalogue.new()
    asked: list[Any] = []
    get = clients.dynamodb().get_item

    def get_item(**parameters: Any) -> Any:
        asked.append(parameters["ConsistentRead"])
        return get(**parameters)

    monkeypatch.setattr(clients.dynamodb(), "get_item", get_item)
    assert catalogue.get(course_id, OWNER).status == 200
    assert asked == [True]
