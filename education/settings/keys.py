"""The settings of the keys in two slots: those that sign links, and those that open packages."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class SigningKeySettings(BaseModel):
    """`content.signing_keys`: the keys that sign links to premium content.

    `active` is the slot that signs. `a` and `b` number the keys of each slot: a higher number replaces the slot's key.
    Never change the active slot and a number in one deployment, because CloudFront does not know a new key at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    active: Literal["a", "b"] = "a"
    a: int = Field(default=1, ge=1, le=9999)
    b: int = Field(default=1, ge=1, le=9999)

    def generation(self, slot: str) -> int:
        """The number of the key in a slot."""
        return {"a": self.a, "b": self.b}[slot]


class PackageKeySettings(SigningKeySettings):
    """`content.package_keys`: the keys that open packages, in two slots as those of premium links.

    After a deployment `tools/deploy/package_keys.py` makes the keys that a higher number asks for.
    """
