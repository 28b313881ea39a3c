"""Who sends a package's data or a first position is judged by a course that may be five seconds old."""

import pytest

from domain.courses import DRAFT, PUBLISHED
from progress import launches
from tests.unit.progress.test_progress_rules import Memory, make_course
from tests.unit.progress.test_progress_table import ADA, COURSE, NOW
from toolkit.errors import Forbidden
from toolkit.retries import Retries

SAVED = {"launch": 1, "sequence": 1, "model": {}}


def test_an_old_course_hides_nothing() -> None:
    """The course was published a moment ago: who is not enrolled may know of it."""
    store = Memory(make_course(status=PUBLISHED), None)
    store.cached = make_course(status=DRAFT)
    with pytest.raises(Forbidden):
        launches.save(store, ADA, COURSE, "one", SAVED, NOW, Retries())  # type: ignore[arg-type]
    assert store.fresh_reads == 1
