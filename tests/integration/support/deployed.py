"""The deployed environment under test: its outputs, its settings, and clients for its AWS account.

By default, the test session deploys a local platform of its own. To test a running environment instead, set
EDUCATION_OUTPUTS to its outputs file: `make up` writes `outputs/local.json`, `make outputs ENV=dev` writes
`outputs/dev.json`.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
import pytest
import requests
from botocore.config import Config
from requests.adapters import HTTPAdapter

from education.settings.load import LOCAL_ENVIRONMENT, load_settings, local_settings
from education.settings.model import EnvironmentSettings
from local_platform.isolation import isolate
from local_platform.platform import Platform
from tests.own_folder import own_folder, platform_home
from tests.ports import free_port
from tools.support.paths import ROOT

OUTPUTS_VARIABLE = "EDUCATION_OUTPUTS"
DEPLOY_SECONDS = 900
CONNECTIONS = 64  # the tests of races use many at the same time
CONTENT_TIMEOUT_SECONDS = 30
SERVICES_OF_THE_TEST_ROLE = ("cognito-idp",)  # education/pipeline/permissions_test_role.py


@dataclass
class Deployed:
    """One environment.

    Attributes:
        outputs: the outputs of its stack.
        platform: the local platform, if the environment is local and its folder is known.
        is_own: whether it was started for these tests.
        courses: the ids of the courses that tests created. The clean-up archives them.
        is_limited: whether the test that runs is one that `make verify` runs as the test role.
    """

    outputs: Mapping[str, Any] = field(repr=False)  # it contains passwords
    platform: Platform | None = None
    is_own: bool = False
    courses: list[str] = field(default_factory=list)
    is_limited: bool = False
    _clients: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_local(self) -> bool:
        """Whether the environment runs on the AWS emulator."""
        return bool(self.outputs["aws_endpoint_url"])

    @cached_property
    def settings(self) -> EnvironmentSettings:
        """The settings of the environment."""
        return load_settings(
            self.outputs["environment_suffix"],
            aws_region=self.outputs["aws_region"],
            local_settings=self.platform.own_settings if self.platform else None,
        )

    @property
    def origin(self) -> str:
        """The origin of the portal, which browsers send."""
        return self.settings.content.portal_origins[0]

    @cached_property
    def http(self) -> requests.Session:
        """The HTTP session of all requests. A local environment is called without a proxy."""
        session = requests.Session()
        session.trust_env = not self.is_local
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(pool_connections=8, pool_maxsize=CONNECTIONS))
        return session

    def client(self, service: Any, **credentials: str) -> Any:
        """A boto3 client. By default it has root credentials (locally) or those of the caller's AWS profile.

        Fails in a test that runs on real environments too, if the test role may not use the service there.
        """
        if self.is_limited and not credentials and service not in SERVICES_OF_THE_TEST_ROLE:
            pytest.fail(f"the test role may not use {service}: mark this test as intrusive")
        return self._client(service, **credentials)

    def looking_inside(self, service: Any) -> Any:
        """A client in any test. A test that `make verify` runs too asks `is_local` before."""
        return self._client(service)

    def _client(self, service: Any, **credentials: str) -> Any:
        if not credentials and service in self._clients:
            return self._clients[service]
        names = ("aws_access_key_id", "aws_secret_access_key")
        own = {name: self.outputs[name] for name in names} if self.is_local else {}
        session: Any = boto3.Session(region_name=self.outputs["aws_region"])
        made = session.client(
            service,
            endpoint_url=self.outputs["aws_endpoint_url"] or None,
            config=Config(max_pool_connections=CONNECTIONS, proxies={} if self.is_local else None),
            **(credentials or own),
        )
        self._clients[service if not credentials else f"{service} {len(self._clients)}"] = made
        return made

    def fetch(self, url: str, **headers: str) -> requests.Response:
        """Fetch a URL of the content network as a browser does. Python does not resolve `*.localhost` by itself."""
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        if ".localhost:" in host:
            headers["Host"] = host
            url = f"{scheme}://127.0.0.1:{host.rpartition(':')[2]}{slash}{path}"
        return self.http.get(url, headers=headers, timeout=CONTENT_TIMEOUT_SECONDS, allow_redirects=False)

    def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            client.close()
        self.http.close()


@contextlib.contextmanager
def deployed_environment(own_settings: Path | None = None) -> Iterator[Deployed]:
    """Yield the environment that EDUCATION_OUTPUTS names, or a local platform that is removed at the end.

    `own_settings` is a file of settings for that platform.
    """
    named = os.environ.get(OUTPUTS_VARIABLE)
    with contextlib.nullcontext(Path(named).resolve()) if named else _own_platform(own_settings) as file:
        outputs = json.loads(file.read_text())
        own = local_settings(os.environ) if named else own_settings
        deployed = Deployed(outputs, _platform_of(file, outputs, own), is_own=named is None)
        with mock.patch.dict(os.environ):
            if deployed.is_local:  # the AWS configuration of the caller is only for a real environment
                isolate(os.environ)
            try:
                yield deployed
            finally:
                deployed.close()


@contextlib.contextmanager
def _own_platform(own_settings: Path | None) -> Iterator[Path]:
    """Start a local platform with a port and a folder of its own, and yield its outputs file.

    The stack is not destroyed at the end: it disappears with the AWS emulator. test_destroy.py tests the destroy.
    """
    with own_folder() as folder:
        home, port = platform_home(folder), free_port()
        outputs_file = home / "outputs" / f"{LOCAL_ENVIRONMENT}.json"
        variables = {
            "EDUCATION_LOCAL_HOME": str(home),
            "EDUCATION_LOCAL_PORT": str(port),
            "EDUCATION_LOCAL_SETTINGS": str(own_settings or ""),
        }
        up = subprocess.run(
            [sys.executable, "-m", "local_platform", "up"],
            cwd=ROOT,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=DEPLOY_SECONDS,
            check=False,
        )
        if up.returncode != 0:
            pytest.fail(f"`make up` failed:\n{up.stdout}\n{up.stderr}", pytrace=False)
        yield outputs_file


def _platform_of(
    outputs_file: Path, outputs: Mapping[str, Any], own_settings: Path | None
) -> Platform | None:
    """The local platform that wrote an outputs file; None if its folder is not at the usual place."""
    beside = outputs_file.parent.parent
    home = ROOT / ".local" if beside == ROOT else beside
    if not outputs["aws_endpoint_url"] or not (home / "deployed.json").is_file():
        return None
    return Platform(home, int(outputs["aws_endpoint_url"].rpartition(":")[2]), outputs_file, own_settings)
