"""What a sign-in needs of the profiles table: the user's profile and their address, read together."""

from botocore.exceptions import ClientError

from domain.addresses.rules import UNKNOWN, Address, key_of
from domain.addresses.store import AddressTable
from domain.people import profile_store
from domain.people.profiles import Profile
from domain.rosters.contacts import CHANGED_AT
from toolkit import clients, clock
from toolkit.dynamo import condition_failed, to_item
from toolkit.reads import batch_get
from toolkit.retries import Retries

# Cognito waits five seconds for the whole trigger.
_RETRY_SECONDS = 0.5


class SignInTable(AddressTable):
    """The profiles table."""

    def load(self, user_id: str, email: str) -> tuple[bool, Address]:
        """Whether a user has a profile, and what is stored about the address that they sign in with: one BatchGetItem.

        Raises:
            Unavailable: DynamoDB is throttling.
        """
        profile_key, address_key = {"userId": user_id}, key_of(email)
        found = batch_get({self._table: [profile_key, address_key]}, retries=Retries(_RETRY_SECONDS))[
            self._table
        ]
        items = {item["userId"]: item for item in found}
        address = items.get(address_key["userId"])
        return user_id in items, UNKNOWN if address is None else Address.from_stored(address)

    def note_unverified(self, user_id: str) -> None:
        """Give a user without a verified e-mail address a profile without one: one UpdateItem, and the first time one
        TransactWriteItems.

        Former versions stored the address of the token in the profile, verified or not, and rosters show it. A person
        without a profile would not be found by the sweep of deleted users.
        """
        try:
            clients.dynamodb().update_item(
                TableName=self._table,
                Key=to_item({"userId": user_id}),
                UpdateExpression=f"SET {CHANGED_AT} = :now REMOVE email",
                ConditionExpression="attribute_exists(email)",
                ExpressionAttributeValues=to_item({":now": clock.now()}),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            if not error.response.get("Item"):
                profile_store.create(self._table, Profile.first(user_id, "", clock.now()))
