"""The DynamoDB side of domain.enrollments.rules: one transaction per Change, conditions instead of locks.

Knows expressions and items, but not why anything is done.
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from domain import course_store, courses
from domain.courses import Course
from domain.enrollments.model import COMPLETION_INDEX, Record, waitlist_key
from domain.enrollments.rules import Change, Guard, Refusal
from domain.people import tombstone_store, tombstones
from toolkit import clients
from toolkit.dynamo import cancellation_reasons, from_item, lost_race, to_item
from toolkit.errors import Unavailable

_PUBLISHED = "#status = :published"
_OPEN = "(attribute_not_exists(opensAt) OR opensAt <= :now) AND (attribute_not_exists(closesAt) OR :now < closesAt)"
_FREE = "(attribute_not_exists(#capacity) OR attribute_not_exists(seatsTaken) OR seatsTaken < #capacity)"
_FITS = "(attribute_not_exists(#capacity) OR attribute_not_exists(seatsTaken) OR seatsTaken <= #capacity)"
_SOMEBODY_WAITS = "waitlisted > :zero"
_NOBODY_WAITS = "(attribute_not_exists(waitlisted) OR waitlisted = :zero)"

SAME_VERSION = "#version = :seen"

_CONDITIONS: Mapping[Guard, str] = {
    Guard.PLACE_FREE: f"{_PUBLISHED} AND {_OPEN} AND {_FREE} AND {_NOBODY_WAITS}",
    Guard.MUST_WAIT: f"{_PUBLISHED} AND {_OPEN} AND (NOT {_FREE} OR {_SOMEBODY_WAITS})",
    Guard.HAND_OVER: f"{_PUBLISHED} AND {_FITS} AND {_SOMEBODY_WAITS}",
    Guard.NO_HAND_OVER: f"attribute_exists(courseId) AND NOT ({_PUBLISHED} AND {_FITS} AND {_SOMEBODY_WAITS})",
    Guard.MOVE_UP: f"{_PUBLISHED} AND {_FREE} AND {_SOMEBODY_WAITS}",
    Guard.NOTHING: "attribute_exists(courseId)",
}

# Through these somebody comes in who may hold no record yet; all others go by a record that is there.
_ENTRANCES = frozenset({Guard.PLACE_FREE, Guard.MUST_WAIT})

# Words that DynamoDB reserves.
_NAMES = {"#status": "status", "#capacity": "capacity", "#version": "version"}


class Places:
    """A Store of domain.enrollments.rules in DynamoDB.

    Args:
        courses_table: name of the table of courses.
        progress_table: name of the table of records.
        profiles_table: name of the table of profiles, which says who has been erased.
        shards: over how many index partitions a course's roster is spread.
    """

    def __init__(self, *, courses_table: str, progress_table: str, profiles_table: str, shards: int) -> None:
        self._courses_table = courses_table
        self._progress_table = progress_table
        self._profiles_table = profiles_table
        self._shards = shards

    def course(self, course_id: str) -> Course | None:
        """The course, up to course_store.CACHE_SECONDS old: at most one GetItem."""
        return course_store.find_cached(self._courses_table, course_id)

    def look(self, user_id: str, course_id: str) -> tuple[Course | None, Record | None]:
        """The course and the student's record as they are now: one BatchGetItem."""
        return look(self._courses_table, self._progress_table, user_id, course_id)

    def first_waiting(self, course_id: str) -> Record | None:
        """Who has waited longest: one Query of the index, which may be a moment late."""
        answer = clients.dynamodb().query(
            TableName=self._progress_table,
            IndexName=COMPLETION_INDEX,
            KeyConditionExpression="courseShard = :waitlist",
            ExpressionAttributeValues=to_item({":waitlist": waitlist_key(course_id)}),
            Limit=1,
        )
        return next((Record.from_stored(from_item(item)) for item in answer["Items"]), None)

    def commit(self, change: Change) -> Refusal | None:
        """One TransactWriteItems: the course's counters and the records, all or nothing.

        Raises:
            Erased: whoever wants to enter has been erased meanwhile.
        """
        writes: list[Any] = [{"Update": self._counters(change)}]
        writes += [{"Put": self._put(record)} for record in change.records]
        if change.guard in _ENTRANCES:
            writes.append(tombstone_store.none_for(self._profiles_table, change.records[0].user_id))
        try:
            clients.dynamodb().transact_write_items(TransactItems=writes)
        except ClientError as error:
            if not lost_race(error):
                raise
            reasons = cancellation_reasons(error)
            if change.guard in _ENTRANCES and reasons[-1] == "ConditionalCheckFailed":
                raise tombstones.Erased from error
            return Refusal({record.user_id: record for record in _records_found(error)})
        return None

    def _counters(self, change: Change) -> Any:
        moves = {"seatsTaken": change.seats, "waitlisted": change.waiting}
        moves = {name: by for name, by in moves.items() if by}
        condition = _CONDITIONS[change.guard] + (f" AND {SAME_VERSION}" if change.seen is not None else "")
        names = {name: word for name, word in _NAMES.items() if name in condition}
        values = {":zero": 0, ":now": change.now, ":published": courses.PUBLISHED, ":seen": change.seen}
        return {
            "TableName": self._courses_table,
            "Key": to_item({"courseId": change.course_id}),
            "UpdateExpression": "ADD " + ", ".join(f"{name} :{name}" for name in moves),
            "ConditionExpression": condition,
            # DynamoDB refuses names and values that an expression does not use.
            **({"ExpressionAttributeNames": names} if names else {}),
            "ExpressionAttributeValues": to_item(
                {name: value for name, value in values.items() if name in condition}
                | {f":{name}": by for name, by in moves.items()}
            ),
        }

    def _put(self, record: Record) -> Any:
        put = {
            "TableName": self._progress_table,
            "Item": to_item(record.to_stored(self._shards)),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if record.revision == 1:
            return {**put, "ConditionExpression": "attribute_not_exists(userId)"}
        return {
            **put,
            "ConditionExpression": "revision = :before",
            "ExpressionAttributeValues": to_item({":before": record.revision - 1}),
        }


def look(
    courses_table: str, progress_table: str, user_id: str, course_id: str
) -> tuple[Course | None, Record | None]:
    """A course and a student's record in it as they are now: one BatchGetItem.

    Raises:
        Unavailable: DynamoDB left one of the two out because it is throttling.
    """
    answer = clients.dynamodb().batch_get_item(
        RequestItems={
            courses_table: {"Keys": [to_item({"courseId": course_id})], "ConsistentRead": True},
            progress_table: {
                "Keys": [to_item({"userId": user_id, "courseId": course_id})],
                "ConsistentRead": True,
            },
        }
    )
    if answer.get("UnprocessedKeys"):
        raise Unavailable
    found: Mapping[str, Any] = answer["Responses"]
    course = next((Course.from_stored(from_item(item)) for item in found.get(courses_table, ())), None)
    record = next((Record.from_stored(from_item(item)) for item in found.get(progress_table, ())), None)
    return course, record


def _records_found(error: ClientError) -> list[Record]:
    reasons: Any = error.response.get("CancellationReasons") or ()
    return [Record.from_stored(from_item(reason["Item"])) for reason in reasons if reason.get("Item")]
