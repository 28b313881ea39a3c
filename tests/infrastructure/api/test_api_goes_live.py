"""A change of a route goes live: the file api/openapi.yaml itself decides whether there is a new deployment.

How the description becomes an API is tested in `test_rest_api.py` and `test_rest_api_stage.py`.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from education.api.rest_api import AUTHORIZER, RestApi
from education.api.routes import INTEGRATION
from education.aws_context import AwsContext
from education.environment import Environment
from education.functions.python_function import PythonFunction
from education.openapi.description import DESCRIPTION_FILE, ApiDescription, load_api_description
from education.settings.load import load_settings
from tests.infrastructure.synthesized import Synthesized


def test_the_deployment_hashes_the_literal_description(stack: Synthesized) -> None:
    deployment = stack.one("aws_api_gateway_deployment")
    digest = hashlib.sha256(DESCRIPTION_FILE.read_bytes()).hexdigest()
    assert digest in deployment["triggers"].values(), "the deployment's triggers must hash api/openapi.yaml"


def triggers(description: ApiDescription) -> object:
    """What the deployment of an API of that description is made anew for."""
    from cdktf import App, TerraformStack, Testing

    stack = TerraformStack(App(), "api")
    functions = {
        operation.function: SimpleNamespace(function_name=operation.function, invoke_arn=operation.function)
        for operation in description.operations
    }
    api = RestApi(
        stack,
        "rest-api",
        env=Environment(load_settings("dev"), AwsContext(stack, "aws", region="us-east-1")),
        description=description,
    )
    api.serve(cast(Mapping[str, PythonFunction], functions), user_pool_arn="pool", log_key_arn="key")
    (deployment,) = json.loads(Testing.synth(stack))["resource"]["aws_api_gateway_deployment"].values()
    return deployment["triggers"]


@pytest.fixture(scope="module")
def before() -> object:
    """The triggers as they are."""
    return triggers(load_api_description())


@pytest.mark.parametrize("edit", ["a comment", "a route"])
def test_a_changed_description_makes_a_new_deployment(edit: str, before: object, tmp_path: Path) -> None:
    text = DESCRIPTION_FILE.read_text()
    changed = tmp_path / DESCRIPTION_FILE.name
    changed.write_text(
        text + "# more\n" if edit == "a comment" else text.replace("  /courses:\n", "  /lectures:\n", 1)
    )
    after = triggers(load_api_description(changed))
    assert after != before, "a route that changes would not be live after the deploy (terraform #6613)"


@pytest.mark.parametrize(
    ("properties", "key", "value"),
    [
        (AUTHORIZER, "identity_source", "method.request.header.Token"),
        (INTEGRATION, "timeout_milliseconds", 20_000),
    ],
)
def test_a_changed_method_or_authorizer_makes_a_new_deployment(
    properties: dict[str, Any], key: str, value: object, before: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(properties, key, value)
    after = triggers(load_api_description())
    assert after != before, f"another {key} would not be live after the deploy"
