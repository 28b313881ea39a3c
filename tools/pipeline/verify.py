"""Verifies a deployed environment: checks it from outside, then runs the integration tests against its outputs.

The checks wait until the environment is up. Every operation of the API description refuses a caller without a token.
Every path answers a preflight request for the portal and for no other origin. Errors are problem documents. Premium
files need a signature, CloudFront has the keys that open packages, and the bucket returns no file. Names of the
school's own lead to the portal and to the sign-in pages. The setting
`pipeline.integration_tests` chooses the tests: with `people` all that are not intrusive, for which the credentials must
be the test role's or an administrator's; with `outside` those that need no user.
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
from education.settings.load import settings_from_variables
from education.settings.model import EnvironmentSettings
from tools.deploy import package_slots
from tools.pipeline.own_domains import GUIDE
from tools.support.account import current_account
from tools.support.outputs import read_outputs
from tools.support.paths import ROOT
from tools.support.steps import step

TIMEOUT_SECONDS = 20
OTHER_ORIGIN = "https://other.example"
TESTS = "tests/integration"
OTHER_ROLES = re.compile(rf":assumed-role/{PROJECT}-(deploy|plan)-")
MARKS = {"people": "not intrusive", "outside": "outside"}
GRACE_SECONDS, PAUSE_SECONDS = 60, 3  # a new stage reaches every edge location after a moment


@dataclass(frozen=True)
class Verification:
    """The checks of one environment from outside."""

    settings: EnvironmentSettings
    outputs: Mapping[str, str]
    session: requests.Session

    def problems(self) -> Iterator[str]:
        """The failed checks, one sentence each."""
        yield from self.operations_need_a_token()
        yield from self.paths_answer_preflights()
        yield from self.content_is_closed()
        yield from package_slots.problems(self.outputs["content_base_url"], self.session)
        yield from self.own_names_answer()

    def operations_need_a_token(self) -> Iterator[str]:
        """Call each operation of the API description without a token."""
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
        """Send each path a preflight request from the portal and one from another origin."""
        for path in load_api_description().paths:
            literal = path.replace("{", "").replace("}", "")
            for origin in (self._portal, OTHER_ORIGIN):
                headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
                answer = self._call("OPTIONS", literal, headers=headers)
                allowed = answer.headers.get("Access-Control-Allow-Origin")
                if not answer.ok:
                    yield f"OPTIONS {literal} answers {answer.status_code}"
                elif origin == self._portal and allowed != origin:
                    yield f"OPTIONS {literal} refuses the portal {origin} (allowed: {allowed})"
                elif origin == OTHER_ORIGIN and allowed in (OTHER_ORIGIN, "*"):
                    yield f"OPTIONS {literal} accepts another origin than the portal"

    def content_is_closed(self) -> Iterator[str]:
        """Ask for a premium file without a signature, and for the bucket without CloudFront."""
        address = f"{self.outputs['content_base_url']}/premium/verify/verify/verify/file.html"
        url, headers = package_slots.reachable(address)
        if (code := self._get(url, {}, headers).status_code) != HTTPStatus.FORBIDDEN:
            yield f"a premium file without a signature answers {code}, not 403"
        if self.outputs["aws_endpoint_url"]:
            return  # the emulator's buckets have no address of this form
        region, bucket = self.outputs["aws_region"], self.outputs["content_bucket_name"]
        bucket_address = f"https://{bucket}.s3.{region}.amazonaws.com/"
        code = self.session.get(bucket_address, timeout=TIMEOUT_SECONDS).status_code
        if code != HTTPStatus.FORBIDDEN:
            yield f"the bucket answers {code} to a caller without credentials, not 403"

    def own_names_answer(self) -> Iterator[str]:
        """Ask for the portal and for the sign-in pages at the names that the settings give to them."""
        portal, sign_in = self.outputs["portal_url"], self.outputs["sign_in_base_url"]
        query = {
            "client_id": self.outputs["user_pool_client_id"],
            "response_type": "code",
            "redirect_uri": f"{portal}/signed-in",
        }
        for address, given, is_own in (
            (f"{portal}/config.json", {}, bool(self.settings.portal.domain_aliases)),
            (f"{sign_in}/oauth2/authorize", query, self.settings.identity.use_sign_in_domain),
        ):
            url, headers = package_slots.reachable(address)
            if is_own and not (answer := self._get(url, given, headers)).ok:
                yield f"{address} answers {answer.status_code}, not 200: {GUIDE}"

    def _get(self, url: str, query: Mapping[str, str], headers: Mapping[str, str]) -> requests.Response:
        return self.session.get(url, params=dict(query), headers=dict(headers), timeout=TIMEOUT_SECONDS)

    @property
    def _portal(self) -> str:
        return self.settings.content.portal_origins[0]

    def _call(self, method: str, path: str, headers: Mapping[str, str]) -> requests.Response:
        address = self.outputs["api_endpoint"] + path
        return self.session.request(method, address, headers=dict(headers), timeout=TIMEOUT_SECONDS)


def verify(settings: EnvironmentSettings, outputs: Mapping[str, Any]) -> list[str]:
    """The failed checks of a deployed environment, after a grace period."""
    with requests.Session() as session:
        session.trust_env = urlsplit(outputs["api_endpoint"]).hostname != "127.0.0.1"
        verification = Verification(settings, outputs, session)
        deadline = time.monotonic() + GRACE_SECONDS
        while True:
            try:
                problems = list(verification.problems())
            except requests.RequestException as problem:
                asked = problem.request.url if problem.request is not None else outputs["api_endpoint"]
                problems = [f"{urlsplit(str(asked)).netloc} cannot be reached ({type(problem).__name__})"]
            if not problems or time.monotonic() > deadline:
                return problems
            time.sleep(PAUSE_SECONDS)


def refuse_other_roles(identity_arn: str) -> None:
    """Refuse the pipeline's roles that may not create users, since hundreds of tests would fail."""
    if found := OTHER_ROLES.search(identity_arn):
        raise UserError(
            f"the integration tests create users, which the {found[1]} role may not: sign in as the test role "
            "(`make bootstrap` printed its ARN; in the workflows it is a repository variable AWS_TEST_ROLE_…)."
        )


