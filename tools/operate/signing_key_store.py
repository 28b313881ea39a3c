"""The store of the keys that sign links to premium content, and how the keys change.

One secret has the private keys, two parameters have the public keys. The commands are in `commands`.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from education.errors import UserError
from education.naming import PROJECT, SIGNING_KEY, SIGNING_KEY_SLOTS, Names

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient

KEY_BITS = 2048  # CloudFront accepts RSA keys of exactly this size
RECOVERY_DAYS = 7  # the shortest period of Secrets Manager


@dataclass(frozen=True)
class KeyPairs:
    """The content of the secret: a private key (PEM) for each slot, and the slot that signs."""

    active: str
    private_keys: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> "KeyPairs":
        """Read the secret's JSON. Raises `UserError` for a secret that another program has written."""
        try:
            document: dict[str, Any] = json.loads(text)
            pairs = cls(
                active=document["active"],
                private_keys={slot: document["keys"][slot]["privateKey"] for slot in SIGNING_KEY_SLOTS},
            )
            for slot in SIGNING_KEY_SLOTS:
                pairs.public_key(slot)
        except (ValueError, KeyError, TypeError):
            # The exception may quote the secret, so it is not passed on.
            raise UserError(
                "The signing secret has no valid key pairs; delete it (delete --now) and create it again."
            ) from None
        if pairs.active not in SIGNING_KEY_SLOTS:
            raise UserError(
                "The signing secret names no valid active slot; run activate with --slot a or --slot b."
            )
        return pairs

    def dump(self) -> str:
        """The secret's JSON."""
        keys = {slot: {"privateKey": key} for slot, key in self.private_keys.items()}
        return json.dumps({"active": self.active, "keys": keys})

    @property
    def idle(self) -> str:
        """The slot that does not sign."""
        return next(slot for slot in SIGNING_KEY_SLOTS if slot != self.active)

    def public_key(self, slot: str) -> str:
        """The public key of a slot as PEM, derived from the private key."""
        return _public_half(self.private_keys[slot])


