"""A student opens a course that may be five seconds old. Nothing is refused by an old course, and editors get no old
one."""

from domain import course_store
from tests.unit.catalogue_fixture import Catalogue
from tests.unit.lambda_api_fixture import ADMINISTRATOR, OTHER_INSTRUCTOR, OWNER, STUDENT, Person

OTHER_STUDENT = Person("student-2", ("students",))


def opened(catalogue: Catalogue, course_id: str, caller: Person = STUDENT) -> tuple[int, dict[str, int]]:
    """The status of the answer, and the calls to DynamoDB."""
    catalogue.tables.calls.clear()
    status = catalogue.get(course_id, caller).status
    return status, dict(catalogue.tables.calls)


def set_elsewhere(catalogue: Catalogue, course_id: str, **fields: object) -> None:
    """What another instance of the function, or another function, writes."""
    catalogue.tables.set(catalogue.tables.courses, {"courseId": course_id}, **fields)


def test_students_read_a_course_once_in_five_seconds(
    catalogue: Catalogue, consistent_reads: list[bool]
) -> None:
    course_id = catalogue.new("published")
    assert opened(catalogue, course_id) == (200, {"GetItem": 1})
    assert opened(catalogue, course_id) == (200, {})
    assert opened(catalogue, course_id, OTHER_STUDENT) == (200, {})
    course_store.forget_cached(catalogue.tables.courses, course_id)
    assert opened(catalogue, course_id) == (200, {"GetItem": 1})
    assert consistent_reads == [True, True], "what was read now is as it is now"


def test_editors_get_the_course_as_it_is_now(catalogue: Catalogue) -> None:
    """A form needs the present version, and students must not get what it shows."""
    course_id = catalogue.new("published")
    shown = catalogue.get(course_id).body
    set_elsewhere(catalogue, course_id, title="Geometry", version=9, staff={OTHER_INSTRUCTOR.user_id})
    for caller in (OWNER, OTHER_INSTRUCTOR, ADMINISTRATOR):
        body = catalogue.get(course_id, caller).body
        assert (body["title"], body["version"]) == ("Geometry", 9)
        assert body["staff"] == [OTHER_INSTRUCTOR.user_id]
    assert catalogue.get(course_id).body == shown, "the student's copy is of a moment ago, and has no staff"


def test_an_old_course_refuses_nothing(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    assert opened(catalogue, course_id) == (404, {"GetItem": 1}), "read now, and not again"
    set_elsewhere(catalogue, course_id, status="published")
    assert opened(catalogue, course_id) == (200, {"GetItem": 1}), "published a moment ago"
    assert opened(catalogue, course_id) == (200, {}), "the newer course is in memory by now"


def test_a_course_that_was_just_unpublished_is_shown_for_five_seconds_at_most(catalogue: Catalogue) -> None:
    course_id = catalogue.new("published")
    assert catalogue.get(course_id).status == 200
    set_elsewhere(catalogue, course_id, status="draft")
    assert catalogue.get(course_id).status == 200
    course_store.forget_cached(catalogue.tables.courses, course_id)
    assert catalogue.get(course_id).problem() == (404, "not-found")


def test_an_instance_does_not_show_what_it_has_replaced_itself(catalogue: Catalogue) -> None:
    course_id = catalogue.new("published")
    catalogue.get(course_id)
    catalogue.put_lesson(course_id, "sets")
    assert len(catalogue.get(course_id).body["lessons"]) == 1
    catalogue.patch(course_id, version=3, title="Geometry")
    assert catalogue.get(course_id).body["title"] == "Geometry"
    catalogue.patch(course_id, version=4, status="draft")
    assert catalogue.get(course_id).problem() == (404, "not-found")
