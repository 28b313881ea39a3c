"""The name and the address of a person, as rosters show them, and the copies of both in the person's records.

A roster of 200 people would read 200 profiles for them. So each record of a student who has a seat, waits or is queued
has a copy (domain.enrollments.model), written at the enrolment. When a person changes the profile, the change marks the
profile with CHANGED_AT, and the followups function brings the copies in line. A record without a copy, of a
former version or of a person who had no profile, gets it when a roster shows it (enrollment.contact_store).
A withdrawal and an erasure remove the copy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolkit import texts

CHANGED_AT = "namesChangedAt"
"""The attribute that says that copies of a profile may have to be brought in line, with the time of the change."""


@dataclass(frozen=True)
class Contact:
    """A person's name and verified e-mail address; `email` is empty if there is none."""

    display_name: str
    email: str

    @classmethod
    def from_stored(cls, item: Mapping[str, Any]) -> "Contact | None":
        """The contact in a profile's item, or the copy in a record; None if there is none."""
        if "displayName" not in item:
            return None
        return cls(texts.shown(item["displayName"]), item.get("email", ""))

    def to_stored(self) -> dict[str, str]:
        """The attributes of the copy in a record; without an address, `email` is absent."""
        return {"displayName": self.display_name, **({"email": self.email} if self.email else {})}
