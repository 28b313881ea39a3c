"""Names of AWS resources: one rule, in one place.

Every named resource is `education-<what>-<environment suffix>`. So environments can share an account, and the deploy
role can be limited by a name prefix.
"""

from dataclasses import dataclass

PROJECT = "education"
# Where CloudFront reports its metrics and delivers its logs, whatever the stack's region.
EDGE_REGION = "us-east-1"

# The keys that sign links to premium content. The tools find them in CloudFront by their names.
LINK_KEY = "link-key"
SIGNING_KEY_SLOTS = ("a", "b")
# The former ones (RSA): a secret `names.of(FORMER_SIGNING_KEY)` has their private halves, and a parameter
# `names.parameter(f"{FORMER_SIGNING_KEY}/{slot}")` the public half of each slot.
FORMER_SIGNING_KEY = "signing-key"
# The secret with the keys of packages' addresses, and the key value store from which CloudFront reads them. The tools
# find both by this name, and fill them.
PACKAGE_KEYS = "package-keys"


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

    def function_role(self, label: str) -> str:
        """The name of the role of a function, by the function's short name."""
        return self.of(f"{label}-function")

    def link_key_prefix(self, slot: str, generation: int) -> str:
        """How CloudFront's name of a public key begins that checks links; Terraform adds what makes it unique."""
        return f"{self.of(f'{LINK_KEY}-{slot}-{generation}')}-"

    def parameter(self, what: str) -> str:
        """The path of a Systems Manager parameter."""
        return f"/{PROJECT}/{self.suffix}/{what}"
