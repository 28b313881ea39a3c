"""What decides whether the stack is deployed again."""

from pathlib import Path

import pytest

from local_platform import emulator
from local_platform.deployment import Deployment, cdktf, digest
from local_platform.platform import STACK, Platform
from local_platform.state_backend import StateBackend
from tools.setup.toolchain import Toolchain


def test_only_an_unchanged_stack_on_the_same_aws_emulator_is_not_deployed_again(platform: Platform) -> None:
    stack = platform.synthesized / "stacks" / STACK
    (stack / "assets" / "a").mkdir(parents=True)
    (stack / "cdk.tf.json").write_text("{}")
    asset = stack / "assets" / "a" / "archive.zip"
    asset.write_bytes(b"1")
    first = digest(platform.synthesized)
    (stack / ".terraform.lock.hcl").write_text("Terraform's own")
    assert digest(platform.synthesized) == first
    asset.write_bytes(b"2")
    assert digest(platform.synthesized) != first


def test_nothing_is_known_of_a_new_platform(platform: Platform) -> None:
    instance = emulator.Instance(1, platform.port, "new")
    assert Deployment(platform, instance, StateBackend(platform)).outputs() is None


def test_terraform_collects_garbage_less_often_unless_the_person_says_how_often(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolchain = Toolchain(Path("terraform"), "1", None, Path("cli.tfrc"))
    monkeypatch.delenv("GOGC", raising=False)
    assert cdktf(platform, toolchain).variables["GOGC"] == "400"
    monkeypatch.setenv("GOGC", "50")
    assert cdktf(platform, toolchain).variables["GOGC"] == "50"
