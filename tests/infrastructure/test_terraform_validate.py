"""Each synthesized stack against the schema of the AWS provider that will deploy it, by Terraform itself."""

import pytest

from tests.infrastructure.background import TerraformValidation
from tests.infrastructure.conftest import ELSEWHERE, ENVIRONMENTS


@pytest.mark.parametrize("environment", [*ENVIRONMENTS, ELSEWHERE])
def test_terraform_finds_nothing_wrong(environment: str, validation: TerraformValidation) -> None:
    assert validation.complaints(environment) == [], "no error, and no warning such as a deprecated argument"


def test_terraform_finds_nothing_wrong_elsewhere(validation: TerraformValidation) -> None:
    assert validation.answer["valid"] is True
    assert validation.answer["error_count"] == 0
