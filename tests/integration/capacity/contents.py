"""Courses, records and pages of a given size, as the platform would have written them.

A course of 200 lessons over the API takes minutes. So one lesson with a file, one student's record and one position are
written by the platform, and the others are copies of them with other ids, written into the tables.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.integration.support.deployed import Deployed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WireItem = dict[str, Any]

COMPLETED_SHARE = 0.8
_BATCH = 25


class Contents:
    """Fills the tables of a local platform.

    Args:
        deployed: the platform.
        template: the id of a course and of a lesson in it that has a file.
    """

    def __init__(self, deployed: Deployed, template: tuple[str, str]) -> None:
        self._client: DynamoDBClient = deployed.client("dynamodb")
        outputs = deployed.outputs
        self._courses = str(outputs["courses_table_name"])
        self._progress = str(outputs["course_progress_table_name"])
        self._profiles = str(outputs["user_profiles_table_name"])
        self._positions = f"education-positions-{outputs['environment_suffix']}"
        self._shards = deployed.settings.records.roster_shards
        self._template_ids = template
        self._template = self._course(template[0])["lessons"]["M"][template[1]]
        self._former: dict[str, WireItem] = {}
        self._copied: list[tuple[str, WireItem]] = []

    def fill_course(self, course_id: str, lessons: int, kept: str) -> None:
        """Give a course so many lessons. Of those that it had, only `kept` stays; it may be a new one.

        A course may be filled again. It then gets back the lesson that is to be kept.
        """
        item = self._course(course_id)
        known = self._former.setdefault(course_id, {}) | item["lessons"]["M"]
        self._former[course_id] = known
        entries = {name: entry for name, entry in known.items() if name == kept}
        # A course has room for one more lesson if the request is about to add it.
        wanted = lessons - (kept not in entries)
        for number in range(wanted - len(entries)):
            entries[_filler(number)] = self._lesson(course_id, _filler(number), number)
        item["lessons"], item["lessonCount"] = {"M": entries}, {"N": str(len(entries))}
        self._client.put_item(TableName=self._courses, Item=item)

    def fill_record(self, user_id: str, course_id: str, kept: str) -> None:
        """Let a student have completed most lessons of a course, and have a position in each but `kept`.

        A position in `kept` stays as it is.
        """
        lesson_ids = [name for name in self._course(course_id)["lessons"]["M"] if name != kept]
        record = self._record(user_id, course_id)
        if record["status"]["S"] not in ("active", "completed"):
            return
        completed = lesson_ids[: int(COMPLETED_SHARE * len(lesson_ids))]
        if completed:
            record["completedLessons"] = {"SS": completed}
            share = 100 * len(completed) / (len(lesson_ids) + 1)
            record["completionPercentage"] = {"N": f"{share:.2f}"}
        self._client.put_item(TableName=self._progress, Item=record)
        self._keep_position(user_id, course_id, kept)
        self._put(self._positions, (_position(user_id, course_id, lesson_id) for lesson_id in lesson_ids))

    def copy_courses(self, course_id: str, count: int) -> list[str]:
        """Add copies of a course, so that there are `count` of them. Returns the ids of the copies."""
        admission = f"admission#{course_id}"
        found = [self._course(course_id), self._get(self._courses, {"courseId": {"S": admission}})]
        copies = [str(uuid4()) for _ in range(count - 1)]
        self._put(
            self._courses,
            (_renamed(item, course_id, copy) for copy in copies for item in found if item is not None),
        )
        return copies

    def copy_enrolments(self, user_id: str, course_id: str, count: int) -> None:
        """Enrol a student in copies of a course, so that there are `count` enrolments."""
        record = self._record(user_id, course_id)
        copies = self.copy_courses(course_id, count)
        self._put(self._progress, (_renamed(record, course_id, copy) for copy in copies))

    def copy_students(self, user_id: str, course_id: str, count: int) -> None:
        """Enrol copies of a student, so that there are `count`, spread over the shards of the roster."""
        record = self._record(user_id, course_id)
        profile = self._get(self._profiles, {"userId": {"S": user_id}})
        copies = [str(uuid4()) for _ in range(count - 1)]
        # As many in each shard, whichever the student's own is: the units of a page are rounded for each shard.
        own = int(record["courseShard"]["S"].rpartition("#")[2])
        shards = ({"S": f"{course_id}#{(own + 1 + number) % self._shards}"} for number in range(len(copies)))
        self._put(
            self._progress,
            (
                _renamed(record, user_id, copy) | {"courseShard": shard}
                for copy, shard in zip(copies, shards, strict=True)
            ),
        )
        if profile is not None:
            self._put(self._profiles, (_renamed(profile, user_id, copy) for copy in copies))

    def remove_copies(self) -> None:
        """Delete what was copied, so that no list has it any more."""
        keys = {
            self._courses: ("courseId",),
            self._progress: ("userId", "courseId"),
            self._profiles: ("userId",),
            self._positions: ("userId", "courseLesson"),
        }
        for table, of_table in _by_table(self._copied).items():
            requests = [
                {"DeleteRequest": {"Key": {key: item[key] for key in keys[table]}}} for item in of_table
            ]
            self._write(table, requests)
        self._copied = []

    def _keep_position(self, user_id: str, course_id: str, kept: str) -> None:
        """Delete the positions of lessons that the course no longer has."""
        found = self._client.query(
            TableName=self._positions,
            KeyConditionExpression="userId = :user AND begins_with(courseLesson, :course)",
            ExpressionAttributeValues={":user": {"S": user_id}, ":course": {"S": f"{course_id}#"}},
        )["Items"]
        for item in found:
            if item["courseLesson"]["S"] != f"{course_id}#{kept}":
                key = {name: item[name] for name in ("userId", "courseLesson")}
                self._client.delete_item(TableName=self._positions, Key=key)

    def _lesson(self, course_id: str, lesson_id: str, number: int) -> WireItem:
        own_course, own_lesson = self._template_ids
        entry = json.loads(
            json.dumps(self._template)
            .replace(own_course, course_id)
            .replace(f"/{own_lesson}/", f"/{lesson_id}/")
        )
        entry["M"]["title"] = {"S": f"Lesson {number}: How the seasons come about"}
        entry["M"]["position"] = {"N": str(number)}
        return dict(entry)

    def _course(self, course_id: str) -> WireItem:
        item = self._get(self._courses, {"courseId": {"S": course_id}})
        assert item is not None
        return item

    def _record(self, user_id: str, course_id: str) -> WireItem:
        item = self._get(self._progress, {"userId": {"S": user_id}, "courseId": {"S": course_id}})
        assert item is not None
        return item

    def _get(self, table: str, key: Any) -> WireItem | None:
        return self._client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")

    def _put(self, table: str, items: Iterable[WireItem]) -> None:
        kept = list(items)
        self._copied += [(table, item) for item in kept]
        self._write(table, [{"PutRequest": {"Item": item}} for item in kept])

    def _write(self, table: str, requests: list[Any]) -> None:
        for start in range(0, len(requests), _BATCH):
            answer = self._client.batch_write_item(RequestItems={table: requests[start : start + _BATCH]})
            assert not answer["UnprocessedItems"]


def _filler(number: int) -> str:
    return f"lesson-{number + 1:03}"


def _position(user_id: str, course_id: str, lesson_id: str) -> WireItem:
    """As lambda_src/domain/positions/model.py has it."""
    return {
        "userId": {"S": user_id},
        "courseLesson": {"S": f"{course_id}#{lesson_id}"},
        "at": {"S": "2026-11-26T10:00:00.000Z"},
        "seconds": {"N": str(100 + secrets.randbelow(800))},
    }


def _renamed(item: WireItem, old: str, new: str) -> WireItem:
    renamed: WireItem = json.loads(json.dumps(item).replace(old, new))
    return renamed


def _by_table(copied: Iterable[tuple[str, WireItem]]) -> Mapping[str, list[WireItem]]:
    found: dict[str, list[WireItem]] = {}
    for table, item in copied:
        found.setdefault(table, []).append(item)
    return found
