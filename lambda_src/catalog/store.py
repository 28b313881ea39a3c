"""Courses in DynamoDB: one item per course, with its lessons in a map. Lists of courses are in catalog.list_store.

Every write of a course is conditional, changes only its own attributes and raises the version. If the answer to a write
is lost, the AWS client sends the write again and its condition fails. Such a write is recognised by the item that the
first attempt wrote. What enrolments depend on is also in the course's admission item (domain.enrollments.admission):
both are written in one transaction.
`catalogue` is set only while a course is published, so that the index contains only published courses.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from catalog.rules import WriteRefused
from domain import course_store
from domain.audit import AuditEntry
from domain.audit_store import AuditTable
from domain.course_store import PUBLISHED_IN
from domain.courses import PUBLISHED, Course, is_course
from domain.enrollments import admission_store
from domain.enrollments.admission import COPIED, count_key_of, first_of, key_of, starts_counting
from domain.people import tombstone_store
from domain.people.tombstones import Erased
from toolkit import clients, texts
from toolkit.dynamo import (
    Item,
    cancellation_reasons,
    condition_failed,
    contended,
    from_item,
    item_of,
    retry_conflicts,
    to_item,
)
from toolkit.reads import batch_get
from toolkit.retries import Retries

_OPTIONAL = frozenset({"capacity", "opensAt", "closesAt"})


class CourseTable:
    """The courses table. The profiles table is used only to check for tombstones."""

    def __init__(self, name: str, *, profiles_table: str, audit: AuditTable) -> None:
        self._name = name
        self._profiles_table = profiles_table
        self._audit = audit

    def find(self, course_id: str, *, with_seats: bool = False) -> Course | None:
        """One course as it is now, also right after a write: one GetItem, with its seats one BatchGetItem."""
        if not with_seats:
            return course_store.find(self._name, course_id, consistent=True)
        keys = [{"courseId": course_id}, key_of(course_id), count_key_of(course_id)]
        items = batch_get({self._name: keys})[self._name]
        course = next((Course.from_stored(item) for item in items if is_course(item)), None)
        if course is None:
            return None
        seats = admission_store.seats_in(self._name, [course_id], items)[course_id]
        return replace(course, seats_taken=seats.taken, waitlisted=seats.waitlisted)

    def create(self, fields: Mapping[str, Any], now: str) -> Course:
        """Write a new course at version 1, or return the one that its owner has created under this id before.

        Raises:
            Erased: its owner has been erased.
        """
        beginning = {"version": 1, "lessons": {}, "lessonCount": 0, "createdAt": now, "updatedAt": now}
        item = {**fields, **beginning}
        put = {
            "TableName": self._name,
            "Item": to_item(item),
            "ConditionExpression": "attribute_not_exists(courseId)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        course = Course.from_stored(item)
        writes: list[Any] = [
            {"Put": put},
            tombstone_store.none_for(self._profiles_table, item["ownerId"]),
            admission_store.creation_of(self._name, first_of(course)),
        ]
        try:
            retry_conflicts(lambda: clients.dynamodb().transact_write_items(TransactItems=writes))
        except ClientError as error:
            # By position in `writes`: the second is the check for a tombstone.
            if cancellation_reasons(error)[1:2] == ("ConditionalCheckFailed",):
                raise Erased from error
            found = item_of(error)
            if found is None:
                raise
            return self.find(found["courseId"], with_seats=True) or Course.from_stored(found)
        return course

    def update(
        self, course: Course, changes: Mapping[str, Any], now: str, entry: AuditEntry | None = None
    ) -> Course:
        """Change fields of a course that still has the version that was read; None removes an optional field.

        One UpdateItem, or one TransactWriteItems with the admission item and an audit entry.

        Raises:
            WriteRefused: the course has another version, or does not exist.
        """
        course_id, version = course.course_id, course.version
        names = {"#version": "version", "#updatedAt": "updatedAt"}
        values: dict[str, Any] = {":seen": version, ":one": 1, ":now": now}
        assignments = ["#version = #version + :one", "#updatedAt = :now"]
        removals = []
        order = changes.get("lessonOrder")
        changes = {field: value for field, value in changes.items() if field != "lessonOrder"}
        if order:
            # Short names: an expression has at most 4 KB, and a course up to 200 lessons.
            names |= {"#l": "lessons", "#p": "position"} | {f"#{n}": each for n, each in enumerate(order)}
            values |= {f":{n}": n for n in range(len(order))}
            assignments += [f"#l.#{n}.#p=:{n}" for n in range(len(order))]
        for field, value in changes.items():
            names[f"#{field}"] = field
            if value is None and field in _OPTIONAL:
                removals.append(f"#{field}")
            else:
                values[f":{field}"] = value
                assignments.append(f"#{field} = :{field}")
        status = changes.get("status")
        if status is not None:
            names["#catalogue"] = "catalogue"
        if status == PUBLISHED:
            # The first publication counts: a course that is published again keeps its place in the catalogue.
            names["#publishedAt"] = "publishedAt"
            values |= {":catalogue": PUBLISHED_IN, ":publishedAt": f"{now}#{course_id}"}
            assignments += [
                "#catalogue = :catalogue",
                "#publishedAt = if_not_exists(#publishedAt, :publishedAt)",
            ]
        elif status is not None:
            removals.append("#catalogue")
        expression = "SET " + ", ".join(assignments)
        if removals:
            expression += " REMOVE " + ", ".join(removals)

        def is_done(found: Item) -> bool:
            asked_for = all(found.get(field) == value for field, value in changes.items())
            return found["version"] == version + 1 and asked_for and _has_order(found, order)

        update = self._update(course_id, expression, "#version = :seen", names, values)
        if not any(field in COPIED for field in changes):
            after = self._write(update, is_done)
            return replace(after, seats_taken=course.seats_taken, waitlisted=course.waitlisted)
        counting_since = now if starts_counting(course, changes.get("capacity")) else None
        copy = admission_store.update_of(
            self._name, course_id, version + 1, changes, counting_since=counting_since
        )
        audit: list[Any] = [] if entry is None else [{"Put": self._audit.put(entry)}]
        return self._write_both([{"Update": update}, copy, *audit], _ordered(course, order), changes, is_done)

    def _update(
        self,
        course_id: str,
        expression: str,
        condition: str,
        names: Mapping[str, str],
        values: Mapping[str, Any],
    ) -> Any:
        """The parameters of the UpdateItem of an existing course."""
        return {
            "TableName": self._name,
            "Key": to_item({"courseId": course_id}),
            "UpdateExpression": expression,
            "ConditionExpression": f"attribute_exists(courseId) AND {condition}",
            "ExpressionAttributeNames": dict(names),
            "ExpressionAttributeValues": to_item(values),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _write(self, update: Any, is_done: Callable[[Item], bool]) -> Course:
        """Update an existing course. `is_done` says of a stored course with this write's time whether this write
        has been carried out before."""
        try:
            answer = retry_conflicts(lambda: clients.dynamodb().update_item(**update, ReturnValues="ALL_NEW"))
        except ClientError as error:
            return _found_done(error, update, is_done)
        return Course.from_stored(from_item(answer["Attributes"]))

    def _write_both(
        self, writes: list[Any], course: Course, changes: Mapping[str, Any], is_done: Callable[[Item], bool]
    ) -> Course:
        """Update an existing course and its admission item. A transaction returns nothing, so the answer is what was
        read, with the changes."""
        update = writes[0]["Update"]

        def attempt() -> bool | None:
            try:
                clients.dynamodb().transact_write_items(TransactItems=writes)
            except ClientError as error:
                if condition_failed(error):
                    raise
                if cancellation_reasons(error)[1:2] == ("ConditionalCheckFailed",):
                    admission_store.adopt(self._name, course.course_id)
                    return None
                if contended(error):
                    return None
                raise
            return True

        try:
            Retries().until_answer(attempt)
        except ClientError as error:
            return _found_done(error, update, is_done)
        return _after(course, changes, from_item(update["ExpressionAttributeValues"])[":now"])


def _found_done(error: ClientError, update: Any, is_done: Callable[[Item], bool]) -> Course:
    """The course, if a refused update has been carried out before.

    Raises:
        WriteRefused: another request has changed the course, or there is none.
        ClientError: the error is something else.
    """
    if not condition_failed(error):
        raise error
    found = item_of(error)
    now = from_item(update["ExpressionAttributeValues"])[":now"]
    if found and found["updatedAt"] == now and is_done(found):
        return Course.from_stored(found)
    raise WriteRefused(Course.from_stored(found) if found else None) from error


def _has_order(item: Item, order: Sequence[str] | None) -> bool:
    """Whether the lessons of a stored course have the positions of an order."""
    return all(item["lessons"].get(each, {}).get("position") == n for n, each in enumerate(order or ()))


def _ordered(course: Course, order: Sequence[str] | None) -> Course:
    """The course with its lessons in an order."""
    if not order:
        return course
    lessons = (course.require_lesson(lesson_id)._replace(position=n) for n, lesson_id in enumerate(order))
    return replace(course, lessons=tuple(lessons))


def _after(course: Course, changes: Mapping[str, Any], now: str) -> Course:
    """The course after an edit."""
    fields = {
        "title": "title",
        "summary": "summary",
        "status": "status",
        "capacity": "capacity",
        "opensAt": "opens_at",
        "closesAt": "closes_at",
        "archivedFrom": "archived_from",
    }
    changed: dict[str, Any] = {fields[name]: value for name, value in changes.items()}
    changed |= {name: texts.shown(changed[name]) for name in ("title", "summary") if name in changed}
    published_at = course.published_at
    if changes.get("status") == PUBLISHED and published_at is None:
        published_at = f"{now}#{course.course_id}"
    return replace(
        course,
        **changed,
        version=course.version + 1,
        updated_at=now,
        published_at=published_at,
    )
