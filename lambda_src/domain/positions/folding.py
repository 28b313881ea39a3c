"""After a withdrawal, the student's positions in the course move into the student's record.

A position that is reported after the withdrawal is then refused, because there is none to update, and a first position
needs an enrolment. A student who enrols again continues at the positions in the record.

The withdrawal itself has been committed before. If this is interrupted, the next withdrawal request does the rest, and
an enrolment before that loses nothing: the items are still where they were.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Protocol

from domain.enrollments.model import WITHDRAWN, EnrollmentRecord, Position
from toolkit.retries import Retries

# A transaction has at most 100 writes, and one of them is that of the record.
_AT_ONCE = 99


class FoldingStore(Protocol):
    """What the rule needs of the database."""

    def record(self, user_id: str, course_id: str) -> EnrollmentRecord | None:
        """The student's record as it is now."""

    def of_course(self, user_id: str, course_id: str) -> Mapping[str, Position]:
        """The student's positions in a course as they are now, by lesson, without those in the record."""

    def fold_in(self, record: EnrollmentRecord, positions: Mapping[str, Position]) -> bool:
        """Store positions in the record and delete their items, all or nothing. False if the record or one of the
        positions has changed since it was read."""


def fold(store: FoldingStore, user_id: str, course_id: str, retries: Retries) -> None:
    """Move the positions of a withdrawn student into the record; does nothing for a student who is not withdrawn.

    Raises:
        RetriesExhausted: the student's devices write all the time. Nothing is lost.
    """

    def attempt() -> bool | None:
        found = store.of_course(user_id, course_id)
        while found:
            record = store.record(user_id, course_id)
            if record is None or record.status != WITHDRAWN:
                return True
            some = dict(islice(found.items(), _AT_ONCE))
            if not store.fold_in(record, some):
                return None
            found = {lesson_id: position for lesson_id, position in found.items() if lesson_id not in some}
        return True

    retries.until_answer(attempt)
