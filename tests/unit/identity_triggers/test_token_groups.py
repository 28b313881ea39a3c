"""Which groups a token carries, and that only administrators cost a call."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.unit.lambda_api_fixture import Context, fresh_handler
from toolkit import clients

# Not used here, because no user has a verified address: see test_sign_in.py.
TABLES = {
    "USER_PROFILES_TABLE": "profiles",
    "COURSES_TABLE": "courses",
    "COURSE_PROGRESS_TABLE": "progress",
    "ROSTER_SHARDS": "4",
}


class Pool:
    """Cognito, as far as the trigger asks it."""

    def __init__(self, factors: list[str], error: Exception | None = None) -> None:
        self.factors = factors
        self.error = error
        self.asked: list[dict[str, str]] = []

    def admin_get_user(self, **request: str) -> dict[str, Any]:
        """The user, with second factors only where there are some."""
        self.asked.append(request)
        if self.error:
            raise self.error
        return {"UserMFASettingList": self.factors} if self.factors else {}


def token(
    monkeypatch: pytest.MonkeyPatch, groups: list[str], pool: Pool, needed: str = "true"
) -> dict[str, Any]:
    """The trigger's answer for a user in these groups."""
    monkeypatch.setattr(clients, "cognito", lambda: pool)
    handler = fresh_handler(monkeypatch, "identity_triggers", ADMINISTRATORS_NEED_MFA=needed, **TABLES)
    event = {
        "version": "1",
        "userPoolId": "pool-1",
        "userName": "user-1",
        "request": {
            "userAttributes": {"sub": "user-1"},
            "groupConfiguration": {"groupsToOverride": groups, "iamRolesToOverride": []},
        },
        "response": {"claimsOverrideDetails": None},
    }
    answer: dict[str, Any] = handler(event, Context())
    return answer


def groups_in(answer: dict[str, Any]) -> list[str] | None:
    details = answer["response"]["claimsOverrideDetails"]
    return None if details is None else details["groupOverrideDetails"]["groupsToOverride"]


def test_an_administrator_without_a_second_factor_gets_no_administrators_group(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool = Pool([])
    answer = token(monkeypatch, ["administrators", "instructors"], pool)
    assert groups_in(answer) == ["instructors"]
    assert pool.asked == [{"UserPoolId": "pool-1", "Username": "user-1"}]
    assert groups_in(token(monkeypatch, ["administrators"], Pool([]))) == []


def test_an_administrator_with_a_second_factor_keeps_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    assert groups_in(token(monkeypatch, ["administrators"], Pool(["SOFTWARE_TOKEN_MFA"]))) is None


@pytest.mark.parametrize(
    ("groups", "needed"), [(["instructors"], "true"), ([], "true"), (["administrators"], "false")]
)
def test_only_administrators_cost_a_call(
    monkeypatch: pytest.MonkeyPatch, groups: list[str], needed: str
) -> None:
    pool = Pool([])
    assert groups_in(token(monkeypatch, groups, pool, needed)) is None
    assert pool.asked == []


def test_if_cognito_does_not_answer_the_sign_in_works_without_the_role(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for error in (
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
        ClientError({"Error": {"Code": "TooManyRequestsException", "Message": ""}}, "AdminGetUser"),
    ):
        assert groups_in(token(monkeypatch, ["administrators"], Pool([], error))) == []


def test_a_defect_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    denied = ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "AdminGetUser")
    with pytest.raises(ClientError):
        token(monkeypatch, ["administrators"], Pool([], denied))
