"""Reads from DynamoDB what decides about access to content, and notes in a lesson which form is open."""

from botocore.exceptions import ClientError

from domain import course_store
from domain.content_paths import UploadKey
from domain.courses import ARCHIVED, Course
from domain.enrollments.model import EnrollmentRecord
from toolkit import clients
from toolkit.dynamo import condition_failed, from_item, retry_conflicts, to_item


class ContentTable:
    """The courses and course progress tables."""

    def __init__(self, courses_table: str, progress_table: str) -> None:
        self._courses = courses_table
        self._progress = progress_table

    def course(self, course_id: str) -> Course | None:
        """One course as it is now: one GetItem."""
        return course_store.find(self._courses, course_id, consistent=True)

    def recent_course(self, course_id: str) -> tuple[Course | None, bool]:
        """One course, up to course_store.CACHE_SECONDS old, and whether it was read now: at most one GetItem."""
        return course_store.find_recent(self._courses, course_id)

    def is_enrolled(self, user_id: str, course_id: str) -> bool:
        """Whether a student is enrolled in a course now: one GetItem."""
        answer = clients.dynamodb().get_item(
            TableName=self._progress,
            Key=to_item({"userId": user_id, "courseId": course_id}),
            ConsistentRead=True,
        )
        wire = answer.get("Item")
        return EnrollmentRecord.from_stored(from_item(wire)).is_enrolled if wire else False

    def open_form(self, upload: UploadKey) -> bool:
        """Note a form in its lesson, in place of an earlier one: one UpdateItem. False if the lesson is gone or has
        changed, or if the course is archived.

        The course's `version` does not change, because a form is not an edit.
        """
        try:
            retry_conflicts(
                lambda: clients.dynamodb().update_item(
                    TableName=self._courses,
                    Key=to_item({"courseId": upload.course_id}),
                    UpdateExpression="SET lessons.#lesson.openForm = :form",
                    ConditionExpression="lessons.#lesson.premium = :premium "
                    "AND lessons.#lesson.contentType = :type AND #status <> :archived",
                    ExpressionAttributeNames={"#lesson": upload.lesson_id, "#status": "status"},
                    ExpressionAttributeValues=to_item(
                        {
                            ":form": {"uploadId": upload.upload_id},
                            ":premium": upload.premium,
                            ":type": upload.content_type,
                            ":archived": ARCHIVED,
                        }
                    ),
                )
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True
