"""Names of AWS resources: one rule, in one place.

Every named resource is `education-<what>-<environment suffix>`. So environments can share an account, and the deploy
role can be limited by a name prefix.
"""

from dataclasses import dataclass

PROJECT = "education"
# Where CloudFront reports its metrics and delivers its logs, whatever the stack's region.
EDGE_REGION = "us-east-1"

# A tool makes the signing keys, and the stack reads their public halves. Both use these names: the secret is
# `names.of(SIGNING_KEY)`, and each slot has a parameter `names.parameter(f"{SIGNING_KEY}/{slot}")`.
SIGNING_KEY = "signing-key"
SIGNING_KEY_SLOTS = ("a", "b")


@dataclass(frozen=True)
class Names:
    """Makes the names of one environment."""

    suffix: str

    def of(self, what: str) -> str:
        """The name of a resource in the account's (or region's) own name space."""
        return f"{PROJECT}-{what}-{self.suffix}"

    def global_of(self, what: str, account_id: str) -> str:
        """The name of a resource in a name space that all AWS accounts share (S3 buckets).

        `account_id` makes it unique; it may be a Terraform token.
        """
        return f"{PROJECT}-{what}-{account_id}-{self.suffix}"

    def parameter(self, what: str) -> str:
        """The path of a Systems Manager parameter."""
        return f"/{PROJECT}/{self.suffix}/{what}"
