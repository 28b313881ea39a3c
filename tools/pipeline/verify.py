"""Tries a deployed environment: waits until it is up and closed, then runs the integration tests against its outputs.

First from outside: every operation of the description refuses a caller without a token, every path answers a preflight
for the portal and no other origin, errors are problem documents, premium files need a signature, the bucket gives
nothing. Then the tests that the setting `pipeline.integration_tests` names: with `people` all that are not intrusive,
for which the credentials must be the test role's or an administrator's; with `outside` those that need nobody.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from education.errors import UserError
from education.naming import PROJECT
from education.openapi.description import load_api_description
from education.settings.model import EnvironmentSettings, load_settings, stack_arguments
from tools.support.account import current_account
from tools.support.outputs import read_outputs
from tools.support.paths import ROOT
from tools.support.steps import step

TIMEOUT_SECONDS = 20
STRANGER = "https://stranger.example"
TESTS = "tests/integration"
OTHER_ROLES = re.compile(rf":assumed-role/{PROJECT}-(deploy|plan)-")
MARKS = {"people": "not intrusive", "outside": "outside"}
PATIENCE_SECONDS, PAUSE_SECONDS = 60, 3  # a stage takes a moment until every edge has it


@dataclass(frozen=True)
class Verification:
    """What is looked at, of one environment."""

    settings: EnvironmentSettings
    outputs: Mapping[str, str]
    session: requests.Session

    def problems(self) -> Iterator[str]:
        """Everything that is not as it must be."""
        yield from self.operations_need_a_token()
        yield from self.paths_answer_preflights()
        yield from self.content_is_closed()

    def operations_need_a_token(self) -> Iterator[str]:
        """Each operation of the description, called by nobody."""
        for operation in load_api_description().operations:
            path = operation.path.replace("{", "").replace("}", "")
            answer = self._call(operation.method, path, headers={"Origin": self._portal})
            if answer.status_code != HTTPStatus.UNAUTHORIZED:
                yield f"{operation.method} {path} without a token answers {answer.status_code}, not 401"
            elif not answer.headers.get("Content-Type", "").startswith("application/problem+json"):
                yield f"{operation.method} {path}: a refusal is no problem document"
            elif "Access-Control-Allow-Origin" not in answer.headers:
                yield f"{operation.method} {path}: a refusal cannot be read by the portal (no CORS header)"

    def paths_answer_preflights(self) -> Iterator[str]:
        """Each path, asked by the portal's browser and by a stranger's."""
        for path in load_api_description().paths:
            literal = path.replace("{", "").replace("}", "")
            for origin in (self._portal, STRANGER):
                headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
                answer = self._call("OPTIONS", literal, headers=headers)
                allowed = answer.headers.get("Access-Control-Allow-Origin")
                if not answer.ok:
                    yield f"OPTIONS {literal} answers {answer.status_code}"
                elif origin == self._portal and allowed != origin:
                    yield f"OPTIONS {literal} lets the portal {origin} not in (allowed: {allowed})"
                elif origin == STRANGER and allowed in (STRANGER, "*"):
                    yield f"OPTIONS {literal} lets a stranger in"

    def content_is_closed(self) -> Iterator[str]:
        """A premium file without a signature, and the bucket without the content network."""
        if self.outputs["aws_endpoint_url"]:
            return  # the emulator's CloudFront checks no signatures (LOCAL_AWS.md)
        address = f"{self.outputs['content_base_url']}/premium/verify/verify/verify/file.html"
        if (code := self.session.get(address, timeout=TIMEOUT_SECONDS).status_code) != HTTPStatus.FORBIDDEN:
            yield f"a premium file without a signature answers {code}, not 403"
        region, bucket = self.outputs["aws_region"], self.outputs["content_bucket_name"]
        bucket_address = f"https://{bucket}.s3.{region}.amazonaws.com/"
        code = self.session.get(bucket_address, timeout=TIMEOUT_SECONDS).status_code
        if code != HTTPStatus.FORBIDDEN:
            yield f"the bucket answers {code} to nobody, not 403"

    @property
    def _portal(self) -> str:
        return self.settings.content.portal_origins[0]

    def _call(self, method: str, path: str, headers: Mapping[str, str]) -> requests.Response:
        address = self.outputs["api_endpoint"] + path
        return self.session.request(method, address, headers=dict(headers), timeout=TIMEOUT_SECONDS)


def verify(settings: EnvironmentSettings, outputs: Mapping[str, Any]) -> list[str]:
    """The problems of a deployed environment, after giving it a moment."""
    with requests.Session() as session:
        session.trust_env = urlsplit(outputs["api_endpoint"]).hostname != "127.0.0.1"
        verification = Verification(settings, outputs, session)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                problems = list(verification.problems())
            except requests.RequestException as problem:
                problems = [f"{outputs['api_endpoint']} cannot be reached ({type(problem).__name__})"]
            if not problems or time.monotonic() > deadline:
                return problems
            time.sleep(PAUSE_SECONDS)


def refuse_other_roles(identity_arn: str) -> None:
    """Refuse the pipeline's roles that may not make people: the tests would fail by the hundred."""
    if found := OTHER_ROLES.search(identity_arn):
        raise UserError(
            f"the integration tests make people, which the {found[1]} role may not: sign in as the test role "
            "(`make bootstrap` told its ARN; in the workflows it is a repository variable AWS_TEST_ROLE_…)."
        )


def run_tests(settings: EnvironmentSettings, outputs_file: Path) -> None:
    """Run the integration tests against deployed outputs; pytest says how it goes.

    Raises `UserError` if one fails.
    """
    which = settings.pipeline.integration_tests
    environment = {**os.environ, "EDUCATION_OUTPUTS": str(outputs_file.resolve())}
    if which == "outside":  # what needs nobody gets no credentials
        environment = {name: value for name, value in environment.items() if not name.startswith("AWS_")}
    command = [sys.executable, "-m", "pytest", TESTS, "-m", MARKS[which], "-q", "--no-header"]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        raise UserError(
            f"{settings.environment_suffix} does not do all that the integration tests ask of it: they say above what. "
            'What is deployed stays as it is; docs/operations.md, "Roll back".'
        )


def verify_environment(suffix: str, outputs_folder: Path) -> None:
    """Check an environment from outside, then run the integration tests that its settings name.

    Raises:
        UserError: something is not as it must be, or a test failed.
    """
    settings = load_settings(**stack_arguments({**os.environ, "ENVIRONMENT_SUFFIX": suffix}))
    outputs = read_outputs(outputs_folder, suffix)
    if settings.pipeline.integration_tests == "people":
        with step("finding out who makes the people of the tests") as current:
            identity = current_account(settings).identity_arn
            refuse_other_roles(identity)
            current.note(identity)
    with step(f"looking at {suffix} from outside"):
        problems = verify(settings, outputs)
        if problems:
            listed = "".join(f"\n    {problem}" for problem in problems[:10])
            raise UserError(f"{len(problems)} things are not as they must be:{listed}")
    print(f"  running the integration tests against {suffix} …", flush=True)
    run_tests(settings, outputs_folder / f"{suffix}.json")
