"""Names and e-mail addresses of the people on a roster, from the profiles table."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from domain.people.erasure import REQUESTED_AT
from domain.people.tombstones import key_of
from enrollment.roster_rules import Contact
from toolkit import texts
from toolkit.reads import batch_get, in_batches

_PARALLEL_BATCHES = 8


class ContactTable:
    """The ContactStore of enrollment.roster_rules: the part of the profiles table that rosters show."""

    def __init__(self, profiles_table: str) -> None:
        self._table = profiles_table

    def find(self, user_ids: Sequence[str]) -> dict[str, Contact | None]:
        """Contacts by user id: None for people who have no profile yet. People who are being or have been erased are
        left out. One BatchGetItem for each 100 people, and another one for those of them without a profile.

        No user id may be given twice: DynamoDB refuses that.

        Raises:
            Unavailable: DynamoDB is throttling.
        """
        batches = list(in_batches(user_ids))
        if len(batches) < 2:
            found = [self._find_some(batch) for batch in batches]
        else:
            found = list(_pool().map(self._find_some, batches))
        return {user_id: contact for contacts in found for user_id, contact in contacts.items()}

    def _find_some(self, user_ids: Sequence[str]) -> dict[str, Contact | None]:
        found = batch_get(
            {self._table: [{"userId": user_id} for user_id in user_ids]},
            consistent=False,
            attributes=("userId", "displayName", "email", REQUESTED_AT),
        )
        profiles = {item["userId"]: item for item in found[self._table]}
        contacts = {
            user_id: Contact(texts.shown(profile["displayName"]), profile.get("email", ""))
            for user_id, profile in profiles.items()
            if REQUESTED_AT not in profile
        }
        # The index of the roster may be a moment late. So it may still have people whose profiles were erased already.
        without = [user_id for user_id in user_ids if user_id not in profiles]
        return {**contacts, **dict.fromkeys(self._not_erased(without))}

    def _not_erased(self, user_ids: Sequence[str]) -> list[str]:
        if not user_ids:
            return []
        keys = {user_id: key_of(user_id) for user_id in user_ids}
        found = batch_get({self._table: list(keys.values())}, attributes=("userId",))[self._table]
        return [user_id for user_id, key in keys.items() if key not in found]


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_PARALLEL_BATCHES, thread_name_prefix="contacts")
