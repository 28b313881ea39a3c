"""Reads from DynamoDB what decides about access to content: the course, and the student's record in it."""

from domain import course_store
from domain.courses import Course
from domain.enrollments.model import EnrollmentRecord
from toolkit import clients
from toolkit.dynamo import from_item, to_item


class ContentTable:
    """The courses and course progress tables, read only."""

    def __init__(self, courses_table: str, progress_table: str) -> None:
        self._courses = courses_table
        self._progress = progress_table

    def course(self, course_id: str) -> Course | None:
        """One course: one GetItem, never from a cache, so that a replaced file is used at once."""
        return course_store.find(self._courses, course_id, consistent=True)

    def is_enrolled(self, user_id: str, course_id: str) -> bool:
        """Whether a student is enrolled in a course now: one GetItem."""
        answer = clients.dynamodb().get_item(
            TableName=self._progress,
            Key=to_item({"userId": user_id, "courseId": course_id}),
            ConsistentRead=True,
        )
        wire = answer.get("Item")
        return EnrollmentRecord.from_stored(from_item(wire)).is_enrolled if wire else False
