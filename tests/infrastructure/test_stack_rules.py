"""Rules for the stack itself: state, provider, outputs, names, and what the document must not contain."""

import json
import re
from pathlib import Path

import cdktf
import pytest

from education.settings.load import load_settings
from education.tap_stack import aws_provider
from tests.infrastructure.conftest import ENVIRONMENTS, SynthesizedOf
from tests.infrastructure.synthesized import ROOT, Synthesized, values_of

OUTPUTS = """
    environment_suffix aws_region api_endpoint content_bucket_name cloudfront_distribution_id cloudfront_domain_name
    content_base_url user_pool_id user_pool_client_id user_profiles_table_name courses_table_name
    course_progress_table_name catalog_function_name enrollment_function_name progress_function_name
    content_function_name profile_function_name alert_topic_arn dashboard_name
    portal_url portal_bucket_name portal_distribution_id sign_in_base_url
"""
BACKEND = {"bucket", "key", "region", "encrypt", "dynamodb_table"}
EMULATOR_BACKEND = BACKEND | {
    "endpoints",
    "use_path_style",
    "skip_credentials_validation",
    "skip_metadata_api_check",
    "skip_region_validation",
}
# The arguments in which Terraform takes a resource's name.
NAMES = ("name", "name_prefix", "function_name", "alarm_name", "dashboard_name", "bucket", "bucket_prefix")
# Names within a resource that has a name itself: groups of a user pool (public names), parts of one API.
NAMED_WITHIN_ANOTHER = {
    "aws_api_gateway_model",
    "aws_api_gateway_request_validator",
    "aws_cognito_user_group",
}
SECRET_TYPES = {
    "tls_private_key",
    "random_password",
    "aws_iam_access_key",
    "aws_secretsmanager_secret_version",
    "aws_secretsmanager_random_password",
}


def test_there_is_one_terraform_stack(stack: Synthesized) -> None:
    manifest = json.loads((stack.folder.parent.parent / "manifest.json").read_text())
    assert list(manifest["stacks"]) == [f"TapStack{stack.environment}"], (
        "only TapStack may be a TerraformStack; everything below it is a Construct"
    )


def test_the_backend_has_typed_properties_only(stack: Synthesized) -> None:
    allowed = EMULATOR_BACKEND if stack.settings.local_endpoint else BACKEND
    unknown = sorted(set(stack.backend) - allowed)
    assert not unknown, f"{unknown}: Terraform refuses a backend with unknown properties; use S3Backend's own"


def test_the_state_is_encrypted_locked_and_named_after_its_stack(stack: Synthesized) -> None:
    state, suffix = stack.settings.state, stack.environment
    assert {key: stack.backend.get(key) for key in BACKEND} == {
        "bucket": state.bucket,
        "key": f"{suffix}/TapStack{suffix}.tfstate",
        "region": state.bucket_region,
        "encrypt": True,
        "dynamodb_table": state.lock_table,
    }


def test_the_provider_is_pinned_and_tags_everything(stack: Synthesized) -> None:
    for provider in stack.providers:
        (tags,) = provider["default_tags"]
        assert tags["tags"] == stack.settings.default_tags
        assert tags["tags"]["Environment"] == stack.environment
    assert stack.document["terraform"]["required_providers"]["aws"]["version"] == "5.100.0", (
        "the provider must be the version that the bindings were generated from"
    )


def test_only_the_local_provider_is_pointed_elsewhere(stack: Synthesized) -> None:
    special = {"endpoints", "s3_use_path_style", "skip_credentials_validation", "skip_metadata_api_check"}
    for provider in stack.providers:
        assert provider["region"] in (stack.settings.aws_region, "us-east-1")
        assert bool(special & set(provider)) == bool(stack.settings.local_endpoint)
        assert not {"access_key", "secret_key", "token", "profile"} & set(provider), (
            "credentials come from the environment, never from the stack"
        )


