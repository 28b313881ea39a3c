"""Connections to DynamoDB and Cognito that a test cuts in the middle of its work."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.unit.emulator_fixture import Tables
from tests.unit.user_pool_fixture import UserPool


class Line:
    """The connections to DynamoDB and Cognito, which can be cut after a number of calls: before the next call is sent,
    or after it was carried out and before its answer arrives."""

    def __init__(self) -> None:
        self._moment, self._left = "", 0

    def cut(self, moment: str, calls: int) -> None:
        self._moment, self._left = moment, calls

    def mend(self) -> bool:
        """Connect again. Returns whether a call was cut off."""
        self._moment = ""
        return self._left < 0

    def before_call(self, **_: object) -> None:
        self._count("before-call")

    def after_call(self, **_: object) -> None:
        self._count("after-call")

    def _count(self, moment: str) -> None:
        if moment == self._moment:
            self._left -= 1
            if self._left < 0:
                raise EndpointConnectionError(endpoint_url="http://gone")


@pytest.fixture
def line(dynamodb_tables: Tables, user_pool: UserPool) -> Iterator[Line]:
    line = Line()
    hooks = [
        (client.meta.events, f"{moment}.{service}", hook)
        for client, service in (
            (dynamodb_tables.client, "dynamodb"),
            (user_pool.client, "cognito-identity-provider"),
        )
        for moment, hook in (("before-call", line.before_call), ("after-call", line.after_call))
    ]
    for events, name, hook in hooks:
        events.register(name, hook)
    yield line
    for events, name, hook in hooks:
        events.unregister(name, hook)
