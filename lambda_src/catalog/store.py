"""Courses in DynamoDB: one item per course, its lessons in a map inside. Lists of them stand in catalog.lists.

Every write is one conditional UpdateItem that touches only what it changes and raises the version. If only its
answer is lost, the client's second attempt fails the condition: such a write is known by what it left.
`catalogue` is set only while a course is published, which keeps the index to published courses.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from catalog.lists import PUBLISHED_IN
from domain import course_store
from domain.audit import AuditEntry
from domain.audit_store import AuditTable
from domain.courses import ARCHIVED, PUBLISHED, Course
from domain.people import tombstone_store, tombstones
from toolkit import clients, retries
from toolkit.dynamo import (
    Item,
    cancellation_reasons,
    condition_failed,
    from_item,
    item_of,
    to_item,
    transaction_conflict,
)

_OPTIONAL = frozenset({"capacity", "opensAt", "closesAt"})


@dataclass(frozen=True)
class LessonContent:
    """What an instructor says about a lesson."""

    title: str
    content_type: str
    premium: bool
    position: int

    def stored(self) -> dict[str, Any]:
        """The lesson as a new entry of the `lessons` map."""
        return {
            "title": self.title,
            "contentType": self.content_type,
            "premium": self.premium,
            "position": self.position,
        }


class WriteRefused(Exception):  # noqa: N818 - not an error yet: the rules decide what it means
    """A write's condition did not hold. `found` is the course as it was then, None when there was none."""

    def __init__(self, found: Course | None) -> None:
        super().__init__("condition not met")
        self.found = found


