"""A student reads the progress by a course that may be five seconds old. Nothing is refused or hidden by an old one."""

import pytest

from domain import course_store
from domain.courses import DRAFT, PUBLISHED
from domain.enrollments.model import ACTIVE, WITHDRAWN
from progress import launches, rules
from progress.activities import Activity
from progress.store import ProgressTable
from tests.unit.emulator_fixture import Tables
from tests.unit.progress.test_progress_rules import Memory, make_course, make_record
from tests.unit.progress.test_progress_table import ADA, COURSE, LESSONS, NOW, put_record
from tests.unit.progress.test_progress_table import table as table
from toolkit.caller import Caller
from toolkit.errors import Forbidden, NotFound
from toolkit.retries import Retries

SAVED = {"launch": 1, "sequence": 1, "model": {}}
TEACHER = Caller("ada", "", frozenset({"instructors"}))


def calls(table: ProgressTable, tables: Tables, caller: Caller = ADA) -> dict[str, int]:
    """The calls to DynamoDB for the progress."""
    tables.calls.clear()
    rules.read(table, caller, COURSE)
    return dict(tables.calls)


def set_lessons(tables: Tables, *lesson_ids: str) -> None:
    """What another function writes."""
    course = tables.get(tables.courses, {"courseId": COURSE})
    assert course is not None
    lessons = {lesson_id: course["lessons"][lesson_id] for lesson_id in lesson_ids}
    tables.set_course(COURSE, lessons=lessons)


def test_students_read_the_course_once_in_five_seconds(table: ProgressTable, dynamodb_tables: Tables) -> None:
    """The record is read at each request, and the first one is no call more."""
    once, later = {"BatchGetItem": 1, "Query": 1}, {"GetItem": 1, "Query": 1}
    assert [calls(table, dynamodb_tables) for _ in range(3)] == [once, later, later]
    course_store.forget_cached(dynamodb_tables.courses, COURSE)
    assert calls(table, dynamodb_tables) == once
    assert calls(table, dynamodb_tables, TEACHER) == once, "who may edit gets the course as it is now"


def test_progress_is_counted_by_a_course_of_five_seconds(
    table: ProgressTable, dynamodb_tables: Tables
) -> None:
    rules.read(table, ADA, COURSE)
    set_lessons(dynamodb_tables, *LESSONS[:2])
    done = rules.update(table, ADA, COURSE, Activity(LESSONS[0], NOW, None, True), NOW, Retries())
    assert done["completionPercentage"] == 50, (
        "a completion, which is stored, is counted by the course of now"
    )
    assert rules.read(table, ADA, COURSE)["completionPercentage"] == 12.5
    assert rules.read(table, TEACHER, COURSE)["completionPercentage"] == 50
    course_store.forget_cached(dynamodb_tables.courses, COURSE)
    assert rules.read(table, ADA, COURSE)["completionPercentage"] == 50


def test_an_enrolment_and_a_withdrawal_count_at_once(table: ProgressTable, dynamodb_tables: Tables) -> None:
    rules.read(table, ADA, COURSE)
    put_record(dynamodb_tables, WITHDRAWN)
    with pytest.raises(Forbidden):
        rules.read(table, ADA, COURSE)
    put_record(dynamodb_tables, ACTIVE)
    assert rules.read(table, ADA, COURSE)["status"] == ACTIVE


def test_an_old_course_refuses_nothing() -> None:
    """The course was published a moment ago: who is not enrolled may know of it."""
    store = Memory(make_course(status=PUBLISHED), None)
    store.cached = make_course(status=DRAFT)
    with pytest.raises(Forbidden):
        rules.read(store, ADA, COURSE)
    with pytest.raises(Forbidden):
        launches.save(store, ADA, COURSE, "one", SAVED, NOW, Retries())  # type: ignore[arg-type]
    assert store.fresh_reads == 2


def test_an_old_course_hides_nothing() -> None:
    store = Memory(make_course(("one", "new")), make_record().changed(completed=frozenset({"one"})))
    store.cached = make_course(("one",), status=DRAFT)
    assert rules.read(store, ADA, COURSE)["completionPercentage"] == 50


def test_who_is_not_enrolled_is_told_so_without_a_further_read() -> None:
    """Everybody who looks at a course asks for the progress in it. Whether they are enrolled was read now."""
    store = Memory(make_course(), None)
    with pytest.raises(Forbidden):
        rules.read(store, ADA, COURSE)
    assert store.fresh_reads == 0


def test_a_course_that_was_just_unpublished_may_still_be_seen() -> None:
    store = Memory(make_course(status=DRAFT), None)
    store.cached = make_course()
    with pytest.raises(Forbidden):
        rules.read(store, ADA, COURSE)
    store.cached = None
    with pytest.raises(NotFound):
        rules.read(store, ADA, COURSE)
