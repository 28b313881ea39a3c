"""Rosters as instructors meet them over HTTP."""

from tests.integration.support.classroom import enroll, new_course
from tests.integration.support.people import Cast, People

LESSONS = ("one", "two", "three", "four")


def test_a_roster_is_paged_furthest_first(cast: Cast, people: People) -> None:
    """Everybody who is enrolled, once, by completion; who withdrew is not in it."""
    course_id = new_course(cast.owner, *LESSONS)
    students = people.many(6)
    for count, student in enumerate(students[:5]):
        enroll(student, course_id)
        for lesson_id in LESSONS[:count]:
            student.put(f"/progress/{course_id}/lessons/{lesson_id}", {"completed": True})
    enroll(students[5], course_id)
    students[5].delete(f"/enrollments/{course_id}")
    path = f"/courses/{course_id}/roster"
    expected = [student.user_id for student in students[4::-1]]
    for limit in (1, 2, 3, 100):
        listed = cast.owner.get_all(path, limit)
        assert [entry["userId"] for entry in listed] == expected
    assert [entry["completionPercentage"] for entry in listed] == [100, 75, 50, 25, 0]
    assert [entry["status"] for entry in listed] == ["completed", *["active"] * 4]
    assert cast.administrator.get_all(path, 2) == listed


def test_a_roster_is_for_the_owner_and_administrators(cast: Cast) -> None:
    """Others get 403, and 404 while the course is a draft."""
    course_id = new_course(cast.owner)
    enroll(cast.student, course_id)
    path = f"/courses/{course_id}/roster"
    for person in (cast.student, cast.stranger, cast.other_instructor):
        person.get(path, expect=403)
    draft = new_course(cast.owner, status="draft")
    cast.other_instructor.get(f"/courses/{draft}/roster", expect=404)
    assert cast.owner.get(f"/courses/{draft}/roster") == {"items": []}
