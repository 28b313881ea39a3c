"""Names and e-mail addresses of the people on a roster, from the profiles table."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from enrollment.rosters import Contact
from toolkit import clients
from toolkit.dynamo import from_item, to_item
from toolkit.errors import Unavailable

# DynamoDB's limit for one BatchGetItem.
_AT_ONCE = 100
_BATCHES_SIDE_BY_SIDE = 8


class People:
    """The profiles table, as far as rosters show of it."""

    def __init__(self, profiles_table: str) -> None:
        self._table = profiles_table

    def find(self, user_ids: Sequence[str]) -> dict[str, Contact]:
        """Contacts by user id: one BatchGetItem for each 100. Who has no profile yet is left out.

        Nobody may be named twice: DynamoDB refuses that.

        Raises:
            Unavailable: DynamoDB left some out because it is throttling.
        """
        batches = [user_ids[start : start + _AT_ONCE] for start in range(0, len(user_ids), _AT_ONCE)]
        if len(batches) < 2:
            found = [self._find_some(batch) for batch in batches]
        else:
            found = list(_pool().map(self._find_some, batches))
        return {user_id: contact for contacts in found for user_id, contact in contacts.items()}

    def _find_some(self, user_ids: Sequence[str]) -> dict[str, Contact]:
        answer = clients.dynamodb().batch_get_item(
            RequestItems={
                self._table: {
                    "Keys": [to_item({"userId": user_id}) for user_id in user_ids],
                    "ProjectionExpression": "userId, displayName, email",
                }
            }
        )
        if answer.get("UnprocessedKeys"):
            raise Unavailable
        items = [from_item(wire) for wire in answer["Responses"].get(self._table, ())]
        # Of whom is being erased, there may be an item without a name.
        return {
            item["userId"]: Contact(item["displayName"], item["email"])
            for item in items
            if "displayName" in item and "email" in item
        }


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_BATCHES_SIDE_BY_SIDE, thread_name_prefix="people")
