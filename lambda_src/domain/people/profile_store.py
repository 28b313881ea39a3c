"""Writing a person's first profile, alone or within a transaction."""

from typing import Any

from botocore.exceptions import ClientError

from domain.people import tombstone_store, tombstones
from domain.people.profiles import Profile
from toolkit import clients
from toolkit.dynamo import cancellation_reasons, lost_race, to_item


def put(profiles_table: str, profile: Profile) -> Any:
    """The part of a transaction that writes a profile, if the person has none."""
    return {
        "Put": {
            "TableName": profiles_table,
            "Item": to_item(profile.to_stored()),
            "ConditionExpression": "attribute_not_exists(userId)",
        }
    }


def create(profiles_table: str, profile: Profile) -> Profile | None:
    """Write a new profile: one TransactWriteItems. None if another request created it first.

    Raises:
        Erased: the person is being or has been erased.
    """
    writes: list[Any] = [
        put(profiles_table, profile),
        tombstone_store.none_for(profiles_table, profile.user_id),
    ]
    try:
        clients.dynamodb().transact_write_items(TransactItems=writes)
    except ClientError as error:
        # By position in `writes`: the second is the check for a tombstone.
        if cancellation_reasons(error)[1:] == ("ConditionalCheckFailed",):
            raise tombstones.Erased from error
        if lost_race(error):
            return None
        raise
    return profile
