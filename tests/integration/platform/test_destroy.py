"""The `destroy` command removes a used platform completely, with object versions and log groups.

This test runs last (conftest.py), and only on a platform that was started for these tests.
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_platform.deployment import cdktf
from tests.integration.support.deployed import Deployed
from tools.setup.toolchain import find_toolchain

pytestmark = pytest.mark.intrusive

# The Terraform state is kept when a stack is destroyed.
NOT_OF_THE_STACK = ("terraform-state", "terraform-locks")


def test_destroy_leaves_nothing(deployed: Deployed) -> None:
    """Destroy a platform whose bucket has object versions and whose functions have logged."""
    if deployed.platform is None or not deployed.is_own:
        pytest.skip("this environment was not started for these tests")
    versions = deployed.client("s3").list_object_versions(Bucket=deployed.outputs["content_bucket_name"])
    assert versions.get("Versions")
    before = _existing_resources(deployed)
    assert before["buckets"]
    assert before["log groups"]
    cdktf(deployed.platform, find_toolchain()).destroy(advice="none", is_synthesized=True)
    assert {kind: names for kind, names in _existing_resources(deployed).items() if names} == {}


def _existing_resources(deployed: Deployed) -> dict[str, list[str]]:
    """The names of all resources of the project, by kind."""
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
    """The platform's distribution, which is found by the id in the outputs."""
    distribution_id: Any = deployed.outputs["cloudfront_distribution_id"]
    try:
        deployed.client("cloudfront").get_distribution(Id=distribution_id)
    except ClientError:
        return []
    return [f"education distribution {distribution_id}"]


def _is_ours(name: str) -> bool:
    return "education" in name and not any(part in name for part in NOT_OF_THE_STACK)