def run_tests(settings: EnvironmentSettings, outputs_file: Path) -> None:
    """Run the integration tests against deployed outputs. pytest prints its own progress.

    Raises `UserError` if one fails.
    """
    which = settings.pipeline.integration_tests
    environment = {**os.environ, "EDUCATION_OUTPUTS": str(outputs_file.resolve())}
    if which == "outside":  # tests that need no user get no credentials
        environment = {name: value for name, value in environment.items() if not name.startswith("AWS_")}
    command = [sys.executable, "-m", "pytest", TESTS, "-m", MARKS[which], "-q", "--no-header"]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        raise UserError(
            f"{settings.environment_suffix} fails integration tests: see above. "
            'The deployed stack stays as it is; docs/operations.md, "Roll back".'
        )


def verify_environment(suffix: str, outputs_folder: Path) -> None:
    """Check an environment from outside, then run the integration tests that its settings name.

    Raises:
        UserError: a check or a test failed.
    """
    settings = settings_from_variables(os.environ, suffix)
    outputs = read_outputs(outputs_folder, suffix)
    if settings.pipeline.integration_tests == "people":
        with step("finding out who creates the users of the tests") as current:
            identity = current_account(settings).identity_arn
            refuse_other_roles(identity)
            current.note(identity)
    with step(f"checking {suffix} from outside"):
        problems = verify(settings, outputs)
        if problems:
            listed = "".join(f"\n    {problem}" for problem in problems[:10])
            raise UserError(f"{len(problems)} checks failed:{listed}")
    print(f"  running the integration tests against {suffix} …", flush=True)
    run_tests(settings, outputs_folder / f"{suffix}.json")
