"""What `make verify` does as the test role, the integration tests may not do with more rights on a local platform."""

from typing import Any

import pytest

from education.pipeline import permissions_test_role
from tests.integration.support.deployed import SERVICES_OF_THE_TEST_ROLE, Deployed

LOCAL: dict[str, Any] = {
    "aws_endpoint_url": "http://127.0.0.1:1",
    "aws_region": "us-east-1",
    "aws_access_key_id": "a",
    "aws_secret_access_key": "b",
}


class AnyScope:
    """A scope of resources that does not matter."""

    def arn(self, *_: str) -> str:
        return "*"

    def tagged(self) -> dict[str, Any]:
        return {}


def test_the_services_are_those_of_the_role() -> None:
    scope: Any = AnyScope()
    services = {action.partition(":")[0] for action in permissions_test_role.tester_permission(scope).writes}
    assert services == set(SERVICES_OF_THE_TEST_ROLE)


def test_a_test_that_verify_runs_gets_no_other_client() -> None:
    """A helper that wrote into a table would be refused on a real environment only."""
    deployed = Deployed(LOCAL, is_limited=True)
    try:
        assert deployed.client("cognito-idp")
        for _ in range(2):
            with pytest.raises(pytest.fail.Exception, match="the test role may not use dynamodb"):
                deployed.client("dynamodb")
            deployed.is_limited = False
            assert deployed.client("dynamodb")
            deployed.is_limited = True
    finally:
        deployed.close()
