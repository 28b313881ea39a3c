"""The log of a firewall: one entry for each request that it blocked or counted, without the token.

https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
"""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.cloudwatch_log_resource_policy import CloudwatchLogResourcePolicy
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfiguration,
    Wafv2WebAclLoggingConfigurationLoggingFilter,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilter,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterConditionActionCondition,
    Wafv2WebAclLoggingConfigurationRedactedFields,
    Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader,
)
from constructs import Construct

from education.environment import Environment
from education.iam import policy_document
from education.naming import EDGE_REGION

# WAF takes no log group whose name begins otherwise.
NAME_PREFIX = "aws-waf-logs-"
# The entries have IP addresses. They are needed until somebody has asked why a request was blocked.
RETENTION_DAYS = 30
# A managed rule that the firewall only counts has an action of its own.
# https://docs.aws.amazon.com/waf/latest/APIReference/API_ActionCondition.html
LOGGED_ACTIONS = ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")
SECRET_HEADERS = ("authorization", "cookie")


class FirewallLogs(Construct):
    """The log group `aws-waf-logs-education-<what>-<suffix>` and what lets a web ACL write to it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        what: str,
        acl_arn: str,
        key_arn: str | None,
        provider: TerraformProvider | None = None,
    ) -> None:
        """Without `key_arn` CloudWatch encrypts the log with a key of its own."""
        super().__init__(scope, id)
        region = EDGE_REGION if provider else env.aws.region
        account, partition = env.aws.account_id, env.aws.partition
        # checkov:skip=CKV_AWS_338 aws_cloudwatch_log_group: addresses of people are kept as long as they are needed
        group = CloudwatchLogGroup(
            self,
            "group",
            name=NAME_PREFIX + env.names.of(what),
            retention_in_days=RETENTION_DAYS,
            kms_key_id=key_arn,
            provider=provider,
        )
        # WAF would make a policy of its own, which nobody removes. An account has ten of them in each region.
        policy = CloudwatchLogResourcePolicy(
            self,
            "policy",
            policy_name=env.names.of(f"{what}-firewall-logs"),
            policy_document=policy_document(
                [
                    {
                        "Sid": "DeliverLogs",
                        "Effect": "Allow",
                        "Principal": {"Service": "delivery.logs.amazonaws.com"},
                        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                        "Resource": f"{group.arn}:*",
                        "Condition": {
                            "StringEquals": {"aws:SourceAccount": account},
                            "ArnLike": {"aws:SourceArn": f"arn:{partition}:logs:{region}:{account}:*"},
                        },
                    }
                ]
            ),
            provider=provider,
        )
        Wafv2WebAclLoggingConfiguration(
            self,
            "logging",
            resource_arn=acl_arn,
            log_destination_configs=[group.arn],
            redacted_fields=[
                Wafv2WebAclLoggingConfigurationRedactedFields(
                    single_header=Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader(name=header)
                )
                for header in SECRET_HEADERS
            ],
            logging_filter=Wafv2WebAclLoggingConfigurationLoggingFilter(
                default_behavior="DROP",
                filter=[
                    Wafv2WebAclLoggingConfigurationLoggingFilterFilter(
                        behavior="KEEP",
                        requirement="MEETS_ANY",
                        condition=[
                            Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition(
                                action_condition=Wafv2WebAclLoggingConfigurationLoggingFilterFilterConditionActionCondition(
                                    action=action
                                )
                            )
                            for action in LOGGED_ACTIONS
                        ],
                    )
                ],
            ),
            provider=provider,
            depends_on=[policy],
        )
