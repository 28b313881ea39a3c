"""Writes a lesson's content into its course: one conditional UpdateItem.

The course's `version` does not change: an upload is not an edit, and must not turn an instructor's unsaved changes
into a conflict.
"""

from botocore.exceptions import ClientError

from domain.content_paths import UploadKey
from toolkit import clients, clock
from toolkit.dynamo import condition_failed, retry_conflicts, to_item


class LessonContentTable:
    """The lessons' content in the courses table."""

    def __init__(self, courses_table: str) -> None:
        self._courses = courses_table

    def set_content(self, upload: UploadKey, key: str, uploaded_at: str) -> bool:
        """Set the lesson's content if the lesson exists, fits and has nothing newer; whether it was set."""
        try:
            retry_conflicts(
                lambda: clients.dynamodb().update_item(
                    TableName=self._courses,
                    Key=to_item({"courseId": upload.course_id}),
                    UpdateExpression="SET lessons.#lesson.contentKey = :key, "
                    "lessons.#lesson.uploadedAt = :at, updatedAt = :now",
                    ConditionExpression="lessons.#lesson.premium = :premium "
                    "AND lessons.#lesson.contentType = :type "
                    "AND (attribute_not_exists(lessons.#lesson.uploadedAt) "
                    "OR lessons.#lesson.uploadedAt <= :at)",
                    ExpressionAttributeNames={"#lesson": upload.lesson_id},
                    ExpressionAttributeValues=to_item(
                        {
                            ":key": key,
                            ":at": uploaded_at,
                            ":now": clock.now(),
                            ":premium": upload.premium,
                            ":type": upload.content_type,
                        }
                    ),
                )
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True
