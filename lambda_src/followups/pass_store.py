"""Unfinished passes in the courses table: one small item for each course that has one.

Its key is none that a course can have, and no index has it. A change of its `slice` is what calls the function again:
a first write of the item is none, since the stream tells the function of no new items.
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from followups.pass_rules import Pass, Place, Places
from toolkit import clients
from toolkit.dynamo import Item, condition_failed, from_item, item_of, to_item

_PREFIX = "pass#"
# An item with a lower number was made, but nothing has called the function for it.
_FIRST_SLICE = 2
_NAMES = {
    "#slice": "slice",
    "#asked": "asked",
    "#since": "since",
    "#places": "places",
    "#touched": "touchedAt",
    # By this attribute, the function's filter recognises what it is told of: education/functions/event_functions.py.
    "#created": "createdAt",
}


def key_of(course_id: str) -> dict[str, str]:
    """The key of a course's unfinished pass."""
    return {"courseId": _PREFIX + course_id}


def is_pass(item: Mapping[str, Any]) -> bool:
    """Whether an item of the courses table is an unfinished pass."""
    return bool(item["courseId"].startswith(_PREFIX))


def slice_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, int] | None:
    """The course, and the number of the slice whose turn a change of an unfinished pass brings; None if an edit has
    only asked for the pass."""
    if after["slice"] == before["slice"]:
        return None
    return after["courseId"].removeprefix(_PREFIX), after["slice"]


class PassTable:
    """The PassItems of followups.pass_rules in DynamoDB."""

    def __init__(self, courses_table: str) -> None:
        self._table = courses_table

    def join(self, course_id: str, now: str, forgotten_before: str) -> bool:
        """One UpdateItem, and another one for a pass that was forgotten, or whose beginning was interrupted."""
        try:
            self._update(
                course_id,
                "ADD #asked :one",
                {":one": 1, ":before": forgotten_before, ":first": _FIRST_SLICE},
                "#touched > :before AND #slice >= :first",
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return item_of(error) is not None and self._go_on_at_once(course_id, now)
        return True

    def _go_on_at_once(self, course_id: str, now: str) -> bool:
        """False if the pass has ended meanwhile."""
        try:
            self._update(
                course_id,
                "ADD #asked :one, #slice :one SET #touched = :now",
                {":one": 1, ":now": now},
                "attribute_exists(#created)",
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return False
        return True

    def begin(self, course_id: str, places: Places, now: str) -> None:
        """Two UpdateItem: the second one changes the slice, which calls the function again."""
        self._update(
            course_id,
            "SET #places = :places, #since = :first, #touched = :now, #created = :now ADD #asked :one, #slice :one",
            {":places": _stored(places), ":first": 1, ":now": now, ":one": 1},
        )
        self._update(course_id, "ADD #slice :one", {":one": 1})

    def find(self, course_id: str) -> Pass | None:
        """One GetItem."""
        answer = clients.dynamodb().get_item(
            TableName=self._table, Key=to_item(key_of(course_id)), ConsistentRead=True
        )
        return _pass(course_id, from_item(answer["Item"])) if "Item" in answer else None

    def go_on(self, unfinished: Pass, now: str) -> None:
        """One UpdateItem."""
        try:
            self._update(
                unfinished.course_id,
                "SET #places = :places, #since = :since, #touched = :now, #slice = :slice",
                {
                    ":places": _stored(unfinished.places),
                    ":since": unfinished.since,
                    ":now": now,
                    ":slice": unfinished.slice,
                    ":before": unfinished.slice - 1,
                },
                "#slice = :before",
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def finish(self, done: Pass) -> bool:
        """One DeleteItem."""
        try:
            clients.dynamodb().delete_item(
                TableName=self._table,
                Key=to_item(key_of(done.course_id)),
                ConditionExpression="attribute_not_exists(courseId) OR (#asked = :since AND #slice = :slice)",
                ExpressionAttributeNames={name: _NAMES[name] for name in ("#asked", "#slice")},
                ExpressionAttributeValues=to_item({":since": done.since, ":slice": done.slice}),
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return False
        return True

    def _update(
        self, course_id: str, update: str, values: Mapping[str, Any], condition: str | None = None
    ) -> None:
        expressions = f"{update} {condition or ''}"
        more: Any = {"ConditionExpression": condition} if condition else {}
        clients.dynamodb().update_item(
            TableName=self._table,
            Key=to_item(key_of(course_id)),
            UpdateExpression=update,
            ExpressionAttributeNames={name: path for name, path in _NAMES.items() if name in expressions},
            ExpressionAttributeValues=to_item(values),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **more,
        )


def _stored(places: Places) -> dict[str, Any]:
    return {
        partition: {"sortKey": place.sort_key, "userId": place.user_id} if place else None
        for partition, place in places.items()
    }


def _pass(course_id: str, item: Item) -> Pass:
    return Pass(
        course_id=course_id,
        slice=item["slice"],
        asked=item["asked"],
        since=item["since"],
        places={
            partition: Place(stored["sortKey"], stored["userId"]) if stored else None
            for partition, stored in item["places"].items()
        },
    )
