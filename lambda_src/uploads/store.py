"""Writes a lesson's content into its course: one conditional UpdateItem.

The course's `version` stays: an arrival is not an edit, and must not turn an instructor's unsaved
changes into a conflict.
"""

from botocore.exceptions import ClientError

from domain.content_paths import UploadKey
from toolkit import clients, clock, retries
from toolkit.dynamo import condition_failed, to_item, transaction_conflict


class UploadTable:
    """The courses table, as far as arrivals change it."""

    def __init__(self, courses_table: str) -> None:
        self._courses = courses_table

    def set_content(self, upload: UploadKey, key: str, arrived_at: str) -> bool:
        """Set the lesson's content if the lesson is there, fits and has nothing newer; whether it was set."""
        for _ in retries.attempts():
            try:
                clients.dynamodb().update_item(
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
                            ":at": arrived_at,
                            ":now": clock.now(),
                            ":premium": upload.premium,
                            ":type": upload.content_type,
                        }
                    ),
                )
                return True
            except ClientError as error:
                if transaction_conflict(error):
                    continue
                if condition_failed(error):
                    return False
                raise
        raise AssertionError("attempts() raises when it ends")
