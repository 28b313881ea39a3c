"""Course changes: what an edit of a course does to percentages, titles and seats, with a real DynamoDB API."""

from typing import Any

import pytest

from domain.courses import Course
from domain.enrollments import admission_store
from domain.enrollments.admission import Admission
from domain.enrollments.model import EnrollmentRecord, waitlist_key
from followups import store as followups_table
from followups.pass_rules import Passes, sync
from followups.pass_store import PassTable
from followups.rules import follow, promote_waiting
from followups.store import CourseChangeTable
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import Context, fresh_handler
from toolkit import clients
from toolkit.dynamo import to_item
from toolkit.retries import Retries

SHARDS = 3
NOON = "2026-01-01T12:00:00.000Z"
LESSON = {"title": "A", "contentType": "video", "premium": False, "position": 0, "contentKey": "public/a"}


class School:
    """One course with students, and edits of it."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.roster = CourseChangeTable(
            courses_table=tables.courses,
            progress_table=tables.progress,
            profiles_table=tables.profiles,
            shards=SHARDS,
        )
        self.item: dict[str, Any] = {
            "courseId": "c-1",
            "title": "Algebra",
            "summary": "",
            "status": "published",
            "ownerId": "o-1",
            "version": 1,
            "lessons": {"one": LESSON, "two": LESSON},
            "createdAt": NOON,
            "updatedAt": NOON,
        }
        tables.put_course(self.item)

    def student(self, user_id: str, *completed: str, status: str = "active", **fields: Any) -> None:
        """A student in the course, as the progress function would have stored them."""
        lessons = self.item["lessons"]
        record = EnrollmentRecord(
            user_id=user_id,
            course_id="c-1",
            course_title=self.item["title"],
            status=status,
            enrolled_at=NOON,
            activity_at=NOON,
            percentage=100 * len(completed) / len(lessons),
            completed=frozenset(completed),
            **fields,
        )
        self.tables.put(self.tables.progress, record.to_stored(SHARDS))

    def edit(self, *, deliver: bool = True, **changes: Any) -> None:
        """Change the course; `deliver` also calls the function with the changes of its items."""
        before, self.item = self.item, {**self.item, **changes}
        self.tables.set_course("c-1", **changes)
        if deliver:
            self.deliver(Course.from_stored(before))
            promote_waiting(self.roster, self.admission())

    def deliver(self, before: Course, after: Course | None = None, *, seconds: float = 60) -> None:
        """Call the function with a change, the newest one if `after` is None."""
        passes = Passes(self.roster, PassTable(self.tables.courses), seconds)
        follow(passes, before, after or Course.from_stored(self.item))

    def admission(self) -> Admission:
        found = self.roster.admission_now("c-1")
        assert found is not None
        return found

    def stored(self, user_id: str) -> dict[str, Any]:
        found = self.tables.get(self.tables.progress, {"userId": user_id, "courseId": "c-1"})
        assert found is not None
        return found

    def percentage(self, user_id: str) -> float:
        return float(self.stored(user_id)["completionPercentage"])


@pytest.fixture
def school(dynamodb_tables: Tables) -> School:
    return School(dynamodb_tables)


def test_percentages_follow_the_lessons(school: School) -> None:
    school.student("both", "one", "two", status="completed", completed_at=NOON)
    school.student("half", "one")
    school.student("none")
    lessons = school.item["lessons"]
    school.edit(lessons={**lessons, "three": LESSON, "four": LESSON})
    assert [school.percentage(user) for user in ("both", "half", "none")] == [50, 25, 0]
    assert school.stored("both")["status"] == "completed", "what was completed stays so"
    school.edit(lessons={"one": LESSON})
    assert [school.percentage(user) for user in ("both", "half", "none")] == [100, 100, 0]
    assert school.stored("half")["status"] == "active", (
        "no student completes a course by an instructor's edit"
    )


def test_a_course_change_does_not_rewrite_withdrawn_records(school: School) -> None:
    school.student("gone", "one", status="withdrawn")
    school.edit(lessons={"one": LESSON}, title="Algebra II")
    assert (school.percentage("gone"), school.stored("gone")["courseTitle"]) == (50, "Algebra")


@pytest.mark.parametrize("hidden", [{"status": "draft"}, {"status": "archived", "archivedFrom": "draft"}])
def test_nothing_of_a_hidden_course_reaches_its_students(school: School, hidden: dict[str, Any]) -> None:
    """A course that is a draft again shows its students what it was; published again, what it is."""
    school.edit(publishedAt=f"{NOON}#c-1")
    school.student("here", "one")
    school.student("waiting", status="waitlisted", waitlisted_at=NOON)
    school.edit(title="Secret", **hidden)
    school.edit(title="More secret", lessons={**school.item["lessons"], "three": LESSON, "four": LESSON})
    assert {school.stored(user)["courseTitle"] for user in ("here", "waiting")} == {"Algebra"}
    assert school.percentage("here") == 50
    school.edit(status="published")
    assert {school.stored(user)["courseTitle"] for user in ("here", "waiting")} == {"More secret"}
    assert school.percentage("here") == 25


def test_a_change_that_is_read_when_the_course_is_hidden_again_waits(school: School) -> None:
    school.student("here", "one")
    before = Course.from_stored(school.item)
    school.edit(title="Algebra II", deliver=False)
    after = Course.from_stored(school.item)
    school.edit(title="Secret", status="draft", deliver=False)
    school.deliver(before, after)
    assert school.stored("here")["courseTitle"] == "Algebra"


def test_a_new_title_reaches_every_enrolment(school: School) -> None:
    school.student("here", "one")
    school.student("waiting", status="waitlisted", waitlisted_at=NOON)
    moment = school.stored("waiting")["completionPercentage"]
    school.edit(title="Algebra II")
    assert {school.stored(user)["courseTitle"] for user in ("here", "waiting")} == {"Algebra II"}
    assert school.stored("waiting")["completionPercentage"] == moment, "the position on the waitlist stays"


def test_a_course_change_reaches_every_student_page_by_page(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followups_table, "_PAGE", 4)
    for number in range(40):
        school.student(f"s-{number}", "one")
    school.edit(lessons={"one": LESSON})
    assert {school.percentage(f"s-{number}") for number in range(40)} == {100}


def test_a_second_pass_writes_nothing(school: School) -> None:
    for number in range(10):
        school.student(f"s-{number}", "one")
    before = Course.from_stored(school.item)
    school.edit(lessons={"one": LESSON})
    school.tables.calls.clear()
    school.deliver(before)
    # The one write asks whether there is an unfinished pass.
    assert school.tables.calls["UpdateItem"] == 1
    assert school.tables.calls["Query"] == SHARDS + 1


def test_a_late_course_change_counts_the_present_lessons(school: School) -> None:
    school.student("half", "one")
    old = Course.from_stored(school.item)
    school.edit(lessons={"one": LESSON, "two": LESSON, "three": LESSON}, deliver=False)
    newer = Course.from_stored(school.item)
    school.edit(lessons={"one": LESSON}, deliver=False)
    school.deliver(old, newer)
    assert school.percentage("half") == 100


def test_progress_during_a_course_change_is_not_overwritten(school: School) -> None:
    school.student("busy", "one")
    seen = EnrollmentRecord.from_stored(school.stored("busy"))
    school.tables.set(
        school.tables.progress,
        {"userId": "busy", "courseId": "c-1"},
        completedLessons={"one", "two"},
        completionPercentage=100,
        revision=seen.revision + 1,
    )
    school.edit(lessons={"one": LESSON, "two": LESSON, "three": LESSON, "four": LESSON}, deliver=False)
    assert school.roster.rewrite_all([seen], Course.from_stored(school.item), Retries()) == 1
    assert school.percentage("busy") == 50


def test_a_damaged_record_is_skipped(school: School) -> None:
    school.student("half", "one")
    for shard in range(SHARDS):
        school.tables.put(
            school.tables.progress,
            {"userId": "bad", "courseId": "c-1", "courseShard": f"c-1#{shard}", "completionPercentage": 1},
        )
    school.edit(lessons={"one": LESSON})
    assert school.percentage("half") == 100


@pytest.mark.parametrize(
    ("changes", "moved"),
    [
        ({"capacity": 3}, 2),
        ({"capacity": None}, 3),
        ({"capacity": 1}, 0),
        ({"capacity": 2, "status": "archived"}, 0),
    ],
)
def test_the_student_who_has_waited_longest_is_promoted_when_a_seat_is_free(
    school: School, changes: dict[str, Any], moved: int
) -> None:
    school.student("in")
    for number in range(3):
        school.student(
            f"w-{number}", status="waitlisted", waitlisted_at=f"2026-01-0{number + 1}T00:00:00.000Z"
        )
    school.edit(capacity=1, seatsTaken=1, waitlisted=3, deliver=False)
    school.edit(**changes)
    statuses = [school.stored(f"w-{number}")["status"] for number in range(3)]
    assert statuses == ["active"] * moved + ["waitlisted"] * (3 - moved)
    assert school.tables.counters("c-1") == (1 + moved, 3 - moved)


def test_a_course_published_again_fills_up(school: School) -> None:
    school.student("w-1", status="waitlisted", waitlisted_at=NOON)
    school.edit(status="archived", capacity=1, seatsTaken=0, waitlisted=1)
    assert school.stored("w-1")["status"] == "waitlisted"
    school.edit(status="published")
    assert school.stored("w-1")["status"] == "active"


def test_an_empty_waitlist_index_does_not_block_other_courses(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("followups.rules.PAUSE_SECONDS", 0)
    school.edit(capacity=5, seatsTaken=0, waitlisted=2)
    assert school.tables.counters("c-1") == (0, 2)


def test_what_no_student_notices_costs_nothing(school: School) -> None:
    school.student("half", "one")
    school.tables.calls.clear()
    before = Course.from_stored(school.item)
    school.deliver(
        before,
        Course.from_stored({**school.item, "summary": "x", "version": 2}),
    )
    promote_waiting(school.roster, Admission("c-1", "Algebra", "published", 2, capacity=9, seats_taken=5))
    assert not school.tables.calls


def test_a_record_that_is_up_to_date_is_not_written(school: School) -> None:
    school.student("half", "one")
    record = EnrollmentRecord.from_stored(school.stored("half"))
    assert sync(record, Course.from_stored(school.item)) is record
    assert waitlist_key("c-1") != school.stored("half")["courseShard"]


FILE = "public/c-1/one/video-" + "0" * 32 + "/film.mp4"
NEWER = FILE.replace("0" * 32, "1" * 32)
HIDDEN = FILE.replace("public", "premium")
PACKAGE, OTHER = ({"uploadId": letter * 32} for letter in "ab")
OF_PACKAGE, OF_OTHER = (f"packages/c-1/one/{each['uploadId']}/files/index.html" for each in (PACKAGE, OTHER))
KEYS = {FILE, NEWER, HIDDEN, OF_PACKAGE, OF_OTHER}


@pytest.mark.parametrize(
    ("before", "after", "now", "deleted"),
    [
        ({"contentKey": FILE}, {"contentKey": NEWER}, None, {FILE}),  # replaced
        ({"contentKey": FILE}, {"premium": True}, None, {FILE}),  # made premium
        ({"contentKey": FILE}, None, None, {FILE}),  # deleted
        ({"contentKey": FILE}, {"contentKey": FILE, "title": "B"}, None, set()),
        ({}, {"contentKey": FILE}, None, set()),
        ({"contentKey": FILE}, None, {"contentKey": FILE}, set()),  # delivered late
        ({"contentKey": FILE, "unpacking": PACKAGE}, {"package": PACKAGE}, None, {FILE}),  # unpacked
        ({"package": PACKAGE}, {"package": PACKAGE, "unpacking": OTHER}, None, set()),
        ({"package": PACKAGE, "unpacking": OTHER}, {"package": OTHER}, None, {OF_PACKAGE}),
        ({"package": PACKAGE}, {"contentKey": FILE}, None, {OF_PACKAGE}),
        ({"package": PACKAGE, "unpacking": OTHER}, None, None, {OF_PACKAGE, OF_OTHER}),
        ({"unpacking": PACKAGE}, {"unpacking": OTHER}, None, {OF_PACKAGE}),
        ({"package": PACKAGE}, None, {"package": PACKAGE}, set()),  # delivered late
    ],
)
def test_a_file_that_no_lesson_has_any_more_is_deleted(
    aws: str,
    school: School,
    monkeypatch: pytest.MonkeyPatch,
    before: dict[str, Any],
    after: dict[str, Any] | None,
    now: dict[str, Any] | None,
    deleted: set[str],
) -> None:
    bucket = "education-content-followups"
    clients.set_deadline(None)
    clients.s3().create_bucket(Bucket=bucket)
    for key in KEYS:
        clients.s3().put_object(Bucket=bucket, Key=key, Body=b"film")
    handler = fresh_handler(
        monkeypatch,
        "followups",
        COURSES_TABLE=school.tables.courses,
        COURSE_PROGRESS_TABLE=school.tables.progress,
        USER_PROFILES_TABLE=school.tables.profiles,
        ROSTER_SHARDS=str(SHARDS),
        COUNTING_SECONDS="0",
        CONTENT_BUCKET=bucket,
        DEAD_LETTER_QUEUE_URL="http://127.0.0.1:1/none",
    )

    def with_lesson(lesson: dict[str, Any] | None) -> dict[str, Any]:
        lessons = {} if lesson is None else {"one": {**LESSON, **lesson}}
        return {**school.item, "lessons": lessons}

    school.tables.put(school.tables.courses, with_lesson(now or after))
    record = {
        "eventSourceARN": f"arn:aws:dynamodb:us-east-1:1:table/{school.tables.courses}/stream/1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1.0,
            "OldImage": to_item(with_lesson(before)),
            "NewImage": to_item(with_lesson(after)),
        },
    }
    for _ in range(2):
        handler({"Records": [record]}, Context())
    found = clients.s3().list_objects_v2(Bucket=bucket).get("Contents", [])
    assert {each["Key"] for each in found} == KEYS - deleted


def test_an_edit_by_a_former_function_reaches_the_admission(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a deployment replaces the functions, the catalog function of the version before writes the course alone."""
    handler = fresh_handler(
        monkeypatch,
        "followups",
        COURSES_TABLE=school.tables.courses,
        COURSE_PROGRESS_TABLE=school.tables.progress,
        USER_PROFILES_TABLE=school.tables.profiles,
        ROSTER_SHARDS=str(SHARDS),
        COUNTING_SECONDS="0",
        CONTENT_BUCKET="none",
        DEAD_LETTER_QUEUE_URL="http://127.0.0.1:1/none",
    )
    key = {"courseId": school.item["courseId"]}
    before = school.tables.get(school.tables.courses, key)
    assert before is not None
    version = before["version"]
    edit = {"title": "Groups", "capacity": 2, "version": version + 1, "publishedAt": NOON}
    school.tables.set(school.tables.courses, key, **edit)
    after = school.tables.get(school.tables.courses, key)
    assert after is not None
    record = {
        "eventSourceARN": f"arn:aws:dynamodb:us-east-1:1:table/{school.tables.courses}/stream/1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1.0,
            "OldImage": to_item(before),
            "NewImage": to_item(after),
        },
    }
    for _ in range(2):
        handler({"Records": [record]}, Context())
    found = admission_store.find(school.tables.courses, key["courseId"])
    assert found is not None
    assert (found.title, found.capacity, found.version) == ("Groups", 2, version + 1)
    assert found.counting_since is not None, "its students are counted before the capacity counts"
    school.tables.set(
        school.tables.courses, {"courseId": f"admission#{key['courseId']}"}, version=version + 5
    )
    admission_store.catch_up(school.tables.courses, key["courseId"], version + 1)
    found = admission_store.find(school.tables.courses, key["courseId"])
    assert found is not None
    assert found.version == version + 5, "what is newer stays"
