"""Names and e-mail addresses of the people on a roster, from the profiles table."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from enrollment.roster_rules import Contact
from toolkit import texts
from toolkit.reads import batch_get, in_batches

_PARALLEL_BATCHES = 8


class ContactTable:
    """The ContactStore of enrollment.roster_rules: the part of the profiles table that rosters show."""

    def __init__(self, profiles_table: str) -> None:
        self._table = profiles_table

    def find(self, user_ids: Sequence[str]) -> dict[str, Contact]:
        """Contacts by user id: one BatchGetItem for each 100 people. People who have no profile yet are left out.

        No user id may be given twice: DynamoDB refuses that.

        Raises:
            Unavailable: DynamoDB left some out because it is throttling.
        """
        batches = list(in_batches(user_ids))
        if len(batches) < 2:
            found = [self._find_some(batch) for batch in batches]
        else:
            found = list(_pool().map(self._find_some, batches))
        return {user_id: contact for contacts in found for user_id, contact in contacts.items()}

    def _find_some(self, user_ids: Sequence[str]) -> dict[str, Contact]:
        found = batch_get(
            {self._table: [{"userId": user_id} for user_id in user_ids]},
            consistent=False,
            attributes=("userId", "displayName", "email"),
        )
        # While a person is being erased, there may be an item without a name.
        return {
            item["userId"]: Contact(texts.shown(item["displayName"]), item.get("email", ""))
            for item in found[self._table]
            if "displayName" in item
        }


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_PARALLEL_BATCHES, thread_name_prefix="contacts")
