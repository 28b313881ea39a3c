"""Enrolments in DynamoDB: one transaction for each change of seats, with conditions instead of locks.

The rules decide what is written; this module translates it into items and expressions. The stores of the functions
read lists of enrolments.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from domain.audit_store import AuditTable
from domain.courses import PUBLISHED, Course, Lesson
from domain.enrollments import admission_store
from domain.enrollments.admission import Admission, is_admission, key_of
from domain.enrollments.guards import Guard, condition_of
from domain.enrollments.model import ROSTER_INDEX, WAITLISTED, EnrollmentRecord, waitlist_key
from domain.enrollments.seats import Refusal, SeatChange
from domain.people import tombstone_store
from domain.rosters import contact_store
from domain.rosters.contacts import Contact
from toolkit import clients, log
from toolkit.dynamo import cancellation_reasons, contended, from_item, lost_race, to_item
from toolkit.reads import batch_get, get_item, query_all

# Entries of the index that one read unit has room for.
_WAITING_AT_ONCE = 10


class EnrollmentTable:
    """The EnrollmentStore of domain.enrollments.rules, and the BulkEnrollmentStore of domain.enrollments.bulk.

    Args:
        courses_table: name of the table of courses.
        progress_table: name of the table of records.
        profiles_table: name of the table of profiles, which has the tombstones of erased people.
        shards: over how many index partitions a course's roster is spread.
        audit: where changes with audit entries write them; None in a function that makes no such change.
    """

    def __init__(
        self,
        *,
        courses_table: str,
        progress_table: str,
        profiles_table: str,
        shards: int,
        audit: AuditTable | None = None,
    ) -> None:
        self._courses_table = courses_table
        self._progress_table = progress_table
        self._profiles_table = profiles_table
        self._shards = shards
        self._trail = audit

    def arriving(self, user_id: str, course_id: str) -> tuple[Admission | None, Contact | None]:
        """The course's admission, up to admission_store.CACHE_SECONDS old, and the student's name and address: one
        BatchGetItem."""
        admission = admission_store.cached(self._courses_table, course_id)
        if admission is not None:
            return admission, self.contacts([user_id]).get(user_id)
        found = batch_get(
            {self._courses_table: [key_of(course_id)], self._profiles_table: [{"userId": user_id}]}
        )
        contact = contact_store.contacts_in(found[self._profiles_table]).get(user_id)
        admission = self._admissions([course_id], found[self._courses_table]).get(course_id)
        if admission is not None:
            admission_store.remember(self._courses_table, admission)
        return admission, contact

    def contacts(self, user_ids: Sequence[str]) -> dict[str, Contact | None]:
        """The names and addresses of up to 100 people: one BatchGetItem."""
        return contact_store.find(self._profiles_table, user_ids)

    def admission_now(self, course_id: str) -> Admission | None:
        """The course's admission as it is now: one GetItem."""
        return admission_store.find(self._courses_table, course_id)

    def recent_counted_ids(self, course_id: str) -> frozenset[str]:
        """The lessons that count, as of a moment ago: one BatchGetItem, for which every function has permission."""
        found = batch_get(
            {self._courses_table: [{"courseId": course_id}]}, consistent=False, attributes=("lessons",)
        )
        return frozenset(
            lesson_id
            for item in found[self._courses_table]
            for lesson_id, stored in item["lessons"].items()
            if Lesson.from_stored(lesson_id, stored).counts
        )

    def load(self, user_id: str, course_id: str) -> tuple[Admission | None, EnrollmentRecord | None]:
        """The course's admission and the student's record as they are now: one BatchGetItem.

        Raises:
            Unavailable: DynamoDB is throttling.
        """
        admission, records = self.load_all([user_id], course_id)
        return admission, records.get(user_id)

    def load_all(
        self, user_ids: Sequence[str], course_id: str
    ) -> tuple[Admission | None, dict[str, EnrollmentRecord]]:
        """The course's admission and these people's records as they are now, by user id: one BatchGetItem.

        Raises:
            Unavailable: DynamoDB is throttling.
        """
        admission, records, _ = self._load(user_ids, course_id, ())
        return admission, records

    def load_group(
        self, user_ids: Sequence[str], course_id: str
    ) -> tuple[Admission | None, dict[str, EnrollmentRecord], dict[str, Contact | None]]:
        """The same as load_all, with the names and addresses of these people: one BatchGetItem."""
        return self._load(user_ids, course_id, user_ids)

    def _load(
        self, user_ids: Sequence[str], course_id: str, named: Sequence[str]
    ) -> tuple[Admission | None, dict[str, EnrollmentRecord], dict[str, Contact | None]]:
        profiles = {self._profiles_table: [{"userId": user_id} for user_id in named]} if named else {}
        found = batch_get(
            {
                self._courses_table: [key_of(course_id)],
                self._progress_table: [{"userId": user_id, "courseId": course_id} for user_id in user_ids],
                **profiles,
            }
        )
        admissions = self._admissions([course_id], found[self._courses_table])
        records = [EnrollmentRecord.from_stored(item) for item in found[self._progress_table]]
        contacts = contact_store.contacts_in(found.get(self._profiles_table, ()))
        return admissions.get(course_id), {record.user_id: record for record in records}, contacts

    def load_each(
        self, user_id: str, course_ids: Sequence[str]
    ) -> tuple[Mapping[str, Admission], Mapping[str, EnrollmentRecord], Contact | None]:
        """Courses' admissions and one student's records in them, by course id, and the student's name and address, as
        they are now: one BatchGetItem.

        Raises:
            Unavailable: DynamoDB left some out because it is throttling.
        """
        found = batch_get(
            {
                self._courses_table: [key_of(course_id) for course_id in course_ids],
                self._progress_table: [{"userId": user_id, "courseId": each} for each in course_ids],
                self._profiles_table: [{"userId": user_id}],
            }
        )
        records = [EnrollmentRecord.from_stored(item) for item in found[self._progress_table]]
        admissions = self._admissions(course_ids, found[self._courses_table])
        contact = contact_store.contacts_in(found[self._profiles_table]).get(user_id)
        return admissions, {each.course_id: each for each in records}, contact

    def published(self, course_ids: Sequence[str]) -> frozenset[str]:
        """Which of these courses are published, as of a moment ago: one BatchGetItem. It does not transfer lessons.

        Raises:
            Unavailable: DynamoDB left some out because it is throttling.
        """
        found = batch_get(
            {self._courses_table: [{"courseId": course_id} for course_id in course_ids]},
            consistent=False,
            attributes=("courseId", "status"),
        )
        return frozenset(
            item["courseId"] for item in found[self._courses_table] if item.get("status") == PUBLISHED
        )

    def first_waiting(self, course_id: str) -> EnrollmentRecord | None:
        """The student who has waited longest.

        One Query of the index, which may be a moment late and has only a part of each record, and one BatchGetItem for
        the record as it is now. If that student no longer waits, or the record is damaged, the next one is read.
        """
        query = {
            "TableName": self._progress_table,
            "IndexName": ROSTER_INDEX,
            "KeyConditionExpression": "courseShard = :waitlist",
            "ExpressionAttributeValues": to_item({":waitlist": waitlist_key(course_id)}),
        }
        for entry in query_all(query, page_size=_WAITING_AT_ONCE):
            key = {"userId": entry["userId"], "courseId": course_id}
            for item in batch_get({self._progress_table: [key]})[self._progress_table]:
                try:
                    record = EnrollmentRecord.from_stored(item)
                except (KeyError, TypeError, ValueError) as error:
                    # Whoever leaves the course, and whoever waits behind, must not depend on a damaged record.
                    log.write("ERROR", "a record cannot be read", where=log.where(error))
                    continue
                # A student who left and waits again has a later place.
                if record.status == WAITLISTED and record.waitlisted_at == entry.get("waitlistedAt"):
                    return record
        return None

    def commit(self, change: SeatChange) -> Refusal | None:
        """One TransactWriteItems: the admission item's counters, the records, checks that no newcomer has a tombstone,
        and audit entries."""
        # The order matters: DynamoDB returns one cancellation reason for each write, in this order.
        counters = [{"Update": self._counters(change, change.guard)}] if change.guard is not None else []
        writes: list[Any] = [*counters, *({"Put": self._put(record)} for record in change.records)]
        writes += [tombstone_store.none_for(self._profiles_table, user_id) for user_id in change.newcomers]
        if self._trail is not None:
            writes += [{"Put": self._trail.put(entry)} for entry in change.entries]
        elif change.entries:
            raise LookupError("a change with audit entries needs the audit table")
        try:
            clients.dynamodb().transact_write_items(TransactItems=writes)
        except ClientError as error:
            if not (lost_race(error) or contended(error)):
                raise
            checks = cancellation_reasons(error)[len(counters) + len(change.records) :]
            return Refusal(
                found={record.user_id: record for record in _records_found(error)},
                erased=frozenset(
                    user_id
                    for user_id, reason in zip(change.newcomers, checks, strict=False)
                    if reason == "ConditionalCheckFailed"
                ),
                is_contended=contended(error),
            )
        return None

    def _admissions(
        self, course_ids: Sequence[str], items: Sequence[Mapping[str, Any]]
    ) -> dict[str, Admission]:
        """The admissions in items; those of courses of a former version are made first."""
        found = {each.course_id: each for each in map(Admission.from_stored, filter(is_admission, items))}
        missing = [course_id for course_id in course_ids if course_id not in found]
        return found | admission_store.make_missing(self._courses_table, missing)

    def _counters(self, change: SeatChange, guard: Guard) -> Any:
        moves = {"seatsTaken": change.seats, "waitlisted": change.waiting}
        moves = {name: by for name, by in moves.items() if by}
        values: dict[str, Any] = {f":{name}": by for name, by in moves.items()}
        expression = "ADD " + ", ".join(f"{name} :{name}" for name in moves)
        if change.queue_until is not None:
            expression += " SET queueUntil = :queueUntil"
            values[":queueUntil"] = change.queue_until
        condition = condition_of(guard, change.now, seen=change.seen, group_size=len(change.records))
        return {
            "TableName": self._courses_table,
            "Key": to_item(key_of(change.course_id)),
            "UpdateExpression": expression,
            "ConditionExpression": condition.expression,
            **({"ExpressionAttributeNames": condition.names} if condition.names else {}),
            "ExpressionAttributeValues": to_item({**condition.values, **values}),
        }

    def _put(self, record: EnrollmentRecord) -> Any:
        put = {
            "TableName": self._progress_table,
            "Item": to_item(record.to_stored(self._shards)),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if record.revision == 1:
            return {**put, "ConditionExpression": "attribute_not_exists(userId)"}
        return {
            **put,
            "ConditionExpression": "revision = :before",
            "ExpressionAttributeValues": to_item({":before": record.revision - 1}),
        }


def load(
    courses_table: str, progress_table: str, user_id: str, course_id: str
) -> tuple[Course | None, EnrollmentRecord | None]:
    """A course with its lessons and one student's record in it as they are now: one BatchGetItem.

    Raises:
        Unavailable: DynamoDB is throttling.
    """
    found = batch_get(
        {
            courses_table: [{"courseId": course_id}],
            progress_table: [{"userId": user_id, "courseId": course_id}],
        }
    )
    courses = map(Course.from_stored, found[courses_table])
    records = map(EnrollmentRecord.from_stored, found[progress_table])
    return next(courses, None), next(records, None)


def find(progress_table: str, user_id: str, course_id: str) -> EnrollmentRecord | None:
    """One student's record in a course as it is now: one GetItem."""
    item = get_item(progress_table, {"userId": user_id, "courseId": course_id})
    return EnrollmentRecord.from_stored(item) if item else None


def _records_found(error: ClientError) -> list[EnrollmentRecord]:
    reasons: Any = error.response.get("CancellationReasons") or ()
    return [
        EnrollmentRecord.from_stored(from_item(reason["Item"])) for reason in reasons if reason.get("Item")
    ]
