"""Called with course changes; brings lists, students' records and the stored files up to date with them."""

from domain import staff
from domain.courses import Course
from followups.config import Config
from followups.file_store import LessonFiles, left_behind
from followups.list_store import ListedCourses
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
_lists = ListedCourses(_config.courses_table)
_files = LessonFiles(_config.content_bucket)


def _act(change: ItemChange) -> None:
    # A new course is a draft without students. No function deletes a course, but an operator may.
    if change.before is None or staff.is_co_teacher(change.before):
        return
    before = Course.from_stored(change.before)
    after = None if change.after is None else Course.from_stored(change.after)
    _lists.renew(before, after)
    if after is None:
        return
    if keys := left_behind(before, after):
        _files.delete(keys, _store.course_now(after.course_id))
    follow(_store, before, after)


handler = stream_handler(_config, _act)
