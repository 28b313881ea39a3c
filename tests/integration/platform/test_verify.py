"""The checks that the pipeline makes after each deployment, run on the environment under test."""

from tests.integration.support.deployed import Deployed
from tools.pipeline.verify import Verification, verify


def test_the_environment_answers_and_requires_tokens(deployed: Deployed) -> None:
    assert verify(deployed.settings, deployed.outputs) == []


def test_a_route_without_authorization_is_reported(deployed: Deployed) -> None:
    somewhere_else = {
        **deployed.outputs,
        "api_endpoint": deployed.outputs["aws_endpoint_url"] or deployed.outputs["content_base_url"],
    }
    problems = Verification(deployed.settings, somewhere_else, deployed.http).operations_need_a_token()
    assert next(problems, None) is not None
