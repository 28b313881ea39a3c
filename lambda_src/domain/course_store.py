"""Reading courses from DynamoDB, fresh or a few seconds old.

Writing is not here. Each writer of the courses table changes only its own attributes:

* the catalog function (catalog.store): the fields that instructors edit, the number of lessons, and the version;
* the content function (content.store): a lesson's open form;
* the uploads function (uploads.store): a lesson's open form and content;
* the packages function (packages.store): a lesson's package;
* the followups function (followups.unfinished_store): a lesson's open form, which it removes;
* every change of seats (domain.enrollments.store): the counters `seatsTaken` and `waitlisted`;
* a change of co-teachers (domain.staff_store): the set `staff`, and the co-teachers' items beside the courses;
* an erasure (domain.people.erasure_store): the owner, and the person's place among the co-teachers;
* an unfinished pass through a roster (followups.pass_store): an item of its own beside the course.
"""

import time

from botocore.exceptions import ClientError

from domain.courses import Course
from toolkit import clients
from toolkit.dynamo import condition_failed, retry_conflicts, to_item
from toolkit.reads import get_item
from toolkit.retries import Retries

# The published courses, newest first. All are in one partition: the attribute `catalogue` is set only while a course is
# published.
CATALOGUE_INDEX = "published-courses-index"
PUBLISHED_IN = "published"
# The courses that a person owns, and the person's items as a co-teacher (domain.staff), newest first.
OWNER_INDEX = "owned-courses-index"

# How long a course may be shown from memory; course data only, never a student's record.
CACHE_SECONDS = 5.0
# A lesson takes 1 to 5 KB of memory, so 25 MB at most.
CACHED_LESSONS = 5_000
_CACHED_COURSES = 256


def find(
    table_name: str, course_id: str, *, consistent: bool = False, retries: Retries | None = None
) -> Course | None:
    """Read one course: one GetItem. `consistent` if the answer decides about a write, or if the
    caller may just have written the course."""
    item = get_item(table_name, {"courseId": course_id}, consistent=consistent, retries=retries)
    return Course.from_stored(item) if item else None


_cache: dict[tuple[str, str], tuple[float, Course]] = {}


def find_cached(table_name: str, course_id: str) -> Course | None:
    """Read one course that may be up to CACHE_SECONDS old. Absence is never cached."""
    return cached(table_name, course_id) or _remembered(table_name, course_id, find(table_name, course_id))


def find_recent(table_name: str, course_id: str) -> tuple[Course | None, bool]:
    """Read one course that may be up to CACHE_SECONDS old, and say whether it was read now: at most one GetItem.

    A course that was read now is as it is now. So a request that is about to refuse something by it need not read it a
    second time (domain.permissions.recent_course).
    """
    if kept := cached(table_name, course_id):
        return kept, False
    return find_now(table_name, course_id), True


def find_now(table_name: str, course_id: str) -> Course | None:
    """Read one course as it is now, which replaces the one in memory: one GetItem."""
    return _remembered(table_name, course_id, find(table_name, course_id, consistent=True))


def cached(table_name: str, course_id: str) -> Course | None:
    """A course that this instance has read in the last CACHE_SECONDS; no call."""
    expires_at, course = _cache.get((table_name, course_id), (0.0, None))
    return course if expires_at > time.monotonic() else None


def remember(table_name: str, course: Course) -> None:
    """Let `cached` answer with a course that was just read. The oldest ones make room for it."""
    forget_cached(table_name, course.course_id)
    lessons = len(course.lessons) + sum(len(kept.lessons) for _, kept in _cache.values())
    for key, (_, kept) in list(_cache.items()):
        if len(_cache) < _CACHED_COURSES and lessons <= CACHED_LESSONS:
            break
        del _cache[key]
        lessons -= len(kept.lessons)
    _cache[table_name, course.course_id] = (time.monotonic() + CACHE_SECONDS, course)


def _remembered(table_name: str, course_id: str, course: Course | None) -> Course | None:
    if course is None:
        forget_cached(table_name, course_id)
    else:
        remember(table_name, course)
    return course


def forget_cached(table_name: str, course_id: str) -> None:
    """Drop a course from the cache, so that the next read is fresh."""
    _cache.pop((table_name, course_id), None)


def store_lesson_count(table_name: str, course: Course) -> None:
    """Store the number of lessons of a course that has none, or a wrong one: one UpdateItem.

    A former version of the platform wrote no number. Nothing is stored if the course has another number of lessons by
    now: then it was counted by the write that changed it, or will be at the next opportunity.
    """
    try:
        retry_conflicts(
            lambda: clients.dynamodb().update_item(
                TableName=table_name,
                Key=to_item({"courseId": course.course_id}),
                UpdateExpression="SET lessonCount = :count",
                ConditionExpression="size(lessons) = :count",
                ExpressionAttributeValues=to_item({":count": len(course.lessons)}),
            )
        )
    except ClientError as error:
        if not condition_failed(error):
            raise
