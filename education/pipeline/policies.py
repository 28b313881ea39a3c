"""The pipeline's permission sets, put together: what the deploy role may do, the plan role see, the test role try.

A list of denials stands beside them: whatever is attached to the roles later, they cannot widen themselves, nor touch
the states of other environments or the account's audit trail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from education.aws_context import AwsContext
from education.monitoring.edge_alarms import EDGE_REGION
from education.naming import PROJECT
from education.pipeline.permission import Permission, Reach, actions
from education.pipeline.permissions_events import event_permissions
from education.pipeline.permissions_records import (
    key_permissions,
    mail_permissions,
    records_permissions,
    signing_key_permissions,
)
from education.pipeline.permissions_serving import (
    api_permissions,
    content_permissions,
    firewall_permissions,
    function_permissions,
)
from education.pipeline.permissions_tests import tester_statements
from education.pipeline.permissions_watching import alarm_permissions, watching_permissions
from education.settings.model import EnvironmentSettings

EPHEMERAL = "pr-*"


@dataclass(frozen=True)
class PipelinePolicies:
    """Makes the roles' policies, by part, since IAM takes at most 6,144 characters in one policy.

    `boundary_arn` is the permissions boundary that the deploy role must put on every role that it makes.
    """

    context: AwsContext
    settings: EnvironmentSettings
    boundary_arn: str
    state_bucket_arn: str
    lock_table_arn: str

    @property
    def suffixes(self) -> list[str]:
        """The environments that the roles work on."""
        ephemeral = [EPHEMERAL] if self.settings.pipeline.ephemeral else []
        return [self.settings.environment_suffix, *ephemeral]

    def parts(self) -> Mapping[str, Sequence[Permission]]:
        """The permissions on what is deployed, by the part of the platform."""
        reach = Reach(self.context, self.suffixes, self.settings.aws_region)
        ephemeral = replace(reach, suffixes=[EPHEMERAL])
        return {
            "records": [
                *records_permissions(reach, access_logs=self.settings.content.access_logs),
                *(mail_permissions(reach) if self.settings.identity.ses_identity_arn else []),
                *(signing_key_permissions(ephemeral) if self.settings.pipeline.ephemeral else []),
            ],
            "functions": [
                *function_permissions(reach, boundary_arn=self.boundary_arn),
                *event_permissions(reach),
            ],
            "api": [
                *api_permissions(reach),
                *(firewall_permissions(reach) if self.settings.api.waf else []),
            ],
            "content": content_permissions(reach),
            "watching": [*watching_permissions(reach), *alarm_permissions(reach), *key_permissions(reach)],
            "edge": self._edge_permissions(replace(reach, region=EDGE_REGION)),
        }

    def deploy(self) -> dict[str, list[dict[str, Any]]]:
        """The deploy role's statements by part."""
        return {
            "state": [*self._own_states(may_write=True), *self._denials()],
            **{name: self._changing(held) for name, held in self.parts().items()},
        }

    def plan(self) -> dict[str, list[dict[str, Any]]]:
        """The plan role's statements by part: it reads, and takes and releases the lock."""
        return {
            "state": [*self._own_states(may_write=False), *self._denials()],
            **{
                name: [statement for permission in held for statement in permission.read_statements()]
                for name, held in self.parts().items()
            },
        }

    def test(self) -> dict[str, list[dict[str, Any]]]:
        """The test role's statements, where the settings want people to test with; no role else."""
        if self.settings.pipeline.integration_tests != "people":
            return {}
        reach = Reach(self.context, self.suffixes, self.settings.aws_region)
        return {"people": [*tester_statements(reach), *self._denials()]}

    def _changing(self, held: Sequence[Permission]) -> list[dict[str, Any]]:
        may_destroy = not self.settings.protect_data
        return [
            statement
            for permission in held
            for statement in (
                *permission.read_statements(),
                *permission.write_statements(may_destroy=may_destroy),
            )
        ]

    def _edge_permissions(self, edge: Reach) -> list[Permission]:
        """CloudFront's alarm lives in one region, where it needs a topic and a key if the stack is elsewhere."""
        if self.settings.aws_region == EDGE_REGION:
            return []
        held = [*alarm_permissions(edge), *key_permissions(edge)]
        return [replace(permission, sid=f"Edge{permission.sid}") for permission in held]

    def _own_states(self, *, may_write: bool) -> list[dict[str, Any]]:
        bucket = self.settings.state.bucket
        keys = [f"{suffix}/TapStack{suffix}.tfstate" for suffix in self.suffixes]
        prefixes = [EPHEMERAL.rstrip("*")] if self.settings.pipeline.ephemeral else []  # to find leftovers
        digests = [f"{bucket}/{key}-md5" for key in keys]
        locks = [f"{bucket}/{key}" for key in keys]
        return [
            {
                "Sid": "FindOwnStates",
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": self.state_bucket_arn,
                "Condition": {"StringLike": {"s3:prefix": ["env:/", *prefixes, *keys]}},
            },
            {
                "Sid": "UseOwnStates" if may_write else "ReadOwnStates",
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"] if may_write else "s3:GetObject",
                "Resource": [f"{self.state_bucket_arn}/{key}" for key in keys],
            },
            {
                "Sid": "LockOwnStates",
                "Effect": "Allow",
                "Action": actions("dynamodb", "GetItem PutItem DeleteItem"),
                "Resource": self.lock_table_arn,
                "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": locks}},
            },
            {
                "Sid": "UseStateDigests" if may_write else "ReadStateDigests",
                "Effect": "Allow",
                "Action": actions("dynamodb", "GetItem PutItem" if may_write else "GetItem"),
                "Resource": self.lock_table_arn,
                "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": digests}},
            },
        ]

    def _denials(self) -> list[dict[str, Any]]:
        account = f"arn:{self.context.partition}:iam::{self.context.account_id}"
        return [
            {
                "Sid": "NeverOwnRolesOrPolicies",
                "Effect": "Deny",
                "NotAction": actions("iam", "Get* List*"),
                "Resource": [
                    *(
                        f"{account}:role/{PROJECT}-{role}-*"
                        for role in ("deploy", "plan", "pipeline", "test")
                    ),
                    *(
                        f"{account}:policy/{PROJECT}-{policy}-*"
                        for policy in ("boundary", "deploy", "plan", "test")
                    ),
                    f"{account}:oidc-provider/*",
                ],
            },
            {
                "Sid": "NeverWithoutBoundary",
                "Effect": "Deny",
                "Action": "iam:DeleteRolePermissionsBoundary",
                "Resource": "*",
            },
            {
                "Sid": "NeverOtherStates",
                "Effect": "Deny",
                "Action": actions("s3", "GetObject* PutObject* DeleteObject*"),
                "NotResource": [
                    *(f"{self.state_bucket_arn}/{suffix}/*" for suffix in self.suffixes),
                    *(f"{bucket}/*" for bucket in self._content_buckets()),
                ],
            },
            {
                # Its name begins and ends as those of the platform's tables do.
                "Sid": "NeverTheLockTable",
                "Effect": "Deny",
                "NotAction": actions("dynamodb", "GetItem PutItem DeleteItem"),
                "Resource": self.lock_table_arn,
            },
            {
                "Sid": "NeverTheAuditTrail",
                "Effect": "Deny",
                "Action": "cloudtrail:*",
                "Resource": "*",
            },
        ]

    def _content_buckets(self) -> list[str]:
        return Reach(self.context, self.suffixes, self.settings.aws_region).buckets()