# To read a key also checks it, which takes longer than a call to AWS.
@lru_cache(maxsize=len(SIGNING_KEY_SLOTS) * 2)
def _public_half(private_pem: str) -> str:
    private_key = serialization.load_pem_private_key(private_pem.encode(), password=None)
    return (
        private_key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


class SigningKeyStore:
    """The signing keys of one environment in Secrets Manager and Parameter Store."""

    def __init__(
        self,
        environment_suffix: str,
        *,
        secrets: "SecretsManagerClient",
        parameters: "SSMClient",
        cloudfront: "CloudFrontClient",
    ) -> None:
        self._names = Names(environment_suffix)
        self._secret_id = self._names.of(SIGNING_KEY)
        self._secrets, self._parameters, self._cloudfront = secrets, parameters, cloudfront
        self.region: str = secrets.meta.region_name

    def create(self) -> bool:
        """Make what is missing; True if new keys were made. Existing keys stay as they are."""
        pairs = self._existing()
        made = pairs is None
        if pairs is None:
            pairs = KeyPairs(
                active=SIGNING_KEY_SLOTS[0], private_keys={s: new_key() for s in SIGNING_KEY_SLOTS}
            )
            self._secrets.create_secret(
                Name=self._secret_id,
                Description="Private keys that sign links to premium content",
                SecretString=pairs.dump(),
                Tags=[
                    {"Key": "Project", "Value": PROJECT},
                    {"Key": "Environment", "Value": self._names.suffix},
                ],
            )
        for slot in SIGNING_KEY_SLOTS:
            self._publish(slot, pairs.public_key(slot))
        return made

    def rotate(self) -> str:
        """Replace the key of the idle slot, which does not sign; returns that slot."""
        pairs = self._required()
        slot = pairs.idle
        renewed = KeyPairs(active=pairs.active, private_keys={**pairs.private_keys, slot: new_key()})
        self._secrets.put_secret_value(SecretId=self._secret_id, SecretString=renewed.dump())
        self._publish(slot, renewed.public_key(slot))
        return slot

    def activate(self, slot: str) -> None:
        """Let another slot sign. Refused while CloudFront does not know that slot's key."""
        pairs = self._required()
        if pairs.public_key(slot).strip() not in self._deployed_public_keys():
            raise UserError(
                f"CloudFront does not know the key of slot {slot} yet; deploy first: "
                f"make deploy ENV={self._names.suffix}"
            )
        switched = KeyPairs(active=slot, private_keys=pairs.private_keys)
        self._secrets.put_secret_value(SecretId=self._secret_id, SecretString=switched.dump())

    def show(self) -> tuple[str, dict[str, str]]:
        """The active slot, and each slot's public key."""
        pairs = self._required()
        return pairs.active, {slot: pairs.public_key(slot) for slot in SIGNING_KEY_SLOTS}

    def delete(self, *, now: bool) -> bool:
        """Delete all keys; False if there were none. The secret can be restored for a week unless `now`."""
        parameters = [self._parameter(slot) for slot in SIGNING_KEY_SLOTS]
        found = bool(self._parameters.delete_parameters(Names=parameters)["DeletedParameters"])
        try:
            if now:
                self._secrets.delete_secret(SecretId=self._secret_id, ForceDeleteWithoutRecovery=True)
            else:
                self._secrets.delete_secret(SecretId=self._secret_id, RecoveryWindowInDays=RECOVERY_DAYS)
        except self._secrets.exceptions.ResourceNotFoundException:
            return found
        return True

    def _existing(self) -> KeyPairs | None:
        try:
            description = self._secrets.describe_secret(SecretId=self._secret_id)
        except self._secrets.exceptions.ResourceNotFoundException:
            return None
        if "DeletedDate" in description:
            self._secrets.restore_secret(SecretId=self._secret_id)
        return KeyPairs.parse(self._secrets.get_secret_value(SecretId=self._secret_id)["SecretString"])

    def _required(self) -> KeyPairs:
        try:
            return KeyPairs.parse(self._secrets.get_secret_value(SecretId=self._secret_id)["SecretString"])
        except (
            self._secrets.exceptions.ResourceNotFoundException,
            self._secrets.exceptions.InvalidRequestException,  # scheduled for deletion
        ):
            raise UserError(
                f"There is no signing key {self._secret_id}; make one: "
                f".venv/bin/python -m tools signing-key create --environment {self._names.suffix}"
            ) from None

    def _parameter(self, slot: str) -> str:
        return self._names.parameter(f"{SIGNING_KEY}/{slot}")

    def _publish(self, slot: str, public_key: str) -> None:
        """Write a public key to the parameter that the stack reads, unless it is there already."""
        found = self._parameters.get_parameters(Names=[self._parameter(slot)])["Parameters"]
        if not found or found[0].get("Value") != public_key:
            self._parameters.put_parameter(
                Name=self._parameter(slot),
                Description=f"Public key of slot {slot}, which checks links to premium content",
                Value=public_key,
                Type="String",
                Overwrite=True,
            )

    def _deployed_public_keys(self) -> set[str]:
        """The public keys that CloudFront accepts for this environment (its key group), as PEM."""
        name = self._names.of(f"{SIGNING_KEY}s")
        members: set[str] = set()
        groups = self._cloudfront.list_key_groups()["KeyGroupList"]
        while True:
            for group in groups.get("Items", []):
                if group["KeyGroup"]["KeyGroupConfig"]["Name"] == name:
                    members.update(group["KeyGroup"]["KeyGroupConfig"]["Items"])
            if not groups.get("NextMarker"):
                break
            groups = self._cloudfront.list_key_groups(Marker=groups["NextMarker"])["KeyGroupList"]
        return {
            self._cloudfront.get_public_key_config(Id=id)["PublicKeyConfig"]["EncodedKey"].strip()
            for id in members
        }


def environments_with_keys(parameters: "SSMClient") -> set[str]:
    """The environments of an account and region that have a signing key, found by its public keys."""
    pages = parameters.get_paginator("get_parameters_by_path").paginate(Path=f"/{PROJECT}", Recursive=True)
    names = [parameter["Name"].split("/") for page in pages for parameter in page["Parameters"]]
    return {name[2] for name in names if name[3:4] == [SIGNING_KEY]}


def new_key() -> str:
    """A new private key of the kind that CloudFront accepts, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()
