"""What the admissions function writes besides changes of seats: corrections of single records."""

from typing import Any

from botocore.exceptions import ClientError

from admissions.rules import counted_anew
from domain import course_store
from domain.courses import Course
from domain.enrollments.counting_store import CountingTable
from domain.enrollments.model import WAITLISTED, EnrollmentRecord
from domain.enrollments.results import update_of
from toolkit import clients
from toolkit.dynamo import condition_failed, contended, item_of, to_item
from toolkit.retries import Retries


class AdmissionsTable(CountingTable):
    """The AdmissionsStore of admissions.rules in DynamoDB."""

    def course_now(self, course_id: str) -> Course | None:
        """The course with its lessons as it is now: one GetItem."""
        return course_store.find(self._courses_table, course_id, consistent=True)

    def correct(self, record: EnrollmentRecord, title: str, course: Course | None) -> None:
        """Give a record the course's title, and what follows from its lessons: one UpdateItem, more if the student
        writes meanwhile. A record that was deleted stays so, and one that was withdrawn stays as it is."""
        latest = record

        def attempt() -> bool | None:
            nonlocal latest
            if not (latest.is_enrolled or latest.status == WAITLISTED):
                return True
            corrected = counted_anew(latest, title, course)
            try:
                clients.dynamodb().update_item(**self._correction(latest, corrected))
            except ClientError as error:
                if contended(error):
                    return None
                if not condition_failed(error):
                    raise
                found = item_of(error)
                if found is None:
                    return True
                latest = EnrollmentRecord.from_stored(found)
                return None
            return True

        Retries().until_answer(attempt)

    def _correction(self, record: EnrollmentRecord, corrected: EnrollmentRecord) -> Any:
        # While a student waits, `completionPercentage` is a time: see domain.enrollments.model.
        name = "keptPercentage" if record.status == WAITLISTED else "completionPercentage"
        update, values = (
            update_of(corrected.results_to_store()) if corrected.uncounted != record.uncounted else ("", {})
        )
        return {
            "TableName": self._progress_table,
            "Key": to_item({"userId": record.user_id, "courseId": record.course_id}),
            "UpdateExpression": (
                f"SET {name} = :percentage, courseTitle = :title, revision = revision + :one{update}"
            ),
            "ConditionExpression": "revision = :before",
            "ExpressionAttributeValues": to_item(
                {
                    ":percentage": corrected.percentage,
                    ":title": corrected.course_title,
                    ":one": 1,
                    ":before": record.revision,
                    **values,
                }
            ),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
