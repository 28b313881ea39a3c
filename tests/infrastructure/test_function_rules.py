"""Rules for the functions: their code, their variables, their logs, and where failed events are kept."""

import base64
import hashlib
import importlib
import json
import zipfile
from pathlib import PurePosixPath

from education.firewall.logs import RETENTION_DAYS
from education.functions.arrivals import UNPACKING_MEMORY_MIB
from education.functions.bundling import function_names
from education.functions.event_functions import TRIGGER_MEMORY_MIB, TRIGGER_SECONDS
from tests.infrastructure.synthesized import Synthesized, reference, values_of
from toolkit.config import variable_names

MINIMUM_RETENTION_DAYS = 30
# The functions that need more memory than the settings may give.
LEAST_MEMORY_MIB = {"identity_triggers": TRIGGER_MEMORY_MIB, "packages": UNPACKING_MEMORY_MIB}


def source_of(function: object) -> str:
    """The folder below `lambda_src/` that a function is made from."""
    assert isinstance(function, dict)
    return str(function["handler"]).partition(".")[0]


def test_every_function_with_sources_is_deployed(stack: Synthesized) -> None:
    deployed = sorted(source_of(body) for body in stack.resources("aws_lambda_function").values())
    assert deployed == sorted(function_names()), (
        "one function for each folder with a handler, and the other way round"
    )


def test_the_zip_is_found_from_the_stacks_folder(stack: Synthesized) -> None:
    stored = stack.resources("aws_s3_object")
    for name, function in stack.resources("aws_lambda_function").items():
        path = PurePosixPath(stored[reference(function["s3_key"]).partition(".")[2]]["source"])
        assert not path.is_absolute(), f"{name}: use TerraformAsset.path; {path} exists on one machine only"
        assert (stack.folder / path).is_file(), (
            f"{name}: Terraform runs in the stack's output folder, where there is no {path}; use TerraformAsset"
        )


def test_each_function_is_made_from_a_zip_of_its_own_in_the_private_bucket(stack: Synthesized) -> None:
    """With the zip in the request, the provider makes one function after the other."""
    functions = stack.resources("aws_lambda_function")
    keys = {name: reference(function["s3_key"]) for name, function in functions.items()}
    assert len(set(keys.values())) == len(functions)
    for name, function in functions.items():
        assert "filename" not in function, name
        (kind, stored) = keys[name].split(".")
        assert kind == "aws_s3_object"
        zipped = stack.resources("aws_s3_object")[stored]
        assert reference(function["s3_bucket"]) in (keys[name], reference(zipped["bucket"])), name
        digest = hashlib.sha256(stack.zip_of(function).read_bytes()).hexdigest()
        assert digest in zipped["key"], (
            f"{name}: another content must have another key, or Lambda keeps the old"
        )
        assert zipped["lifecycle"]["create_before_destroy"] is True, (
            f"{name}: a deploy that fails would leave the function without the code that it runs"
        )


def test_the_hash_is_that_of_the_zip(stack: Synthesized) -> None:
    assert "filebase64sha256" not in stack.text, (
        "compute the hash at synth: see bundling.Bundle.source_code_hash"
    )
    for name, function in stack.resources("aws_lambda_function").items():
        digest = hashlib.sha256((stack.zip_of(function)).read_bytes()).digest()
        assert function["source_code_hash"] == base64.b64encode(digest).decode(), name


def test_the_handler_is_in_the_zip(stack: Synthesized) -> None:
    for function in stack.resources("aws_lambda_function").values():
        module = function["handler"].rpartition(".")[0].replace(".", "/") + ".py"
        with zipfile.ZipFile(stack.zip_of(function)) as bundle:
            assert module in bundle.namelist(), f"{function['handler']}: Lambda will not find it"


def test_variables_are_those_that_the_code_declares(stack: Synthesized) -> None:
    for function in stack.resources("aws_lambda_function").values():
        source = source_of(function)
        declared = variable_names(importlib.import_module(f"{source}.config").Config)
        assert set(function["environment"]["variables"]) == declared, (
            f"lambda_src/{source}/config.py and education/functions/ must name the same variables"
        )


def behind_streams(stack: Synthesized) -> set[str]:
    """The functions that streams call, so that no caller waits for them."""
    mappings = stack.resources("aws_lambda_event_source_mapping").values()
    return {reference(mapping["function_name"]).partition(".")[2] for mapping in mappings}


def behind_schedules(stack: Synthesized) -> set[str]:
    """The functions that schedules call."""
    targets = stack.resources("aws_cloudwatch_event_target").values()
    return {reference(target["arn"]).partition(".")[2] for target in targets}


def test_runtime_and_limits_are_the_settings(stack: Synthesized) -> None:
    limits = stack.settings.functions
    for name, function in stack.resources("aws_lambda_function").items():
        assert (function["runtime"], function["architectures"]) == ("python3.13", ["arm64"]), name
        least = LEAST_MEMORY_MIB.get(source_of(function), 0)
        assert function["memory_size"] == max(limits.memory_mib, least), name
        waited_for = f"aws_lambda_function.{name}" not in asynchronous(stack)
        if waited_for and name not in behind_streams(stack) | behind_schedules(stack):
            assert function["timeout"] == limits.timeout_seconds <= 29, f"{name}: API Gateway waits 29 s"
        assert function["tracing_config"]["mode"] == "PassThrough", f"{name}: no environment has traces"


