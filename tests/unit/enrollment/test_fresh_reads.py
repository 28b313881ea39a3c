"""Who has just written something sees it: reads that must not be a moment behind."""

from tests.unit.catalogue_fixture import Catalogue
from tests.unit.lambda_api_fixture import OWNER, STUDENT


def test_who_made_a_course_finds_it_at_once(catalogue: Catalogue, consistent_reads: list[bool]) -> None:
    """An eventually consistent read may know nothing of a course that POST has just named in `Location`."""
    course_id = catalogue.new("published")
    consistent_reads.clear()
    for caller in (OWNER, STUDENT):
        assert catalogue.get(course_id, caller).status == 200
    assert consistent_reads == [True]
    # The owner's read also has the seats. A batch is consistent unless its caller says otherwise (toolkit.reads).
