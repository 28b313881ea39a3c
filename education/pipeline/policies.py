"""Puts the policies of the pipeline's roles together: what the deploy, the plan and the test role may do.

Each part of the platform has a module `permissions_*` of its own; `denials.py` has what every role is denied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from education.environment import Environment
from education.naming import EDGE_REGION
from education.pipeline.denials import denials
from education.pipeline.permission import Permission
from education.pipeline.permissions_api import (
    api_firewall_permissions,
    api_permissions,
    firewall_permissions,
    sign_in_domain_permissions,
    sign_in_firewall_permissions,
    trace_permissions,
)
from education.pipeline.permissions_content import (
    content_permissions,
    edge_log_permissions,
    package_key_permissions,
    player_file_permissions,
)
from education.pipeline.permissions_data import (
    data_key_permissions,
    data_permissions,
    former_signing_key_permissions,
    key_permissions,
    link_key_permissions,
    mail_permissions,
    risk_permissions,
)
from education.pipeline.permissions_functions import event_permissions, function_permissions
from education.pipeline.permissions_monitoring import alarm_permissions, monitoring_permissions
from education.pipeline.permissions_state import state_statements
from education.pipeline.permissions_test_role import tester_statements
from education.pipeline.resource_scope import ResourceScope

EPHEMERAL = "pr-*"  # the environments of pull requests
Statements = list[dict[str, Any]]


@dataclass(frozen=True)
class PipelinePolicies:
    """Makes the statements of each role, by part: IAM takes at most 6,144 characters in one policy.

    `boundary_arn` is the permissions boundary that the deploy role must put on every role that it makes.
    """

    env: Environment
    boundary_arn: str
    state_bucket_arn: str
    lock_table_arn: str

    @property
    def suffixes(self) -> list[str]:
        """The environments that the roles work on, as patterns of their suffix."""
        ephemeral = [EPHEMERAL] if self.env.settings.pipeline.ephemeral else []
        return [self.env.settings.environment_suffix, *ephemeral]

    @property
    def scope(self) -> ResourceScope:
        """The resources of these environments, in the platform's region."""
        return ResourceScope(self.env.aws, self.suffixes, self.env.settings.aws_region)

    def parts(self) -> Mapping[str, Sequence[Permission]]:
        """The permissions on what is deployed. A part's name becomes part of its policy's name."""
        scope = self.scope
        return {
            "records": [
                *data_permissions(scope),
                *data_key_permissions(scope),
                *(risk_permissions(scope) if self.env.settings.identity.plan == "PLUS" else []),
                *(mail_permissions(scope) if self.env.settings.identity.ses_identity_arn else []),
            ],
            "functions": [
                *function_permissions(scope, boundary_arn=self.boundary_arn),
                *event_permissions(scope),
            ],
            "api": [
                *api_permissions(scope),
                *(trace_permissions(scope) if self.env.settings.functions.traces else []),
            ],
            "firewalls": self._firewall_permissions(),
            "portal": [
                *self._portal_permissions(),
                *(sign_in_domain_permissions(scope) if self.env.settings.identity.sign_in_domain else []),
            ],
            "content": [
                *content_permissions(scope),
                *(edge_log_permissions(scope) if self.env.settings.content.access_logs else []),
            ],
            "keys": [
                *link_key_permissions(scope),
                *package_key_permissions(scope),
                *player_file_permissions(scope),
                *(
                    former_signing_key_permissions(scope)
                    if self.env.settings.content.former_signing_keys
                    else []
                ),
            ],
            "watching": [
                *monitoring_permissions(scope),
                *alarm_permissions(scope),
                *key_permissions(scope),
            ],
            "edge": self._edge_permissions(),
        }

    def deploy(self) -> dict[str, Statements]:
        """The deploy role's statements by part: it reads and changes, and destroys where the data is not protected."""
        may_destroy = not self.env.settings.protect_data
        return {
            "state": [*self._states(may_write=True), *self._denials()],
            **{
                name: [
                    statement
                    for permission in permissions
                    for statement in (
                        *permission.read_statements(),
                        *permission.write_statements(may_destroy=may_destroy),
                    )
                ]
                for name, permissions in self.parts().items()
            },
        }

    def plan(self) -> dict[str, Statements]:
        """The plan role's statements by part: it only reads."""
        return {
            "state": [*self._states(may_write=False), *self._denials()],
            **{
                name: [statement for permission in permissions for statement in permission.read_statements()]
                for name, permissions in self.parts().items()
            },
        }

    def test(self) -> dict[str, Statements]:
        """The test role's statements; empty where the settings want no such role, because no test signs in."""
        if self.env.settings.pipeline.integration_tests != "people":
            return {}
        return {"people": [*tester_statements(self.scope), *self._denials()]}

    def _firewall_permissions(self) -> list[Permission]:
        """The permissions for the firewalls that the settings want."""
        api, sign_in = self.env.settings.api.waf, self.env.settings.identity.waf
        return [
            *(firewall_permissions(self.scope) if api or sign_in else []),
            *(api_firewall_permissions(self.scope) if api else []),
            *(sign_in_firewall_permissions(self.scope) if sign_in else []),
        ]

    def _portal_permissions(self) -> list[Permission]:
        """The permissions for the firewall of the portal, which is in us-east-1 as all firewalls of distributions are.

        A distribution names its web ACL itself, so nothing associates the two.
        """
        if not self.env.settings.portal.waf:
            return []
        permissions = firewall_permissions(replace(self.scope, region=EDGE_REGION), kind="global")
        return [replace(permission, sid=f"Portal{permission.sid}") for permission in permissions]

    def _edge_permissions(self) -> list[Permission]:
        """The permissions for CloudFront's alarm in us-east-1; a stack elsewhere has a topic and a key there."""
        if self.env.settings.aws_region == EDGE_REGION:
            return []
        edge = replace(self.scope, region=EDGE_REGION)
        permissions = [*alarm_permissions(edge), *key_permissions(edge), *data_key_permissions(edge)]
        return [replace(permission, sid=f"Edge{permission.sid}") for permission in permissions]

    def _states(self, *, may_write: bool) -> Statements:
        return state_statements(
            bucket=self.env.settings.state.bucket,
            bucket_arn=self.state_bucket_arn,
            lock_table_arn=self.lock_table_arn,
            suffixes=self.suffixes,
            ephemeral_prefixes=[EPHEMERAL.rstrip("*")] if self.env.settings.pipeline.ephemeral else [],
            may_write=may_write,
        )

    def _denials(self) -> Statements:
        return denials(self.scope, state_bucket_arn=self.state_bucket_arn, lock_table_arn=self.lock_table_arn)
