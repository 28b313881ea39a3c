"""Sends the AWS calls of every function through a proxy (tests/integration/support/aws_proxy.py) for some time.

It works on a local platform only. On AWS, a function could get another endpoint only by a deployment.
"""

import contextlib
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.integration.support.aws_proxy import AwsCall, AwsProxy
from tests.integration.support.deployed import Deployed

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sts import STSClient

ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL"
QUIET_SECONDS = 0.6
MOST_WAITING_SECONDS = 20


class ProxiedFunctions:
    """The deployed functions, by short names such as `catalog`, and the proxy of each."""

    def __init__(self, deployed: Deployed) -> None:
        self.deployed = deployed
        self._functions: LambdaClient = deployed.client("lambda")
        self._configured: dict[str, Any] = {}
        self.proxies: dict[str, AwsProxy] = {}

    def names(self) -> Mapping[str, str]:
        """The full name of every deployed function, by its short name."""
        suffix = f"-{self.deployed.outputs['environment_suffix']}"
        pages = self._functions.get_paginator("list_functions").paginate()
        full = [function["FunctionName"] for page in pages for function in page["Functions"]]
        return {
            name.removeprefix("education-").removesuffix(suffix): name
            for name in full
            if name.endswith(suffix)
        }

    def role_name(self, function: str) -> str:
        """The name of the role of a function."""
        found = self._functions.get_function_configuration(FunctionName=self.names()[function])
        return found["Role"].rpartition("/")[2]

    def statements(self, function: str) -> list[dict[str, Any]]:
        """All statements of the policies of a function's role, as deployed."""
        iam: IAMClient = self.deployed.client("iam")
        role = self.role_name(function)
        assert not iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        documents: list[Any] = [
            iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names
        ]
        return [statement for document in documents for statement in document["Statement"]]

    def credentials(self, function: str) -> dict[str, str]:
        """Temporary credentials of a function's role."""
        sts: STSClient = self.deployed.client("sts")
        found = self._functions.get_function_configuration(FunctionName=self.names()[function])
        taken = sts.assume_role(RoleArn=found["Role"], RoleSessionName="proxy")["Credentials"]
        return {
            "aws_access_key_id": taken["AccessKeyId"],
            "aws_secret_access_key": taken["SecretAccessKey"],
            "aws_session_token": taken["SessionToken"],
        }

    def start(self) -> None:
        """Give every function a proxy of its own."""
        port = urlsplit(self.deployed.outputs["aws_endpoint_url"]).port
        assert port is not None
        for short, name in self.names().items():
            found = self._functions.get_function_configuration(FunctionName=name)
            self._configured[name] = found.get("Environment", {}).get("Variables", {})
            self.proxies[short] = AwsProxy(port)
        for short in self.proxies:
            self.restart(short)

    def restart(self, function: str) -> None:
        """Make a new instance, without cached data, serve the next call of a function."""
        name = self.names()[function]
        variables = {**self._configured[name], ENDPOINT_VARIABLE: self.proxies[function].endpoint}
        self._functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**variables, "INSTANCE": str(time.monotonic_ns())}}
        )

    def stop(self) -> None:
        """Restore the environment variables of every function and close the proxies."""
        for name, variables in self._configured.items():
            self._functions.update_function_configuration(
                FunctionName=name, Environment={"Variables": variables}
            )
        for proxy in self.proxies.values():
            proxy.close()

    def take_calls(self) -> dict[str, list[AwsCall]]:
        """Wait until no function makes calls any more. Returns the calls of each since the last time."""
        taken: dict[str, list[AwsCall]] = {name: [] for name in self.proxies}
        deadline = time.monotonic() + MOST_WAITING_SECONDS
        while time.monotonic() < deadline:
            time.sleep(QUIET_SECONDS)
            news = {name: proxy.take_calls() for name, proxy in self.proxies.items()}
            for name, calls in news.items():
                taken[name] += calls
            if not any(news.values()):
                break
        return taken


@contextlib.contextmanager
def proxied_functions(deployed: Deployed) -> Iterator[ProxiedFunctions]:
    """Yield the functions, which use their proxies inside of the `with` block."""
    if not deployed.is_local:
        pytest.skip("functions on AWS are not led through a proxy")
    proxied = ProxiedFunctions(deployed)
    try:
        proxied.start()
        yield proxied
    finally:
        proxied.stop()
