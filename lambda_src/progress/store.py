"""The DynamoDB side of progress: conditional updates of single records.

The rules decide what is written; this module translates it into expressions.
"""

from typing import Any

from botocore.exceptions import ClientError

from domain import course_store
from domain.courses import Course
from domain.enrollments import store as enrollments
from domain.enrollments.model import ACTIVE, COMPLETED, EnrollmentRecord, Position
from progress.rules import Refused
from toolkit import clients
from toolkit.dynamo import condition_failed, from_item, item_of, to_item, transaction_conflict

_ENROLLED = "#status IN (:active, :completed)"
_ENROLLED_VALUES = {":active": ACTIVE, ":completed": COMPLETED}
_LESSON = "#lesson"


class ProgressTable:
    """The ProgressStore of progress.rules in DynamoDB."""

    def __init__(self, *, courses_table: str, progress_table: str) -> None:
        self._courses_table = courses_table
        self._progress_table = progress_table

    def cached_course(self, course_id: str) -> Course | None:
        """The course, up to course_store.CACHE_SECONDS old: at most one GetItem."""
        return course_store.find_cached(self._courses_table, course_id)

    def course(self, course_id: str) -> Course | None:
        """The course as it is now: one GetItem. The cached copy is dropped."""
        course_store.forget_cached(self._courses_table, course_id)
        return course_store.find(self._courses_table, course_id, consistent=True)

    def load(self, user_id: str, course_id: str) -> tuple[Course | None, EnrollmentRecord | None]:
        """The course and the student's record as they are now: one BatchGetItem."""
        return enrollments.load(self._courses_table, self._progress_table, user_id, course_id)

    def move(
        self, user_id: str, course_id: str, lesson_id: str, position: Position
    ) -> EnrollmentRecord | Refused:
        """One UpdateItem, which does not change a position that is newer or further."""
        stored = f"positions.{_LESSON}"
        return self._update(
            user_id,
            course_id,
            update=f"SET {stored} = :position ADD revision :one",
            condition=(
                f"{_ENROLLED} AND (attribute_not_exists({stored}) OR {stored}.#at < :at"
                f" OR ({stored}.#at = :at AND {stored}.#seconds < :seconds))"
            ),
            names={_LESSON: lesson_id, "#at": "at", "#seconds": "seconds"},
            values={
                ":position": {"seconds": position.seconds, "at": position.at},
                ":one": 1,
                ":at": position.at,
                ":seconds": position.seconds,
            },
        )

    def save(self, before: EnrollmentRecord, after: EnrollmentRecord) -> Refused | None:
        """One UpdateItem of exactly the attributes that differ, on condition of the revision."""
        sets: dict[str, Any] = {"revision": after.revision}
        names: dict[str, str] = {}
        values: dict[str, Any] = {":before": before.revision}
        for attribute, old, new in (
            ("completionPercentage", before.percentage, after.percentage),
            ("lastActivityAt", before.activity_at, after.activity_at),
            ("completedLessons", before.completed, after.completed),
            ("completedAt", before.completed_at, after.completed_at),
            ("#status", before.status, after.status),
        ):
            if old != new:
                sets[attribute] = new
        for number, (lesson_id, position) in enumerate(after.positions.items()):
            if before.positions.get(lesson_id) != position:
                names[f"#lesson{number}"] = lesson_id
                sets[f"positions.#lesson{number}"] = {"seconds": position.seconds, "at": position.at}
        assignments = []
        for number, (path, value) in enumerate(sets.items()):
            assignments.append(f"{path} = :value{number}")
            values[f":value{number}"] = value
        outcome = self._update(
            before.user_id,
            before.course_id,
            update="SET " + ", ".join(assignments),
            condition=f"{_ENROLLED} AND revision = :before",
            names=names,
            values=values,
        )
        return outcome if isinstance(outcome, Refused) else None

    def _update(
        self,
        user_id: str,
        course_id: str,
        *,
        update: str,
        condition: str,
        names: dict[str, str],
        values: dict[str, Any],
    ) -> EnrollmentRecord | Refused:
        try:
            answer = clients.dynamodb().update_item(
                TableName=self._progress_table,
                Key=to_item({"userId": user_id, "courseId": course_id}),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#status": "status", **names},
                ExpressionAttributeValues=to_item({**_ENROLLED_VALUES, **values}),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if condition_failed(error):
                found = item_of(error)
                return Refused(EnrollmentRecord.from_stored(found) if found else None)
            # A transaction on the same record, for example a withdrawal, is in progress.
            if transaction_conflict(error):
                return Refused(None, outcome_known=False)
            raise
        return EnrollmentRecord.from_stored(from_item(answer["Attributes"]))
