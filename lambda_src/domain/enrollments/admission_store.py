"""Admission items and counts in DynamoDB: reading them, and making them for courses of a former version.

Changes of seats are in domain.enrollments.store, counting from the stream in admissions.store. The catalog function
writes the copy of the course (catalog.store) with `creation_of` and `update_of`.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from domain.courses import Course, is_course
from domain.enrollments.admission import (
    COPIED,
    COUNTERS,
    Admission,
    Seats,
    count_key_of,
    course_id_of,
    first_of,
    is_admission,
    is_count,
    key_of,
)
from toolkit import clients, clock
from toolkit.dynamo import condition_failed, contended, lost_race, retry_conflicts, to_item
from toolkit.reads import BATCH_SIZE, batch_get, get_item
from toolkit.retries import Retries

# How long `cached` may answer from memory. So an enrolment may still pass within a second of closing.
CACHE_SECONDS = 1.0
_CACHE_SIZE = 256
# Keys of one BatchGetItem: an admission item and a count for each course.
_COURSES_AT_ONCE = BATCH_SIZE // 2

_cache: dict[tuple[str, str], tuple[float, Admission]] = {}


def cached(courses_table: str, course_id: str) -> Admission | None:
    """A course's admission, up to CACHE_SECONDS old, if this instance has read it lately; no call."""
    kept = _cache.get((courses_table, course_id))
    return kept[1] if kept and kept[0] > time.monotonic() else None


def remember(courses_table: str, admission: Admission) -> None:
    """Let `cached` answer with an admission that was just read consistently. Absence is never remembered."""
    if len(_cache) >= _CACHE_SIZE:
        _cache.clear()
    _cache[courses_table, admission.course_id] = (time.monotonic() + CACHE_SECONDS, admission)


def find(courses_table: str, course_id: str) -> Admission | None:
    """A course's admission as it is now: one GetItem, and `make_missing` if there is none.

    Raises:
        Unavailable: DynamoDB is throttling.
    """
    if item := get_item(courses_table, key_of(course_id)):
        return Admission.from_stored(item)
    return make_missing(courses_table, [course_id]).get(course_id)


def make_missing(courses_table: str, course_ids: Sequence[str]) -> dict[str, Admission]:
    """Make the admission items of courses that a former version wrote; returns them by course id.

    One BatchGetItem for up to 100 courses. For each of them that exists: `adopt`, and they are read once more.
    """
    if not course_ids:
        return {}
    found = batch_get(
        {courses_table: [{"courseId": course_id} for course_id in course_ids]}, attributes=("courseId",)
    )
    made = [item["courseId"] for item in found[courses_table] if adopt(courses_table, item["courseId"])]
    if not made:
        return {}
    items = batch_get({courses_table: [key_of(course_id) for course_id in made]})[courses_table]
    return {course_id_of(item): Admission.from_stored(item) for item in items}


def seats_of(courses_table: str, course_ids: Sequence[str]) -> dict[str, Seats]:
    """How many students are enrolled and wait in courses, by course id; the part from the stream is a moment late.

    One BatchGetItem for 50 courses, and `adopt` for those of a former version.

    Raises:
        Unavailable: DynamoDB is throttling.
    """
    found: dict[str, Seats] = {}
    for start in range(0, len(course_ids), _COURSES_AT_ONCE):
        group = course_ids[start : start + _COURSES_AT_ONCE]
        items = batch_get(
            {courses_table: [key for each in group for key in (key_of(each), count_key_of(each))]}
        )
        found |= seats_in(courses_table, group, items[courses_table])
    return found


def seats_in(
    courses_table: str, course_ids: Sequence[str], items: Sequence[Mapping[str, Any]]
) -> dict[str, Seats]:
    """The seats of courses, from their admission items and counts. Other items are ignored."""
    admissions = {each.course_id: each for each in map(Admission.from_stored, filter(is_admission, items))}
    counts = {course_id_of(item): item["seats"] for item in items if is_count(item)}
    admissions |= make_missing(courses_table, [each for each in course_ids if each not in admissions])
    return {
        course_id: Seats(max(0, each.seats_taken + counts.get(course_id, 0)), each.waitlisted)
        for course_id, each in admissions.items()
        if course_id in course_ids
    }


def adopt(courses_table: str, course_id: str) -> bool:
    """Move the counters out of a course's item that a former version wrote: one BatchGetItem and one
    TransactWriteItems. False if there is no such course.

    A course without an admission item gets one. If it has one, functions of the former version have counted again
    while the new one was deployed: then their counts are added.

    Raises:
        RetriesExhausted: too many requests at once.
    """

    def attempt() -> bool | None:
        items = batch_get({courses_table: [{"courseId": course_id}, key_of(course_id)]})[courses_table]
        course = next((item for item in items if item["courseId"] == course_id), None)
        if course is None:
            return False
        writes = _adoption(courses_table, course, is_new=len(items) == 1)
        if not writes:
            return True
        try:
            clients.dynamodb().transact_write_items(TransactItems=writes)
        except ClientError as error:
            if lost_race(error) or contended(error):
                return None
            raise
        return True

    return Retries().until_answer(attempt)


