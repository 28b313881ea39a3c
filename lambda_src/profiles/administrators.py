"""That there always is an administrator, whatever number of requests takes the role away at once.

Who has the role is for Cognito to say, but Cognito knows no conditional writes, and its lists may be a
moment late. So every departure (a role taken back, an administrator's erasure) is first noted in one
item, the register, on condition that no other departure was noted since it was read. Whoever is noted as
leaving counts as gone already, until Cognito has caught up for certain; a process that dies in between
leaves nothing worse than an administrator who does not count for that while.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from domain.people import tombstone_store, tombstones
from domain.people.user_pool import SignIns
from toolkit import clients, retries
from toolkit.caller import ADMINISTRATORS
from toolkit.dynamo import condition_failed, from_item, to_item, transaction_conflict
from toolkit.errors import Conflict

_KEY = {"userId": "register#administrators"}
# Longer than any request lives, and than Cognito's lists are late.
LEAVING_SECONDS = 120


@dataclass(frozen=True)
class Register:
    """Who is leaving, as of a version; names are hashes, values the epoch seconds at which it is over."""

    version: int = 0
    leaving: dict[str, int] = field(default_factory=dict)

    def is_leaving(self, user_id: str, now: float) -> bool:
        """Whether somebody counts as gone."""
        return self.leaving.get(_name(user_id), 0) > now

    def with_leaving(self, user_id: str, now: float) -> dict[str, int]:
        """Who is leaving once somebody more does; without those for whom it is over."""
        current = {name: end for name, end in self.leaving.items() if end > now}
        return {**current, _name(user_id): round(now) + LEAVING_SECONDS}


class RegisterTable:
    """The register in the profiles table."""

    def __init__(self, profiles_table: str) -> None:
        self._table = profiles_table

    def read(self) -> Register:
        """The register as it is now: one GetItem."""
        wire = (
            clients.dynamodb()
            .get_item(TableName=self._table, Key=to_item(_KEY), ConsistentRead=True)
            .get("Item")
        )
        if not wire:
            return Register()
        item = from_item(wire)
        return Register(version=item["version"], leaving=item["leaving"])

    def update(self, seen: Register, leaving: dict[str, int]) -> Any:
        """The parameters of an UpdateItem that fails unless the register is as it was seen."""
        return {
            "TableName": self._table,
            "Key": to_item(_KEY),
            "UpdateExpression": "SET #version = :next, leaving = :leaving",
            "ConditionExpression": "#version = :seen" if seen.version else "attribute_not_exists(userId)",
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": to_item(
                {":next": seen.version + 1, ":leaving": leaving}
                | ({":seen": seen.version} if seen.version else {})
            ),
        }

    def write(self, seen: Register, leaving: dict[str, int]) -> bool:
        """Change the register: one UpdateItem; False if it is no longer as it was seen."""
        try:
            clients.dynamodb().update_item(**self.update(seen, leaving))
        except ClientError as error:
            if condition_failed(error) or transaction_conflict(error):
                return False
            raise
        return True

    def is_erased(self, user_id: str) -> bool:
        """Whether somebody is being or has been erased: one GetItem."""
        return tombstone_store.is_there(self._table, user_id)


class Administrators:
    """The administrators of the platform, and who may cease to be one."""

    def __init__(self, table: RegisterTable, sign_ins: SignIns) -> None:
        self._table = table
        self._sign_ins = sign_ins

    def is_erased(self, user_id: str) -> bool:
        """Whether somebody is being or has been erased, so that no role is for them."""
        return self._table.is_erased(user_id)

    def note_leaving(self, user_id: str) -> None:
        """Note that somebody ceases to be an administrator; only then may Cognito be told.

        Raises:
            Conflict: nobody else would be left.
            Unavailable: too many are leaving at once.
        """
        for _ in retries.attempts():
            register = self._table.read()
            self._require_another(user_id, register)
            if self._table.write(register, register.with_leaving(user_id, time.time())):
                return

    def note_erasure(self, user_id: str) -> Any:
        """The part of a transaction that notes an erasure, whose tombstone says who is leaving.

        It fails, and has to be made anew, if another departure is noted meanwhile.

        Raises:
            Conflict: the person is the last administrator.
        """
        register = self._table.read()
        if ADMINISTRATORS in (self._sign_ins.groups(user_id) or ()):
            self._require_another(user_id, register)
        return {"Update": self._table.update(register, register.leaving)}

    def _require_another(self, user_id: str, register: Register) -> None:
        now = time.time()
        for other in self._sign_ins.able_members(ADMINISTRATORS):
            if other != user_id and not register.is_leaving(other, now) and not self._table.is_erased(other):
                return
        raise Conflict("The last administrator cannot leave.", code="last-administrator")


def _name(user_id: str) -> str:
    return tombstones.key_of(user_id)["userId"]