@pytest.mark.parametrize(("environment", "expected"), [("dev", ["1" * 12]), ("local", None)])
def test_the_provider_works_in_the_allowed_accounts_only(
    environment: str, expected: list[str] | None, tmp_path: Path
) -> None:
    settings = load_settings(environment)
    pipeline = settings.pipeline.model_copy(update={"allowed_account_ids": ("1" * 12,)})
    stack = cdktf.TerraformStack(cdktf.App(outdir=str(tmp_path)), "stack")
    aws_provider(stack, "aws", settings.model_copy(update={"pipeline": pipeline}), "us-east-1")
    (provider,) = json.loads(cdktf.Testing.synth(stack))["provider"]["aws"]
    assert provider.get("allowed_account_ids") == expected, "Terraform itself must refuse a wrong account"


def test_local_is_the_same_stack(synthesized_of: SynthesizedOf) -> None:
    local, dev = (
        {address for address, _ in synthesized_of(name).all_resources()} for name in ("local", "dev")
    )
    assert local == dev, "an environment differs by settings; local has what dev has"


def test_the_outputs_are_those_of_the_contract(stack: Synthesized) -> None:
    assert set(stack.outputs) == set(OUTPUTS.split()), "the names of the outputs are public"
    assert stack.outputs["environment_suffix"] == stack.environment
    assert stack.outputs["aws_region"] == stack.settings.aws_region
    assert not str(stack.outputs["api_endpoint"]).endswith("/")
    assert not str(stack.outputs["content_base_url"]).endswith("/")


def test_every_name_ends_with_the_environment(stack: Synthesized) -> None:
    bad = [
        f"{address}: {key} = {value}"
        for address, body in stack.all_resources()
        for key in NAMES
        if (value := body.get(key)) is not None
        and address.partition(".")[0] not in NAMED_WITHIN_ANOTHER
        and not re.fullmatch(r"\$\{[^{}]+\}", value)
        and not value.removesuffix("-" if key.endswith("_prefix") else "").endswith(f"-{stack.environment}")
    ]
    assert not bad, f"take names from education/naming.py, so that environments can share an account: {bad}"


def test_no_name_is_given_twice(stack: Synthesized) -> None:
    seen: set[tuple[str, str, str]] = set()
    for address, body in stack.all_resources():
        type = address.partition(".")[0]
        for key in {"name", "function_name", "alarm_name", "dashboard_name"} & set(body):
            named = (type, f"{key} {body.get('provider')}", body[key])  # another region is another name space
            if body[key].startswith("${"):
                continue
            assert named not in seen, f"{address}: AWS refuses the second {body[key]}"
            seen.add(named)


def test_no_account_id_is_written_down(stack: Synthesized) -> None:
    found = re.findall(r"(?<![\w-])\d{12}(?![\w-])", stack.text)
    assert not found, f"{found}: take the account id from AwsContext.account_id"


def test_no_partition_is_written_down(stack: Synthesized) -> None:
    found = re.findall(r"arn:aws[a-z-]*:[^\"\\]*", stack.text)
    assert not found, f"{found}: take the partition from AwsContext.partition"


def test_no_region_is_written_down(synthesized_of: SynthesizedOf) -> None:
    elsewhere = synthesized_of("pr-123")
    everything = json.dumps({key: elsewhere.document[key] for key in ("resource", "data", "output")})
    found = re.findall(r"[^\"]*[:.]us-east-1[:.][^\"]*", everything)
    assert not found, f"{found}: take the region from AwsContext.region"


def test_no_path_of_this_machine_is_in_the_document(stack: Synthesized) -> None:
    assert str(ROOT) not in stack.text, "the output must be the same wherever the project lies"
    assert str(stack.folder.parent.parent) not in stack.text


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_secret_is_in_the_document(environment: str, synthesized_of: SynthesizedOf) -> None:
    stack = synthesized_of(environment)
    kinds = {address.partition(".")[0] for address, _ in stack.all_resources()} | set(stack.document["data"])
    assert not kinds & SECRET_TYPES, (
        "these keep a secret in the Terraform state; make it outside of Terraform, or a key of KMS"
    )
    assert not re.search(r"PRIVATE KEY|AKIA[0-9A-Z]{16}|BEGIN RSA", stack.text)
    for key in (
        "password",
        "secret_string",
        "secret_binary",
        "private_key",
        "client_secret",
        "with_decryption",
    ):
        held = [value for value in values_of(stack.document["resource"], key) if isinstance(value, str)]
        assert not held, f"{key} must not be in the document"
    assert not stack.data("aws_ssm_parameter"), "a parameter's value would be in the state"
