"""A change of a route goes live: the file api/openapi.yaml itself decides whether there is a new deployment.

How the description becomes an API is tested in `test_rest_api.py` and `test_rest_api_stage.py`.
"""

import hashlib
from pathlib import Path

import pytest

import education.education_stack
import education.rest_api
from education.api_description import DESCRIPTION_FILE, load_api_description
from tests.infrastructure.conftest import SynthesizedOf
from tests.infrastructure.synthesized import Synthesized, synthesize


def test_the_deployment_hashes_the_literal_description(stack: Synthesized) -> None:
    deployment = stack.one("aws_api_gateway_deployment")
    digest = hashlib.sha256(DESCRIPTION_FILE.read_bytes()).hexdigest()
    assert digest in deployment["triggers"].values(), "the deployment's triggers must hash api/openapi.yaml"


@pytest.mark.parametrize("edit", ["a comment", "a route"])
def test_a_changed_description_makes_a_new_deployment(
    edit: str, synthesized_of: SynthesizedOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = DESCRIPTION_FILE.read_text()
    changed = tmp_path / DESCRIPTION_FILE.name
    changed.write_text(
        text + "# more\n" if edit == "a comment" else text.replace("  /courses:\n", "  /lectures:\n", 1)
    )
    description = load_api_description(changed)
    monkeypatch.setattr(education.education_stack, "load_api_description", lambda: description)
    before = synthesized_of("dev").one("aws_api_gateway_deployment")["triggers"]
    after = synthesize("dev", tmp_path / "out").one("aws_api_gateway_deployment")["triggers"]
    assert after != before, "a route that changes would not be live after the deploy (terraform #6613)"


@pytest.mark.parametrize(
    ("where", "key", "value"),
    [
        ("AUTHORIZER", "identity_source", "method.request.header.Token"),
        ("INTEGRATION", "timeout_milliseconds", 20_000),
    ],
)
def test_so_does_what_methods_and_authorizer_are_built_with(
    where: str,
    key: str,
    value: object,
    synthesized_of: SynthesizedOf,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(getattr(education.rest_api, where), key, value)
    before = synthesized_of("dev").one("aws_api_gateway_deployment")["triggers"]
    after = synthesize("dev", tmp_path / "out").one("aws_api_gateway_deployment")["triggers"]
    assert after != before, f"another {key} would not be live after the deploy"