class CourseTable:
    """The courses table; the profiles table only says who has been erased."""

    def __init__(self, name: str, *, profiles_table: str, audit: AuditTable) -> None:
        self._name = name
        self._profiles_table = profiles_table
        self._audit = audit

    def find(self, course_id: str) -> Course | None:
        """One course as it is now, whoever has just written it: one GetItem."""
        return course_store.find(self._name, course_id, consistent=True)

    def create(self, fields: Mapping[str, Any], now: str) -> Course:
        """Write a new course at version 1; the one that is there where its owner has made it before.

        Raises:
            Erased: its owner has been erased.
        """
        item = {**fields, "version": 1, "lessons": {}, "createdAt": now, "updatedAt": now}
        writes: list[Any] = [
            {
                "Put": {
                    "TableName": self._name,
                    "Item": to_item(item),
                    "ConditionExpression": "attribute_not_exists(courseId)",
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
            tombstone_store.none_for(self._profiles_table, item["ownerId"]),
        ]
        for _ in retries.attempts():
            try:
                clients.dynamodb().transact_write_items(TransactItems=writes)
                break
            except ClientError as error:
                if cancellation_reasons(error)[1:] == ("ConditionalCheckFailed",):
                    raise tombstones.Erased from error
                if transaction_conflict(error):
                    continue
                found = item_of(error)
                if found is None:
                    raise
                return Course.from_stored(found)
        return Course.from_stored(item)

    def update(
        self,
        course_id: str,
        version: int,
        changes: Mapping[str, Any],
        now: str,
        entry: AuditEntry | None = None,
    ) -> Course:
        """Change fields of a course that still has this version; None removes an optional field.

        An audit entry is written in the same transaction, and the course read once more.
        """
        names = {"#version": "version", "#updatedAt": "updatedAt"}
        values: dict[str, Any] = {":seen": version, ":one": 1, ":now": now}
        assignments = ["#version = #version + :one", "#updatedAt = :now"]
        removals = []
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
            # The first publication counts: taking a course back for a correction does not renew it.
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

        def is_this(found: Item) -> bool:
            asked_for = all(found.get(field) == value for field, value in changes.items())
            return found["version"] == version + 1 and asked_for

        return self._write(course_id, expression, "#version = :seen", names, values, is_this, entry)

    def add_lesson(
        self,
        course_id: str,
        lesson_id: str,
        content: LessonContent,
        most: int,
        now: str,
        version: int | None = None,
    ) -> Course:
        """Add a lesson that is not there yet, while there are fewer than `most`.

        Here and below, `version` is what the course's version must be, None if it does not matter.
        """
        return self._write_lesson(
            course_id,
            lesson_id,
            "SET lessons.#lesson = :content",
            "attribute_not_exists(lessons.#lesson) AND size(lessons) < :most",
            {":content": content.stored(), ":most": most},
            now,
            lambda lesson: lesson == content.stored(),
            version,
        )

    def retitle_lesson(
        self, course_id: str, lesson_id: str, content: LessonContent, now: str, version: int | None = None
    ) -> Course:
        """Change title and position of a lesson that still has this content type and `premium`."""
        return self._write_lesson(
            course_id,
            lesson_id,
            "SET lessons.#lesson.title = :title, lessons.#lesson.#position = :position",
            "lessons.#lesson.contentType = :type AND lessons.#lesson.premium = :premium",
            {
                ":title": content.title,
                ":position": content.position,
                ":type": content.content_type,
                ":premium": content.premium,
            },
            now,
            lambda lesson: lesson is not None and lesson.items() >= content.stored().items(),
            version,
            {"#position": "position"},
        )

    def replace_lesson(
        self, course_id: str, lesson_id: str, content: LessonContent, now: str, version: int | None = None
    ) -> Course:
        """Put a lesson, without a file, in place of one that has another content type or `premium`."""
        return self._write_lesson(
            course_id,
            lesson_id,
            "SET lessons.#lesson = :content",
            # One that has this content type and `premium` by now has a file that fits.
            "attribute_exists(lessons.#lesson)"
            " AND NOT (lessons.#lesson.contentType = :type AND lessons.#lesson.premium = :premium)",
            {":content": content.stored(), ":type": content.content_type, ":premium": content.premium},
            now,
            lambda lesson: lesson == content.stored(),
            version,
        )

    def remove_lesson(self, course_id: str, lesson_id: str, now: str) -> Course:
        """Remove a lesson that is there."""
        return self._write_lesson(
            course_id,
            lesson_id,
            "REMOVE lessons.#lesson",
            "attribute_exists(lessons.#lesson)",
            {},
            now,
            lambda lesson: lesson is None,
        )

    def _write_lesson(
        self,
        course_id: str,
        lesson_id: str,
        change: str,
        condition: str,
        values: Mapping[str, Any],
        now: str,
        is_left: Callable[[Item | None], bool],
        version: int | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Course:
        """`is_left` says of a stored lesson whether it is what this write leaves."""
        bump = "#version = #version + :one, #updatedAt = :now"
        expression = f"{change}, {bump}" if change.startswith("SET ") else f"SET {bump} {change}"
        return self._write(
            course_id,
            expression,
            f"#status <> :archived AND {condition}" + ("" if version is None else " AND #version = :seen"),
            {"#lesson": lesson_id, "#version": "version", "#updatedAt": "updatedAt", "#status": "status"}
            | dict(names or {}),
            {**values, ":one": 1, ":now": now, ":archived": ARCHIVED}
            | ({} if version is None else {":seen": version}),
            lambda found: is_left(found["lessons"].get(lesson_id)),
        )

    def _write(
        self,
        course_id: str,
        expression: str,
        condition: str,
        names: Mapping[str, str],
        values: Mapping[str, Any],
        is_this: Callable[[Item], bool],
        entry: AuditEntry | None = None,
    ) -> Course:
        """`is_this` says of a stored course with this write's time whether it is what this write leaves."""
        update: Any = {
            "TableName": self._name,
            "Key": to_item({"courseId": course_id}),
            "UpdateExpression": expression,
            "ConditionExpression": f"attribute_exists(courseId) AND {condition}",
            "ExpressionAttributeNames": dict(names),
            "ExpressionAttributeValues": to_item(values),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        # Enrolments count places on the same item in transactions, which push other writes aside.
        for _ in retries.attempts():
            try:
                if entry is None:
                    answer = clients.dynamodb().update_item(**update, ReturnValues="ALL_NEW")
                    return Course.from_stored(from_item(answer["Attributes"]))
                writes: list[Any] = [{"Update": update}, {"Put": self._audit.put(entry)}]
                clients.dynamodb().transact_write_items(TransactItems=writes)
                break
            except ClientError as error:
                if transaction_conflict(error):
                    continue
                if not condition_failed(error):
                    raise
                found = item_of(error)
                if found and found["updatedAt"] == values[":now"] and is_this(found):
                    return Course.from_stored(found)
                raise WriteRefused(Course.from_stored(found) if found else None) from error
        # A transaction returns nothing.
        course = self.find(course_id)
        if course is None:
            raise WriteRefused(None)
        return course
