"""The DynamoDB side of progress: conditional updates of single items, and the transaction of the first
position or the first launch in a lesson.

The rules decide what is written; this module translates it into expressions.
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from domain import course_store
from domain.courses import Course
from domain.enrollments import store as enrollments
from domain.enrollments.model import (
    ACTIVE,
    COMPLETED,
    ROSTER_INDEX,
    EnrollmentRecord,
    Position,
    waitlist_key,
)
from domain.people import tombstone_store
from domain.people.tombstones import Erased
from domain.positions.model import LessonPosition
from domain.positions.store import PositionTable
from domain.runtime.model import Runtime
from domain.runtime.store import RuntimeTable, Saved
from toolkit import clients
from toolkit.dynamo import (
    cancellation_reasons,
    condition_failed,
    contended,
    lost_race,
    to_item,
)
from toolkit.reads import query_once


class ProgressTable:
    """The ProgressStore of progress.rules and the LaunchStore of progress.launches in DynamoDB."""

    def __init__(
        self,
        *,
        courses_table: str,
        progress_table: str,
        positions_table: str,
        runtime_table: str,
        profiles_table: str,
    ) -> None:
        self._courses_table = courses_table
        self._progress_table = progress_table
        self._profiles_table = profiles_table
        self._positions = PositionTable(positions_table=positions_table, progress_table=progress_table)
        self._runtime = RuntimeTable(runtime_table)

    def recent_course(self, course_id: str) -> tuple[Course | None, bool]:
        """The course, up to course_store.CACHE_SECONDS old, and whether it was read now: at most one GetItem."""
        return course_store.find_recent(self._courses_table, course_id)

    def course(self, course_id: str) -> Course | None:
        """The course as it is now: one GetItem."""
        return course_store.find_now(self._courses_table, course_id)

    def load(self, user_id: str, course_id: str) -> tuple[Course | None, EnrollmentRecord | None]:
        """The course and the student's record as they are now: one BatchGetItem."""
        return enrollments.load(self._courses_table, self._progress_table, user_id, course_id)

    def record(self, user_id: str, course_id: str) -> EnrollmentRecord | None:
        """The student's record as it is now: one GetItem."""
        return enrollments.find(self._progress_table, user_id, course_id)

    def positions(self, user_id: str, course_id: str) -> Mapping[str, Position]:
        """The student's positions in a course as they are now: one Query."""
        return self._positions.of_course(user_id, course_id)

    def waiting_before(self, record: EnrollmentRecord, at_most: int) -> int:
        """One Query of the index, which counts `at_most` entries at most and reads nothing of them."""
        answer = query_once(
            {
                "TableName": self._progress_table,
                "IndexName": ROSTER_INDEX,
                "Select": "COUNT",
                "KeyConditionExpression": "courseShard = :waitlist AND completionPercentage < :since",
                "ExpressionAttributeValues": to_item(
                    {":waitlist": waitlist_key(record.course_id), ":since": record.waiting_since}
                ),
                "Limit": at_most,
            }
        )
        return int(answer["Count"])

    def advance(self, user_id: str, course_id: str, lesson_id: str, position: Position) -> bool:
        """One UpdateItem, which does not change a position that is newer or further."""
        return self._positions.advance(user_id, course_id, lesson_id, position)

    def begin(self, record: EnrollmentRecord, lesson_id: str, position: Position) -> bool:
        """One TransactWriteItems: the position, the latest activity in the record, and the check for a tombstone."""
        first = LessonPosition(record.user_id, record.course_id, lesson_id, position)
        return self._begin(record, lesson_id, position.at, self._positions.put_first(first))

    def _begin(self, record: EnrollmentRecord, lesson_id: str, at: str, put: Any) -> bool:
        """Write the first item of a student in a lesson. False if it exists by now, or if the record has changed."""
        activity_at, last_lesson_id = record.latest(lesson_id, at)
        changes = {
            "lastActivityAt": activity_at,
            **({} if last_lesson_id is None else {"lastLessonId": last_lesson_id}),
            "revision": record.revision + 1,
        }
        update: Any = {
            "TableName": self._progress_table,
            "Key": to_item({"userId": record.user_id, "courseId": record.course_id}),
            "UpdateExpression": "SET " + ", ".join(f"{name} = :{name}" for name in changes),
            # The rules have seen that a student with this revision is enrolled.
            "ConditionExpression": "revision = :before",
            "ExpressionAttributeValues": to_item(
                {":before": record.revision, **{f":{name}": value for name, value in changes.items()}}
            ),
        }
        writes: list[Any] = [
            tombstone_store.none_for(self._profiles_table, record.user_id),
            put,
            {"Update": update},
        ]
        try:
            clients.dynamodb().transact_write_items(TransactItems=writes)
        except ClientError as error:
            if not lost_race(error):
                raise
            if cancellation_reasons(error)[:1] == ("ConditionalCheckFailed",):
                raise Erased from error
            return False
        return True

    def launch(self, user_id: str, course_id: str, lesson_id: str) -> Runtime | None:
        """Begin the next launch of a lesson; None if there was none before: one UpdateItem."""
        return self._runtime.launch(user_id, course_id, lesson_id)

    def begin_launches(self, record: EnrollmentRecord, first: Runtime) -> bool:
        """One TransactWriteItems: the run-time data, the latest activity in the record, and the check for a
        tombstone."""
        return self._begin(record, first.lesson_id, first.saved_at, self._runtime.put_first(first))

    def save_runtime(self, saved: Runtime) -> bool | None:
        """One UpdateItem. True if it is stored, False if a later save is, None if it is not the latest launch."""
        outcome = self._runtime.save(saved)
        return None if outcome is Saved.OTHER_LAUNCH else outcome is not Saved.LATE

    def save(self, before: EnrollmentRecord, after: EnrollmentRecord) -> bool:
        """One UpdateItem of exactly the attributes that differ, on condition of the revision."""
        sets: dict[str, Any] = {"revision": after.revision}
        for attribute, old, new in (
            ("completionPercentage", before.percentage, after.percentage),
            ("lastActivityAt", before.activity_at, after.activity_at),
            ("lastLessonId", before.last_lesson_id, after.last_lesson_id),
            ("completedLessons", before.completed, after.completed),
            ("completedAt", before.completed_at, after.completed_at),
            ("#status", before.status, after.status),
        ):
            if old != new:
                sets[attribute] = new
        if before.results != after.results:
            sets |= after.results_to_store()
        values = {f":value{number}": value for number, value in enumerate(sets.values())}
        assignments = (f"{name} = :value{number}" for number, name in enumerate(sets))
        try:
            clients.dynamodb().update_item(
                TableName=self._progress_table,
                Key=to_item({"userId": before.user_id, "courseId": before.course_id}),
                UpdateExpression="SET " + ", ".join(assignments),
                ConditionExpression="#status IN (:active, :completed) AND revision = :before",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=to_item(
                    {":active": ACTIVE, ":completed": COMPLETED, ":before": before.revision, **values}
                ),
            )
        except ClientError as error:
            # A transaction on the same record, for example a withdrawal, may be in progress.
            if condition_failed(error) or contended(error):
                return False
            raise
        return True
