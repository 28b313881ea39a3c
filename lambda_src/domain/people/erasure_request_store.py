"""Storing an erasure request in DynamoDB, with the tombstone and the entry in the list of hidden people that go with
it. What follows is in domain.people.erasure."""

from typing import Any

from botocore.exceptions import ClientError

from domain.people import tombstones
from domain.people.erasure import EMAIL, REASON, REQUESTED_AT, ErasureRequest
from domain.rosters import hidden_store
from toolkit import clients
from toolkit.dynamo import cancellation_reasons, lost_race, to_item


def store(
    profiles_table: str, request: ErasureRequest, now: str, *also: Any, only_with_profile: bool = False
) -> bool:
    """Store an erasure request and a tombstone, and hide the person: one TransactWriteItems.

    The request is stored in the profile's item, which is created if there is none.

    Args:
        profiles_table: the table's name.
        request: the person to erase.
        now: the time.
        also: further parts of the transaction.
        only_with_profile: store it only if the person has a profile.

    Returns:
        Whether it is stored, by this call or an earlier one; False if a condition of another part is false, or another
        request is writing one of the items.
    """
    attributes = {
        REQUESTED_AT: now,
        "erasureRequestId": request.request_id,
        EMAIL: request.email,
        REASON: request.reason,
    }
    given = {name: value for name, value in attributes.items() if value}
    requested = {
        "TableName": profiles_table,
        "Key": to_item({"userId": request.user_id}),
        "UpdateExpression": "SET " + ", ".join(f"{name} = :{name}" for name in given),
        "ExpressionAttributeValues": to_item({f":{name}": value for name, value in given.items()}),
        **({"ConditionExpression": "attribute_exists(createdAt)"} if only_with_profile else {}),
    }
    tombstone = {
        "TableName": profiles_table,
        "Item": to_item(tombstones.key_of(request.user_id)),
        "ConditionExpression": "attribute_not_exists(userId)",
    }
    # The order matters: DynamoDB returns one cancellation reason for each write, in this order.
    writes: list[Any] = [{"Put": tombstone}, {"Update": requested}, *also]
    writes.append(hidden_store.hide(profiles_table, request.user_id))
    try:
        clients.dynamodb().transact_write_items(TransactItems=writes)
    except ClientError as error:
        if cancellation_reasons(error)[:1] == ("ConditionalCheckFailed",):
            return True  # the tombstone exists: an earlier call has stored the request
        if lost_race(error):
            return False
        raise
    return True
