"""`destroy` of a platform that was used leaves nothing: no versioned object holds it up, no log group comes back.

Runs last of all (conftest), and only on a platform that was started for these tests.
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_platform.deployment import cdktf
from tests.integration.support.deployed import Deployed
from tools.setup.toolchain import find_toolchain

pytestmark = pytest.mark.intrusive

# The state itself, which outlives every stack; and the signing key, which Terraform only reads.
NOT_OF_THE_STACK = ("terraform-state", "terraform-locks", "signing-key")


def test_destroy_leaves_nothing(deployed: Deployed) -> None:
    """As `make destroy` does it, on a bucket with versions and functions that have logged."""
    if deployed.platform is None or not deployed.is_own:
        pytest.skip("this environment is somebody's")
    versions = deployed.client("s3").list_object_versions(Bucket=deployed.outputs["content_bucket_name"])
    assert versions.get("Versions")
    before = _what_is_there(deployed)
    assert before["buckets"]
    assert before["log groups"]
    cdktf(deployed.platform, find_toolchain()).destroy(advice="none", is_synthesized=True)
    assert {kind: names for kind, names in _what_is_there(deployed).items() if names} == {}


def _what_is_there(deployed: Deployed) -> dict[str, list[str]]:
    """Everything with the project's name in it, by kind."""
    client = deployed.client

    def every(service: str, operation: str, key: str, name: str) -> list[str]:
        pages = client(service).get_paginator(operation).paginate()
        return [str(item[name]) for page in pages for item in page.get(key, ())]

    found = {
        "buckets": [str(bucket["Name"]) for bucket in client("s3").list_buckets()["Buckets"]],
        "tables": list(client("dynamodb").list_tables()["TableNames"]),
        "functions": every("lambda", "list_functions", "Functions", "FunctionName"),
        "roles": every("iam", "list_roles", "Roles", "RoleName"),
        "log groups": every("logs", "describe_log_groups", "logGroups", "logGroupName"),
        "alarms": every("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        "topics": every("sns", "list_topics", "Topics", "TopicArn"),
        "queues": list(client("sqs").list_queues().get("QueueUrls", ())),
        "APIs": every("apigateway", "get_rest_apis", "items", "name"),
        "secrets": every("secretsmanager", "list_secrets", "SecretList", "Name"),
        "distributions": _distributions(deployed),
    }
    return {kind: [name for name in names if _is_ours(name)] for kind, names in found.items()}


def _distributions(deployed: Deployed) -> list[str]:
    """The platform's distribution, whose name is its outputs' id."""
    distribution_id: Any = deployed.outputs["cloudfront_distribution_id"]
    try:
        deployed.client("cloudfront").get_distribution(Id=distribution_id)
    except ClientError:
        return []
    return [f"education distribution {distribution_id}"]


def _is_ours(name: str) -> bool:
    return "education" in name and not any(part in name for part in NOT_OF_THE_STACK)
