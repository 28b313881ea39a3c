"""Rotates the keys of packages on a running platform, as docs/operations.md tells an operator to do."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import pytest

from education.settings.keys import PackageKeySettings
from local_platform.up import key_clients
from tests.integration.support.deployed import Deployed
from tools.deploy import package_keys
from tools.deploy.package_keys import KeyClients

SLOT_VARIABLE = "PACKAGE_KEY_SLOT"


@dataclass
class Rotation:
    """The keys of packages of a local platform. At the end everything is as it was before.

    A deployment changes one thing of a rotation in the stack: the variable that names the slot to the content function.
    Then the step after it fills the keys. `deploy` does the same, without Terraform.
    """

    deployed: Deployed
    clients: KeyClients = field(init=False)
    _secret: str = ""
    _stored: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        if self.deployed.platform is None:
            pytest.skip("the keys of an environment on AWS are not changed by a test")
        self.clients = key_clients(self.deployed.platform)
        self._secret = self.clients.secrets.get_secret_value(SecretId=self._name)["SecretString"]
        self._stored = self.stored()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._name_slot(json.loads(self._secret)["active"])
        self.clients.secrets.put_secret_value(SecretId=self._name, SecretString=self._secret)
        self._put(self._stored)

    def deploy(self, **keys: Any) -> str:
        """Deploy with these `content.package_keys`; what the step after the deployment says that it did."""
        wanted = PackageKeySettings(**keys)
        settings = self.deployed.settings
        content = settings.content.model_copy(update={"package_keys": wanted})
        settings = settings.model_copy(update={"content": content})
        if problem := package_keys.conflict(self.secret(), wanted, time.time()):
            return problem
        self._name_slot(wanted.active)
        return package_keys.fill(settings, self.clients)

    def let_time_pass(self, slot: str) -> None:
        """Act as if the last address of a slot that was left had ended."""
        changed = self.secret()
        changed[slot]["openUntil"] = int(time.time()) - 1
        self.clients.secrets.put_secret_value(SecretId=self._name, SecretString=json.dumps(changed))

    def secret(self) -> dict[str, Any]:
        """The value of the secret."""
        answer = self.clients.secrets.get_secret_value(SecretId=self._name)
        return dict(json.loads(answer["SecretString"]))

    def stored(self) -> dict[str, str]:
        """The keys that CloudFront has, by slot."""
        items = self.clients.key_store.list_keys(KvsARN=self._store_arn)["Items"]
        return {item["Key"]: item["Value"] for item in items}

    def address(self, like: str, slot: str, ends: int) -> str:
        """The address of the same file, made with the key that a slot has now, for another end."""
        before, _, rest = like.partition("/p/")
        _, _, path = rest.partition("/")
        folder = "/".join(path.split("/")[:3])
        key = self.secret()[slot]["key"].encode()
        mac = hmac.new(key, f"{ends}/{folder}".encode(), hashlib.sha256).digest()
        return f"{before}/p/{ends}.{slot}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}/{path}"

    @property
    def _name(self) -> str:
        return f"education-package-keys-{self.deployed.outputs['environment_suffix']}"

    @property
    def _store_arn(self) -> str:
        found = self.clients.cloudfront.describe_key_value_store(Name=self._name)
        return str(found["KeyValueStore"]["ARN"])

    def _put(self, keys: Mapping[str, str]) -> None:
        version = self.clients.key_store.describe_key_value_store(KvsARN=self._store_arn)["ETag"]
        puts = [{"Key": slot, "Value": key} for slot, key in keys.items()]
        self.clients.key_store.update_keys(KvsARN=self._store_arn, IfMatch=version, Puts=puts)

    def _name_slot(self, slot: str) -> None:
        """Tell the content function which slot to use. New instances serve it then."""
        functions = self.deployed.client("lambda")
        name = f"education-content-{self.deployed.outputs['environment_suffix']}"
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**variables, SLOT_VARIABLE: slot}}
        )