def catch_up(courses_table: str, course_id: str, version: int) -> None:
    """Bring an admission item in line with the course, if it is older than this version of the course: one
    BatchGetItem, and then one UpdateItem.

    The catalog function of a former version writes the course alone. It may do so while the new one is deployed.

    Raises:
        RetriesExhausted: too many requests at once.
    """
    items = batch_get({courses_table: [{"courseId": course_id}, key_of(course_id)]})[courses_table]
    found = next((Admission.from_stored(item) for item in items if is_admission(item)), None)
    course = next((Course.from_stored(item) for item in items if is_course(item)), None)
    if found is None or course is None or found.version >= version:
        return
    now = first_of(course).to_stored()
    since = clock.now() if found.capacity is None and course.capacity and course.published_at else None
    changes = {name: now.get(name) for name in COPIED}
    update = update_of(courses_table, course_id, course.version, changes, counting_since=since)["Update"]
    update["ConditionExpression"] += " AND #version < :version"
    try:
        retry_conflicts(lambda: clients.dynamodb().update_item(**update))
    except ClientError as error:
        if not condition_failed(error):
            raise


def creation_of(courses_table: str, admission: Admission) -> Any:
    """The part of a transaction that writes the admission item of a new course."""
    values = {name: value for name, value in admission.to_stored().items() if name != "courseId"}
    return {
        # An Update, because more functions have its permission than that of a Put.
        "Update": {
            "TableName": courses_table,
            "Key": to_item(key_of(admission.course_id)),
            "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in values),
            "ConditionExpression": "attribute_not_exists(courseId)",
            "ExpressionAttributeNames": {f"#{name}": name for name in values},
            "ExpressionAttributeValues": to_item({f":{name}": value for name, value in values.items()}),
        }
    }


def update_of(
    courses_table: str,
    course_id: str,
    version: int,
    changes: Mapping[str, Any],
    *,
    counting_since: str | None,
) -> Any:
    """The part of a transaction that brings an admission item up to date with an edit of the course; it must exist.

    Args:
        courses_table: the table's name.
        course_id: the course.
        version: its version after the edit.
        changes: its changed fields; None removes one. Fields that are not COPIED are ignored.
        counting_since: set if the students have to be counted, because the course gets a capacity.
    """
    copied = {name: value for name, value in changes.items() if name in COPIED}
    if counting_since is not None:
        copied["countingSince"] = counting_since
    elif "capacity" in copied and copied["capacity"] is None:
        copied["countingSince"] = None
    names = {f"#{name}": name for name in (*copied, "version")}
    values = {f":{name}": value for name, value in copied.items() if value is not None} | {
        ":version": version
    }
    expression = "SET " + ", ".join(f"#{name[1:]} = {name}" for name in values)
    if removed := [f"#{name}" for name, value in copied.items() if value is None]:
        expression += " REMOVE " + ", ".join(removed)
    return {
        "Update": {
            "TableName": courses_table,
            "Key": to_item(key_of(course_id)),
            "UpdateExpression": expression,
            "ConditionExpression": "attribute_exists(courseId)",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": to_item(values),
        }
    }


def _adoption(courses_table: str, course: Mapping[str, Any], *, is_new: bool) -> list[Any]:
    """The transaction of `adopt`; empty if there is nothing to do."""
    course_id = course["courseId"]
    counted = {name: course[name] for name in COUNTERS if name in course}
    writes: list[Any] = []
    if is_new:
        writes.append(creation_of(courses_table, first_of(Course.from_stored(course))))
    elif counted:
        writes.append(_addition(courses_table, course_id, counted))
    else:
        return []
    # The course must still be what was read: an edit or an enrolment of the former version may come in between.
    conditions = ["#version = :version"] + [
        f"{name} = :{name}" if name in counted else f"attribute_not_exists({name})" for name in COUNTERS
    ]
    unchanged = {
        "TableName": courses_table,
        "Key": to_item({"courseId": course_id}),
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": to_item(
            {":version": course["version"], **{f":{name}": value for name, value in counted.items()}}
        ),
    }
    # REMOVE of an attribute that is not there does nothing.
    return [*writes, {"Update": {**unchanged, "UpdateExpression": "REMOVE " + ", ".join(COUNTERS)}}]


def _addition(courses_table: str, course_id: str, counted: Mapping[str, int]) -> Any:
    return {
        "Update": {
            "TableName": courses_table,
            "Key": to_item(key_of(course_id)),
            "UpdateExpression": "ADD " + ", ".join(f"{name} :{name}" for name in counted),
            "ConditionExpression": "attribute_exists(courseId)",
            "ExpressionAttributeValues": to_item({f":{name}": value for name, value in counted.items()}),
        }
    }
