"""The DynamoDB side of `bulk`: one transaction for each group of people, conditions instead of locks."""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from domain.courses import PUBLISHED, Course
from domain.enrollments.bulk import Admission, Refusal
from domain.enrollments.model import Record
from domain.enrollments.store import SAME_VERSION, Places
from domain.people import tombstone_store
from toolkit import clients
from toolkit.dynamo import cancellation_reasons, from_item, lost_race, to_item
from toolkit.errors import Unavailable

# A condition cannot add, so the room for a group is checked against the capacity that was seen.
_ROOM = (
    "(attribute_not_exists(#capacity) OR"
    " (#capacity = :capacity AND (attribute_not_exists(seatsTaken) OR seatsTaken <= :most)))"
)
_FULL = "(attribute_exists(#capacity) AND seatsTaken >= #capacity)"
_NOBODY_WAITS = "(attribute_not_exists(waitlisted) OR waitlisted = :zero)"
_ENTER = f"#status = :published AND {SAME_VERSION} AND {_NOBODY_WAITS} AND {_ROOM}"
_WAIT = f"#status = :published AND {SAME_VERSION} AND ({_FULL} OR waitlisted > :zero)"


class CohortPlaces(Places):
    """A Store of domain.enrollments.bulk in DynamoDB."""

    def look_all(self, user_ids: Sequence[str], course_id: str) -> tuple[Course | None, Mapping[str, Record]]:
        """The course and these people's records as they are now: one BatchGetItem.

        Raises:
            Unavailable: DynamoDB left some out because it is throttling.
        """
        keys = [to_item({"userId": user_id, "courseId": course_id}) for user_id in user_ids]
        answer = clients.dynamodb().batch_get_item(
            RequestItems={
                self._courses_table: {"Keys": [to_item({"courseId": course_id})], "ConsistentRead": True},
                self._progress_table: {"Keys": keys, "ConsistentRead": True},
            }
        )
        if answer.get("UnprocessedKeys"):
            raise Unavailable
        found: Mapping[str, Any] = answer["Responses"]
        courses = [Course.from_stored(from_item(item)) for item in found.get(self._courses_table, ())]
        records = [Record.from_stored(from_item(item)) for item in found.get(self._progress_table, ())]
        return next(iter(courses), None), {record.user_id: record for record in records}

    def admit(self, admission: Admission) -> Refusal | None:
        """One TransactWriteItems: the course's counter, the records, and that nobody of them was erased."""
        records = admission.records
        writes: list[Any] = [{"Update": self._counter(admission)}]
        writes += [{"Put": self._put(record)} for record in records]
        writes += [tombstone_store.none_for(self._profiles_table, record.user_id) for record in records]
        try:
            clients.dynamodb().transact_write_items(TransactItems=writes)
        except ClientError as error:
            if not lost_race(error):
                raise
            checks = cancellation_reasons(error)[1 + len(records) :]
            return Refusal(
                frozenset(
                    record.user_id
                    for record, reason in zip(records, checks, strict=True)
                    if reason == "ConditionalCheckFailed"
                )
            )
        return None

    def _counter(self, admission: Admission) -> Any:
        count = len(admission.records)
        values: dict[str, Any] = {
            ":zero": 0,
            ":published": PUBLISHED,
            ":count": count,
            ":seen": admission.seen,
        }
        if not admission.wait:
            # Without a capacity the two say "only if there still is none": a capacity is never 0.
            capacity = admission.capacity
            values |= {":capacity": capacity or 0, ":most": (capacity or 0) - count}
        return {
            "TableName": self._courses_table,
            "Key": to_item({"courseId": admission.course_id}),
            "UpdateExpression": f"ADD {'waitlisted' if admission.wait else 'seatsTaken'} :count",
            "ConditionExpression": _WAIT if admission.wait else _ENTER,
            "ExpressionAttributeNames": {
                "#status": "status",
                "#capacity": "capacity",
                "#version": "version",
            },
            "ExpressionAttributeValues": to_item(values),
        }
