"""Names and e-mail addresses of the people on a roster: the copies in the records, or else from the profiles table."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from domain.people.tombstones import key_of
from domain.rosters import contact_store, hidden_store
from domain.rosters.contacts import Contact
from enrollment.roster_rules import RosterEntry
from toolkit import clients, log
from toolkit.dynamo import condition_failed, to_item
from toolkit.problems import is_dependency_failure
from toolkit.reads import batch_get, in_batches

# As many as the connections that one client keeps open.
_CALLS_AT_ONCE = 10
# A longer table of students without copies gets the others when it is read again.
_MOST_COPIES = 500


class ContactTable:
    """The ContactStore of enrollment.roster_rules."""

    def __init__(self, *, profiles_table: str, progress_table: str) -> None:
        self._profiles_table = profiles_table
        self._progress_table = progress_table

    def find(self, course_id: str, entries: Sequence[RosterEntry]) -> dict[str, Contact | None]:
        """Contacts by user id: None for people who have no profile yet. People who are being or have been erased are
        left out.

        One BatchGetItem, whatever the number of people. For those without a copy in their record: one BatchGetItem for
        each 100 of them, another one for those of them without a profile, and one UpdateItem each, which writes the
        copy.

        Raises:
            Unavailable: DynamoDB is throttling.
        """
        hidden = hidden_store.hidden_among(self._profiles_table, [entry.user_id for entry in entries])
        shown = [entry for entry in entries if entry.user_id not in hidden]
        without = [entry.user_id for entry in shown if entry.contact is None]
        found = self._from_profiles(without)
        self._copy(course_id, found)
        return {entry.user_id: entry.contact for entry in shown if entry.contact is not None} | found

    def _from_profiles(self, user_ids: Sequence[str]) -> dict[str, Contact | None]:
        batches = list(in_batches(user_ids))
        if len(batches) < 2:
            found = [self._find_some(batch) for batch in batches]
        else:
            found = list(_pool().map(self._find_some, batches))
        return {user_id: contact for contacts in found for user_id, contact in contacts.items()}

    def _find_some(self, user_ids: Sequence[str]) -> dict[str, Contact | None]:
        found = contact_store.find(self._profiles_table, user_ids)
        contacts = {user_id: contact for user_id, contact in found.items() if contact is not None}
        # The index of the roster may be a moment late. So it may still have people whose profiles were erased already.
        without = [user_id for user_id in user_ids if user_id not in found]
        return {**contacts, **dict.fromkeys(self._not_erased(without))}

    def _not_erased(self, user_ids: Sequence[str]) -> list[str]:
        if not user_ids:
            return []
        keys = {user_id: key_of(user_id) for user_id in user_ids}
        table = self._profiles_table
        found = batch_get({table: list(keys.values())}, attributes=("userId",))[table]
        return [user_id for user_id, key in keys.items() if key not in found]

    def _copy(self, course_id: str, found: Mapping[str, Contact | None]) -> None:
        """Write the copies that were missing. If that fails, the roster is shown all the same, and the next read tries
        again."""
        missing = [(user_id, contact) for user_id, contact in found.items() if contact is not None]
        writes = [
            _pool().submit(self._copy_one, course_id, user_id, contact)
            for user_id, contact in missing[:_MOST_COPIES]
        ]
        wait(writes)  # no thread may go on after the function has answered
        for write in writes:
            write.result()

    def _copy_one(self, course_id: str, user_id: str, contact: Contact) -> None:
        copy = contact.to_stored()
        update: Any = {
            "TableName": self._progress_table,
            "Key": to_item({"userId": user_id, "courseId": course_id}),
            "UpdateExpression": "SET "
            + ", ".join(f"{name} = :{name}" for name in copy)
            + " ADD revision :one",
            # Not for a student who has just left or was erased, and not where a newer copy has come meanwhile.
            "ConditionExpression": "attribute_exists(courseShard) AND attribute_not_exists(displayName)",
            "ExpressionAttributeValues": to_item(
                {":one": 1, **{f":{name}": value for name, value in copy.items()}}
            ),
        }
        try:
            clients.dynamodb().update_item(**update)
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and condition_failed(error):
                return
            if not is_dependency_failure(error):
                raise
            log.write("WARNING", "a name was not copied", where=log.where(error))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="contacts")
