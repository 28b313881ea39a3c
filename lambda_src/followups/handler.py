"""Called with course changes; brings lists, students' records and the stored files up to date with them."""

from typing import Any

from domain import staff
from domain.courses import Course
from followups.config import Config
from followups.file_store import LessonFiles, left_behind
from followups.list_store import ListedCourses
from followups.pass_rules import Passes
from followups.pass_store import PassTable, is_pass, slice_of
from followups.rules import follow
from followups.store import CourseChangeTable
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


def handler(event: dict[str, Any], context: Any) -> None:
    """Act on a batch of changes. At most half of the function's time is for passes through rosters."""
    passes = Passes(_store, _pass_items, context.get_remaining_time_in_millis() / 2000)
    stream_handler(_config, lambda change: _act(change, passes))(event, context)


def _act(change: ItemChange, passes: Passes) -> None:
    # A new course is a draft without students. No function deletes a course, but an operator may.
    if change.before is None:
        return
    if is_pass(change.before):
        if change.after is not None and (turn := slice_of(change.before, change.after)):
            passes.go_on(*turn)
    elif not staff.is_co_teacher(change.before):
        after = None if change.after is None else Course.from_stored(change.after)
        _follow(Course.from_stored(change.before), after, passes)


def _follow(before: Course, after: Course | None, passes: Passes) -> None:
    _lists.renew(before, after)
    if after is None:
        return
    if keys := left_behind(before, after):
        _files.delete(keys, _store.course_now(after.course_id))
    follow(_store, passes, before, after)
