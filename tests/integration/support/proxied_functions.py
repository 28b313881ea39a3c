"""The platform with every function's way to AWS led through tests/integration/support/aws_proxy.py for a while.

Only a local platform: on AWS a function cannot be told another endpoint without a deployment, nor should it.
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
    """The functions by their short names (`catalog`), and the line that each of them calls AWS over."""

    def __init__(self, deployed: Deployed) -> None:
        self.deployed = deployed
        self._functions: LambdaClient = deployed.client("lambda")
        self._configured: dict[str, Any] = {}
        self.proxies: dict[str, AwsProxy] = {}

    def names(self) -> Mapping[str, str]:
        """Every deployed function: its full name by its short one."""
        suffix = f"-{self.deployed.outputs['environment_suffix']}"
        pages = self._functions.get_paginator("list_functions").paginate()
        full = [function["FunctionName"] for page in pages for function in page["Functions"]]
        return {
            name.removeprefix("education-").removesuffix(suffix): name
            for name in full
            if name.endswith(suffix)
        }

    def role_name(self, function: str) -> str:
        """The role that a function runs under."""
        found = self._functions.get_function_configuration(FunctionName=self.names()[function])
        return found["Role"].rpartition("/")[2]

    def statements(self, function: str) -> list[dict[str, Any]]:
        """Every statement of the policies of a function's role, as deployed."""
        iam: IAMClient = self.deployed.client("iam")
        role = self.role_name(function)
        assert not iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        documents: list[Any] = [
            iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names
        ]
        return [statement for document in documents for statement in document["Statement"]]

    def credentials(self, function: str) -> dict[str, str]:
        """Credentials of a function's role."""
        sts: STSClient = self.deployed.client("sts")
        found = self._functions.get_function_configuration(FunctionName=self.names()[function])
        taken = sts.assume_role(RoleArn=found["Role"], RoleSessionName="proxy")["Credentials"]
        return {
            "aws_access_key_id": taken["AccessKeyId"],
            "aws_secret_access_key": taken["SecretAccessKey"],
            "aws_session_token": taken["SessionToken"],
        }

    def start(self) -> None:
        """Lead every function through a line of its own."""
        port = urlsplit(self.deployed.outputs["aws_endpoint_url"]).port
        assert port is not None
        for short, name in self.names().items():
            found = self._functions.get_function_configuration(FunctionName=name)
            self._configured[name] = found.get("Environment", {}).get("Variables", {})
            self.proxies[short] = AwsProxy(port, self.credentials(short))
        for short in self.proxies:
            self.restart(short)

    def restart(self, function: str) -> None:
        """Have a function's next call served by a new instance, which knows nothing."""
        name = self.names()[function]
        variables = {**self._configured[name], ENDPOINT_VARIABLE: self.proxies[function].endpoint}
        self._functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**variables, "INSTANCE": str(time.monotonic_ns())}}
        )

    def stop(self) -> None:
        """Give every function the environment that it had."""
        for name, variables in self._configured.items():
            self._functions.update_function_configuration(
                FunctionName=name, Environment={"Variables": variables}
            )
        for proxy in self.proxies.values():
            proxy.close()

    def take_calls(self) -> dict[str, list[AwsCall]]:
        """What each function asked since the last time, once they have all been quiet for a moment."""
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
    """The platform's functions behind the proxy while this lasts."""
    if not deployed.is_local:
        pytest.skip("functions on AWS are not led through a proxy")
    proxied = ProxiedFunctions(deployed)
    try:
        proxied.start()
        yield proxied
    finally:
        proxied.stop()
