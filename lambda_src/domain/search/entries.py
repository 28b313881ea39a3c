"""How published courses are stored to be searched: an entry for each, in buckets, beside the courses.

An entry is what a list shows of a course, as one text of JSON, because a text is read many times faster than an item's
attributes. The buckets are items of the courses table: a course is always in the same one. Each has a revision, and the
item of heads has the revisions of all. So an instance that has read all buckets once reads one small item to learn
which of them have changed.

The followups function writes buckets (followups.search_store), the catalog function reads them (catalog.search_store).
"""

import json
from hashlib import sha256
from typing import Any

from domain.courses import PUBLISHED, CourseSummary
from domain.search import words

# With 10,000 courses, a bucket has 20. With the longest titles and summaries it is still below DynamoDB's 400 KB.
BUCKETS = 512
_PREFIX = "search#"
HEADS = {"courseId": f"{_PREFIX}heads"}
# When the entries were last compared with all courses: an attribute of the heads, in seconds since 1970.
CHECKED_AT = "checkedAt"
REVISION = "revision"


def bucket_of(course_id: str) -> int:
    """The number of the bucket of a course."""
    return int.from_bytes(sha256(course_id.encode()).digest()[:4], "big") % BUCKETS


def key_of(bucket: int) -> dict[str, str]:
    """The key of a bucket."""
    return {"courseId": f"{_PREFIX}{bucket}"}


def head_of(bucket: int) -> str:
    """The attribute of the heads that has a bucket's revision."""
    return f"r{bucket}"


def revisions_in(heads: dict[str, Any]) -> dict[int, int]:
    """The revisions of the buckets that exist, by number, from the item of heads."""
    return {int(name[1:]): value for name, value in heads.items() if name[0] == "r" and name[1:].isdigit()}


def entries_in(bucket: dict[str, Any]) -> dict[str, str]:
    """The entries of a bucket's item, by course id."""
    return {name: value for name, value in bucket.items() if name not in ("courseId", REVISION)}


def entry_of(course: CourseSummary) -> str | None:
    """The entry of a course; None for a course that is not published."""
    if course.status != PUBLISHED:
        return None
    entry = {
        "title": course.title,
        "summary": course.summary,
        "status": course.status,
        "ownerId": course.owner_id,
        "version": course.version,
        "lessonCount": course.lesson_count,
        "createdAt": course.created_at,
        "updatedAt": course.updated_at,
        "publishedAt": course.published_at,
        "capacity": course.capacity,
        "opensAt": course.opens_at,
        "closesAt": course.closes_at,
    }
    kept = {name: value for name, value in entry.items() if value is not None}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def item_in(course_id: str, entry: str) -> dict[str, Any]:
    """What an index of courses has of a course, from its entry."""
    return {"courseId": course_id, **json.loads(entry)}


def text_of(item: dict[str, Any]) -> str:
    """What a search looks through: title and summary."""
    return words.searchable(item["title"], item["summary"])
