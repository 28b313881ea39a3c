"""Who may see and record progress, and what those learn who may not: a student who waits, and everybody else."""

import pytest

from domain.courses import DRAFT
from domain.enrollments.model import PENDING, WAITLISTED, WITHDRAWN, EnrollmentRecord
from domain.permissions import NO_SUCH_COURSE
from progress import rules
from progress.activities import Activity
from tests.unit.progress.test_progress_rules import ADA, COURSE, NOW, Memory, make_course, make_record, send
from toolkit.errors import Forbidden, NotFound


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (None, "forbidden"),
        (make_record(WITHDRAWN), "forbidden"),
        (make_record(PENDING), "enrollment-pending"),
        (make_record(WAITLISTED), "enrollment-waitlisted"),
    ],
)
def test_a_student_who_waits_is_told_so(record: EnrollmentRecord | None, code: str) -> None:
    with pytest.raises(Forbidden) as refused:
        rules.read(Memory(make_course(), record), ADA, COURSE)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("line", "members"), [(0, {"waitlistPlace": 1}), (99, {"waitlistPlace": 100}), (100, {}), (5000, {})]
)
def test_who_is_among_the_first_of_the_waitlist_learns_the_place(line: int, members: dict[str, int]) -> None:
    store = Memory(make_course(), make_record(WAITLISTED))
    store.line = line
    with pytest.raises(Forbidden) as refused:
        rules.read(store, ADA, COURSE)
    assert refused.value.members == members


def test_who_waits_for_a_hidden_course_learns_nothing_of_it() -> None:
    with pytest.raises(NotFound, match=NO_SUCH_COURSE):
        rules.read(Memory(make_course(status=DRAFT), make_record(WAITLISTED)), ADA, COURSE)


@pytest.mark.parametrize("record", [None, make_record(WITHDRAWN), make_record(WAITLISTED)])
@pytest.mark.parametrize("activity", [None, Activity("one", NOW, 7), Activity("one", NOW, None, True)])
def test_a_caller_who_is_not_enrolled_gets_403_only_if_the_course_is_visible(
    record: EnrollmentRecord | None, activity: Activity | None
) -> None:
    def ask(store: Memory) -> object:
        return rules.read(store, ADA, COURSE) if activity is None else send(store, activity)

    with pytest.raises(Forbidden):
        ask(Memory(make_course(), record))
    for course in (make_course(status=DRAFT), None):
        with pytest.raises(NotFound, match="course"):
            ask(Memory(course, record))


def test_an_unknown_lesson_does_not_betray_a_draft() -> None:
    with pytest.raises(NotFound, match="no such course"):
        send(Memory(make_course(status=DRAFT), None), Activity("nine", NOW, 7))
