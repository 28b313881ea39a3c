"""What the trigger reads and writes of the profiles table: addresses, and profiles as they begin."""

from shared import clients, profiles
from shared.addresses import Addresses
from shared.caller import canonical_email
from shared.dynamo import from_item, to_item
from shared.profiles import Profile


class ArrivalTable(Addresses):
    """The profiles table."""

    def email_in_profile(self, user_id: str) -> str | None:
        """The address in somebody's profile, if there is one: one GetItem."""
        answer = clients.dynamodb().get_item(
            TableName=self._table,
            Key=to_item({"userId": user_id}),
            ConsistentRead=True,
            ProjectionExpression="email",
        )
        email = from_item(answer.get("Item") or {}).get("email")
        return None if email is None else canonical_email(email)

    def make_profile(self, profile: Profile) -> None:
        """Write a new profile, if there is none: one TransactWriteItems.

        Raises:
            Erased: the person is being or has been erased.
        """
        profiles.make(self._table, profile)
