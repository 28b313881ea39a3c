"""The delivery of packages: the behaviours below `/p/`, the keys that their addresses are made with, and the player.

The values of the keys are never in Terraform's state. After each deployment the tools fill the secret, from which the
content function reads them, and the store, from which the edge function does (tools/deploy/package_keys.py).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionOrderedCacheBehavior,
    CloudfrontDistributionOrderedCacheBehaviorFunctionAssociation,
)
from cdktf_cdktf_provider_aws.cloudfront_function import CloudfrontFunction
from cdktf_cdktf_provider_aws.cloudfront_key_value_store import CloudfrontKeyValueStore
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from constructs import Construct

from education.content.package_gate import GATE, ORIGINS, PACKAGE_PATH, PLAYER
from education.content.package_headers import PackageHeaders
from education.environment import Environment
from education.naming import PACKAGE_KEYS

PLAYER_PREFIX = "player/"
# The days in which a deleted secret can be restored; Secrets Manager takes 7 to 30. A new environment of the same name
# could not make its secret meanwhile, so where nothing is protected there are none.
RECOVERY_DAYS = 30


class PackageDelivery(Construct):
    """What the content distribution needs to serve packages.

    Attributes:
        secret_arn: the secret with the keys, which the content function reads.
        variables: what tells the content function where the keys are, and which of them to use.
    """

    def __init__(self, scope: Construct, id: str, *, env: Environment, portal_origins: Sequence[str]) -> None:
        super().__init__(scope, id)
        # checkov:skip=CKV_AWS_149 aws_secretsmanager_secret: a key of ours would cost more and protect no better
        # checkov:skip=CKV2_AWS_57 aws_secretsmanager_secret: an operator rotates it in two deployments, by a setting
        secret = SecretsmanagerSecret(
            self,
            "keys",
            name=env.names.of(PACKAGE_KEYS),
            description="The keys that open packages, by slot; filled after each deployment",
            recovery_window_in_days=RECOVERY_DAYS if env.settings.protect_data else 0,
        )
        store = CloudfrontKeyValueStore(
            self, "store", name=env.names.of(PACKAGE_KEYS), comment="The keys that open packages, by slot"
        )
        gate = CloudfrontFunction(
            self,
            "gate",
            name=env.names.of("package-gate"),
            comment="Opens packages, and refuses viewers below TLS 1.2",
            runtime="cloudfront-js-2.0",
            code=GATE,
            publish=True,
            key_value_store_associations=[store.arn],
        )
        origins = CloudfrontFunction(
            self,
            "origins",
            name=env.names.of("package-origins"),
            comment="Says in which origin the pages of a package run",
            runtime="cloudfront-js-2.0",
            code=ORIGINS,
            publish=True,
        )
        player = CloudfrontFunction(
            self,
            "player-origin",
            name=env.names.of("player-origin"),
            comment="Gives the page that runs H5P an origin of its own",
            runtime="cloudfront-js-2.0",
            code=PLAYER,
            publish=True,
        )
        self._player_arn: str = player.arn
        self._headers = PackageHeaders(self, "headers", env=env, portal_origins=portal_origins)
        self._functions = {"viewer-request": gate.arn, "viewer-response": origins.arn}
        self.secret_arn: str = secret.arn
        self.variables: Mapping[str, str] = {
            "PACKAGE_KEYS_ARN": secret.arn,
            "PACKAGE_KEY_SLOT": env.settings.content.package_keys.active,
        }

    def behaviours(
        self, packages_prefix: str, tls_guard_arn: str, **shared: Any
    ) -> list[CloudfrontDistributionOrderedCacheBehavior]:
        """The behaviours of packages and of the player.

        The stored path of a package has a behaviour too, whose function refuses every address that does not begin with
        `/p/`. So no signature of a premium link is ever asked for there, and none opens a file.
        """
        read_only = {**shared, "allowed_methods": ["GET", "HEAD"], "cached_methods": ["GET", "HEAD"]}
        return [
            *(
                CloudfrontDistributionOrderedCacheBehavior(
                    path_pattern=f"{prefix}*",
                    response_headers_policy_id=self._headers.packages_id,
                    function_association=_at(self._functions),
                    **read_only,
                )
                for prefix in (PACKAGE_PATH, packages_prefix)
            ),
            CloudfrontDistributionOrderedCacheBehavior(
                path_pattern=f"{PLAYER_PREFIX}*",
                response_headers_policy_id=self._headers.player_id,
                function_association=_at(
                    {"viewer-request": tls_guard_arn, "viewer-response": self._player_arn}
                ),
                **read_only,
            ),
        ]


def _at(functions: Mapping[str, str]) -> list[CloudfrontDistributionOrderedCacheBehaviorFunctionAssociation]:
    return [
        CloudfrontDistributionOrderedCacheBehaviorFunctionAssociation(event_type=event, function_arn=arn)
        for event, arn in functions.items()
    ]
