"""An AWS emulator that an earlier version started can be deployed to by this one, with everything that is in it."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config

from education.errors import UserError
from local_platform import emulator
from local_platform import up as up_module
from local_platform.api_repair import repair_parameters
from local_platform.aws import session
from local_platform.platform import Platform
from local_platform.up import deploy
from tests.ports import free_port

TOOLCHAIN: Any = None
PARAMETER = "method.request.querystring."


@pytest.fixture
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform whose emulator runs."""
    home = tmp_path_factory.mktemp("repair") / "home"
    platform = Platform(home, free_port(), home / "outputs" / "local.json")
    emulator.start(platform)
    yield platform
    emulator.stop(platform)


def test_parameters_that_an_earlier_version_stored_as_text_become_booleans(running: Platform) -> None:
    gateway: Any = session(running).client(
        "apigateway",
        endpoint_url=running.endpoint,
        region_name="us-east-1",
        config=Config(parameter_validation=False, proxies={}),
    )
    answers: list[bytes] = []
    gateway.meta.events.register(
        "after-call.apigateway.GetMethod", lambda http_response, **_: answers.append(http_response.content)
    )
    api = gateway.create_rest_api(name="api")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    stored = {f"{PARAMETER}q": "false", f"{PARAMETER}email": "true", f"{PARAMETER}limit": False}
    gateway.put_method(**method, authorizationType="NONE", requestParameters=stored)
    assert repair_parameters(running)
    gateway.get_method(**method)
    assert b'querystring.q": false' in answers[0]
    assert b'querystring.email": true' in answers[0]
    assert not repair_parameters(running)  # nothing is left to repair


def test_an_emulator_that_does_not_answer_cannot_be_repaired(platform: Platform) -> None:
    assert not repair_parameters(platform)


class Deployment:
    """A deployment that fails `failures` times."""

    def __init__(self, failures: int) -> None:
        self.failures, self.tries = failures, 0

    def deploy(self, *_: object) -> dict[str, Any]:
        """Fail, or return outputs."""
        self.tries += 1
        if self.tries <= self.failures:
            raise UserError("expected NullableBoolean to be of type *bool, got string instead")
        return {"api_endpoint": "x"}


@pytest.mark.parametrize(("failures", "is_repaired", "tries"), [(0, True, 1), (1, True, 2)])
def test_a_deployment_is_tried_again_after_a_repair(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, failures: int, is_repaired: bool, tries: int
) -> None:
    monkeypatch.setattr(up_module, "repair_parameters", lambda _: is_repaired)
    deployment: Any = Deployment(failures)
    assert deploy(platform, deployment, TOOLCHAIN, print) == {"api_endpoint": "x"}
    assert deployment.tries == tries


@pytest.mark.parametrize(("failures", "is_repaired", "tries"), [(1, False, 1), (2, True, 2)])
def test_a_deployment_that_fails_for_another_reason_is_a_failure(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, failures: int, is_repaired: bool, tries: int
) -> None:
    monkeypatch.setattr(up_module, "repair_parameters", lambda _: is_repaired)
    deployment: Any = Deployment(failures)
    with pytest.raises(UserError):
        deploy(platform, deployment, TOOLCHAIN, print)
    assert deployment.tries == tries
