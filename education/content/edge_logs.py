"""CloudFront's log of each request for a course file, without the part of the address that signs it.

CloudFront's earlier standard logs always contain the query string. A signed link in them opens a premium file until it
expires, to everyone who reads the logs. In standard logging v2 the fields are chosen, and the files go to the log
bucket through CloudWatch Logs, which for CloudFront is in us-east-1 whatever the stack's region:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
"""

from typing import Any

from cdktf import ITerraformDependable, TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery import CloudwatchLogDelivery
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_destination import (
    CloudwatchLogDeliveryDestination,
    CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration,
)
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_source import CloudwatchLogDeliverySource
from constructs import Construct

from education.environment import Environment
from education.naming import EDGE_REGION

PREFIX = "cloudfront"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html. Left out are
# `cs-uri-query`, which has the signature; `cs(Referer)`, which has an address too; and cookies: there are none.
FIELDS = (
    "date",
    "time",
    "x-edge-location",
    "sc-bytes",
    "c-ip",
    "cs-method",
    "cs(Host)",
    "cs-uri-stem",
    "sc-status",
    "cs(User-Agent)",
    "x-edge-result-type",
    "x-edge-request-id",
    "x-host-header",
    "cs-protocol",
    "cs-bytes",
    "time-taken",
    "ssl-protocol",
    "ssl-cipher",
    "x-edge-response-result-type",
    "cs-protocol-version",
    "time-to-first-byte",
    "x-edge-detailed-result-type",
    "sc-content-type",
    "sc-range-start",
    "sc-range-end",
)


class EdgeLogs(Construct):
    """The delivery of a distribution's log into the log bucket."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        what: str,
        distribution_arn: str,
        bucket_arn: str,
        bucket_policy: ITerraformDependable,
        provider: TerraformProvider | None,
    ) -> None:
        """`what` names the delivery; `provider` is one for us-east-1, or None where the stack itself is there."""
        super().__init__(scope, id)
        name = env.names.of(what)
        source = CloudwatchLogDeliverySource(
            self,
            "source",
            name=name,
            log_type="ACCESS_LOGS",
            resource_arn=distribution_arn,
            provider=provider,
        )
        destination = CloudwatchLogDeliveryDestination(
            self,
            "destination",
            name=name,
            output_format="w3c",
            delivery_destination_configuration=[
                CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration(
                    destination_resource_arn=f"{bucket_arn}/{PREFIX}"
                )
            ],
            provider=provider,
        )
        CloudwatchLogDelivery(
            self,
            "delivery",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            record_fields=list(FIELDS),
            field_delimiter="\t",
            provider=provider,
            # Without the policy that CloudWatch Logs needs, it writes one itself, and the next plan would undo it.
            depends_on=[bucket_policy],
        )


def write_edge_logs(env: Environment, bucket_arn: str) -> dict[str, Any]:
    """The statement of the log bucket's policy that lets CloudWatch Logs deliver:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
    """
    account, partition = env.aws.account_id, env.aws.partition
    return {
        "Sid": "WriteEdgeLogs",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{bucket_arn}/{PREFIX}/*",
        "Condition": {
            "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": f"arn:{partition}:logs:{EDGE_REGION}:{account}:delivery-source:*"},
        },
    }
