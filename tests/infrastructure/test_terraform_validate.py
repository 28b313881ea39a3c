"""Each synthesized stack against the schema of the AWS provider that will deploy it, by Terraform itself."""

import pytest

from tests.infrastructure.background import TerraformValidation
from tests.infrastructure.conftest import ELSEWHERE, ENVIRONMENTS
from tests.infrastructure.synthesized import ROOT
from tools.setup.toolchain import AWS_PROVIDER_VERSION


@pytest.mark.parametrize("environment", [*ENVIRONMENTS, ELSEWHERE])
def test_terraform_finds_nothing_wrong(environment: str, validation: TerraformValidation) -> None:
    assert validation.complaints(environment) == [], "no error, and no warning such as a deprecated argument"


def test_the_whole_is_valid(validation: TerraformValidation) -> None:
    assert validation.answer["valid"] is True
    assert validation.answer["error_count"] == 0


def test_the_provider_is_held_to_the_lock_file(validation: TerraformValidation) -> None:
    """`terraform init` was run with the committed lock file read-only: another provider would have ended it."""
    lock = (ROOT / ".terraform.lock.hcl").read_text()
    assert f'version     = "{AWS_PROVIDER_VERSION}"' in lock, "renew it with `make lock`"
    assert validation.answer["valid"] is True
    assert (validation.running.folder / ".terraform.lock.hcl").read_text() == lock