def test_lambda_adds_no_lines_to_those_of_a_request(stack: Synthesized) -> None:
    """Its own lines on each start and end are longer than a function's."""
    for name, function in stack.resources("aws_lambda_function").items():
        logging = function["logging_config"]
        assert (logging["log_format"], logging["system_log_level"]) == ("JSON", "WARN"), name
        assert logging["application_log_level"] == "INFO", f"{name}: at DEBUG botocore logs personal data"


def test_each_function_logs_to_a_group_of_its_own(stack: Synthesized) -> None:
    groups = stack.resources("aws_cloudwatch_log_group")
    for name, function in stack.resources("aws_lambda_function").items():
        group = reference(function["logging_config"]["log_group"]).partition(".")[2]
        assert group in groups, f"{name}: without its own group Lambda makes one that never expires"
        assert groups[group]["name"] == f"/aws/lambda/{function['function_name']}"


def test_logs_are_encrypted_and_kept_as_long_as_the_settings_say(stack: Synthesized) -> None:
    for name, group in stack.resources("aws_cloudwatch_log_group").items():
        # The firewalls log addresses of people, so theirs are kept no longer than needed.
        is_firewall = group["name"].startswith("aws-waf-logs-")
        kept = RETENTION_DAYS if is_firewall else stack.settings.functions.log_retention_days
        assert group["retention_in_days"] == kept >= MINIMUM_RETENTION_DAYS, name
        assert reference(group["kms_key_id"]).startswith("aws_kms_key."), (
            f"{name}: encrypt with the operations key"
        )


def asynchronous(stack: Synthesized) -> set[str]:
    """The addresses of the functions that a bucket, a rule, a topic or a function calls without waiting for them."""
    callers = ("aws_s3_bucket_notification", "aws_cloudwatch_event_target", "aws_sns_topic_subscription")
    arns = [
        arn
        for type in callers
        for key in ("lambda_function_arn", "arn", "endpoint")
        for arn in values_of(stack.resources(type), key)
    ]
    arns += [
        arn
        for policy in stack.resources("aws_iam_role_policy").values()
        for statement in json.loads(policy["policy"])["Statement"]
        if "lambda:InvokeFunction" in statement["Action"]
        for arn in statement["Resource"]
    ]
    return {name for arn in arns if (name := reference(arn)).startswith("aws_lambda_function.")}


def test_failed_asynchronous_calls_are_kept(stack: Synthesized) -> None:
    assert asynchronous(stack), "uploads are noticed asynchronously"
    functions = stack.resources("aws_lambda_function")
    configured = {
        reference(body["function_name"])
        for body in stack.resources("aws_lambda_function_event_invoke_config").values()
    }
    for address in asynchronous(stack):
        function = functions[address.partition(".")[2]]
        assert reference(function.get("dead_letter_config", {}).get("target_arn")).startswith(
            "aws_sqs_queue."
        ), f"{address}: make it with asynchronous=True, or what fails is lost"
        assert address in configured, f"{address}: say how often and how long Lambda retries"


def test_failed_stream_records_are_kept(stack: Synthesized) -> None:
    for name, mapping in stack.resources("aws_lambda_event_source_mapping").items():
        assert mapping.get("destination_config", {}).get("on_failure"), f"{name}: a record that fails is lost"
        assert mapping.get("maximum_retry_attempts", -1) >= 0, f"{name}: a poison record stops its shard"


def test_dead_letters_are_encrypted_and_kept_for_two_weeks(stack: Synthesized) -> None:
    for name, queue in stack.resources("aws_sqs_queue").items():
        assert reference(queue["kms_master_key_id"]).startswith("aws_kms_key."), name
        assert queue["message_retention_seconds"] == 14 * 24 * 3600, (
            f"{name}: a holiday is longer than four days"
        )


def test_functions_wait_for_their_permissions(stack: Synthesized) -> None:
    policies = {
        reference(body["role"]): f"aws_iam_role_policy.{name}"
        for name, body in stack.resources("aws_iam_role_policy").items()
        if name.endswith(tuple("0123456789ABCDEF")) and "_policy_" in name
    }
    for name, function in stack.resources("aws_lambda_function").items():
        assert policies[reference(function["role"])] in function["depends_on"], (
            f"{name}: the first call may come before its role may do anything"
        )


def test_the_trigger_rings_before_cognito_gives_up(stack: Synthesized) -> None:
    """Cognito waits five seconds, and a new instance needs some of them before it gets its event."""
    (alarm,) = (
        body
        for body in stack.resources("aws_cloudwatch_metric_alarm").values()
        if body.get("metric_name") == "Duration" and "identity-triggers" in body["dimensions"]["FunctionName"]
    )
    assert alarm["threshold"] < TRIGGER_SECONDS * 1000 <= 3500
