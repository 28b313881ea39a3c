"""Called with changes of courses, profiles and roles; brings lists, students' records and the stored files up to date
with them."""

from collections.abc import Mapping
from typing import Any

from domain.courses import Course, is_course
from domain.enrollments import admission_store
from domain.enrollments.admission import COPIED, COUNTERS, Admission, is_admission
from domain.enrollments.counting import finish_counting
from domain.people import revocations
from domain.people.erasure import REQUESTED_AT
from followups.config import Config
from followups.file_store import LessonFiles, ended, left_behind
from followups.list_store import ListedCourses
from followups.names_store import NameCopies
from followups.pass_rules import Passes
from followups.pass_store import PassTable, is_pass, slice_of
from followups.rules import follow, promote_waiting
from followups.store import CourseChangeTable
from followups.unfinished_store import UnfinishedUploads, of_former_co_teachers
from toolkit.config import load
from toolkit.streams import ItemChange, stream_handler

_config = load(Config)
_store = CourseChangeTable(
    courses_table=_config.courses_table,
    progress_table=_config.course_progress_table,
    profiles_table=_config.user_profiles_table,
    shards=_config.roster_shards,
)
_pass_items = PassTable(_config.courses_table)
_lists = ListedCourses(_config.courses_table)
_files = LessonFiles(_config.content_bucket)
_unfinished = UnfinishedUploads(bucket=_config.content_bucket, courses_table=_config.courses_table)
_names = NameCopies(profiles_table=_config.user_profiles_table, progress_table=_config.course_progress_table)


def handler(event: dict[str, Any], context: Any) -> None:
    """Act on a batch of changes. At most half of the function's time is for passes through rosters."""
    passes = Passes(_store, _pass_items, context.get_remaining_time_in_millis() / 2000)
    stream_handler(_config, lambda change: _act(change, passes))(event, context)


def _act(change: ItemChange, passes: Passes) -> None:
    if change.table == _config.user_profiles_table:
        if change.after is not None:
            _follow_person(change.after)
        return
    if change.after is not None and is_admission(change.after):
        _admit(Admission.from_stored(change.after))
    # A new course is a draft without students. No function deletes a course, but an operator may.
    if change.before is None:
        return
    if is_pass(change.before):
        if change.after is not None and (turn := slice_of(change.before, change.after)):
            passes.go_on(*turn)
    elif is_course(change.before):
        if change.after is not None:
            _catch_up(change.before, change.after)
        after = None if change.after is None else Course.from_stored(change.after)
        _follow(Course.from_stored(change.before), after, passes)


def _follow_person(item: Mapping[str, Any]) -> None:
    """Act on a changed profile, an erasure request, or a note of roles that a person has lost."""
    key = item["userId"]
    if revocations.is_of_revocations(item):
        _unfinished.give_up_all(lambda uploader_id: revocations.key_of(uploader_id)["userId"] == key)
    elif REQUESTED_AT in item:
        _unfinished.give_up_all(lambda uploader_id: uploader_id == key)
    else:
        _names.follow(key)


def _catch_up(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Bring into the admission item what a function of the former version has written into the course alone."""
    if any(name in after for name in COUNTERS):
        admission_store.adopt(_config.courses_table, after["courseId"])
    if any(before.get(name) != after.get(name) for name in COPIED):
        admission_store.catch_up(_config.courses_table, after["courseId"], after["version"])


def _follow(before: Course, after: Course | None, passes: Passes) -> None:
    _lists.renew(before, after)
    for multipart in ended(before, after):
        _files.end(multipart)
    if after is None:
        return
    if keys := left_behind(before, after):
        _files.delete(keys, _store.course_now(after.course_id))
    for multipart in of_former_co_teachers(before, after):
        _unfinished.give_up(multipart)
    follow(passes, before, after)


def _admit(admission: Admission) -> None:
    """Finish the count of a course that got its first capacity, and promote who waits while seats are free."""
    if admission.counting_since is not None:
        finish_counting(_store, admission.course_id, _config.counting_seconds)
    promote_waiting(_store, admission)
