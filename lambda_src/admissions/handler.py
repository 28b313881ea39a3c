"""Called with changes of students' records; settles those who are queued, counts seats, and corrects new records."""

from collections.abc import Callable, Mapping, Sequence

from admissions import rules
from admissions.config import Config
from admissions.store import AdmissionsTable
from toolkit import log
from toolkit.config import load
from toolkit.streams import ItemChange, batch_handler, is_passing

_config = load(Config)
_store = AdmissionsTable(
    courses_table=_config.courses_table,
    progress_table=_config.course_progress_table,
    profiles_table=_config.user_profiles_table,
    shards=_config.roster_shards,
)


def _act(changes: Sequence[ItemChange]) -> Mapping[str, Exception]:
    failures: dict[str, Exception] = {}
    by_course: dict[str, list[ItemChange]] = {}
    for change in changes:
        if change.after is not None:
            by_course.setdefault(change.after["courseId"], []).append(change)
    # Counting comes first for all courses: settling may have to wait for a count.
    for step in (_count, _correct, _settle):
        for course_id, of_course in by_course.items():
            _note_failure(failures, of_course, step, course_id)
    return failures


def _note_failure(
    failures: dict[str, Exception],
    changes: Sequence[ItemChange],
    step: Callable[[str, Sequence[ItemChange]], None],
    course_id: str,
) -> None:
    """Do a step for a course. What one course, or one damaged record, fails at does not keep the others waiting."""
    try:
        step(course_id, changes)
    except Exception as error:  # noqa: BLE001 - toolkit.streams decides what each means
        if len(changes) == 1 or is_passing(error):
            failures |= {change.id: error for change in changes}
            return
        for change in changes:
            _note_failure(failures, [change], step, course_id)


def _count(course_id: str, changes: Sequence[ItemChange]) -> None:
    moves = {change.id: rules.seats_moved(change.before, change.after) for change in changes}
    if moved := {each: by for each, by in moves.items() if by}:
        _store.count(course_id, moved)


def _correct(course_id: str, changes: Sequence[ItemChange]) -> None:
    joined = [
        change.after for change in changes if change.after and rules.has_joined(change.before, change.after)
    ]
    if joined:
        rules.correct(_store, course_id, joined)


def _settle(course_id: str, changes: Sequence[ItemChange]) -> None:
    queued = [change.after["userId"] for change in changes if change.after and rules.is_queued(change.after)]
    if queued:
        settled = rules.settle(_store, course_id, queued, _config.counting_seconds)
        log.write("INFO", "queue settled", courseId=course_id, queued=len(queued), settled=settled)


handler = batch_handler(_config, _act)
