"""Enrolments as students meet them over HTTP: in, out, in again, and waiting."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.support.course_helpers import enroll, new_course
from tests.integration.support.people import People, Person, SharedUsers


def test_a_second_enrolment_request_returns_the_first_enrolment(users: SharedUsers) -> None:
    """201 the first time, then 200 with the very same enrolment."""
    course_id = new_course(users.owner, title="Optics")
    first = enroll(users.student, course_id)
    assert first["courseTitle"] == "Optics"
    assert (first["userId"], first["courseId"]) == (users.student.user_id, course_id)
    assert (first["status"], first["completionPercentage"]) == ("active", 0)
    for _ in range(2):
        assert users.student.post("/enrollments", {"courseId": course_id}, expect=200) == first
    assert first in users.student.get_all("/enrollments")


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_only_published_courses_accept_students(users: SharedUsers, status: str) -> None:
    """Others are not there, also not for their owner."""
    course_id = new_course(users.owner, status=status)
    for person in (users.student, users.owner):
        person.post("/enrollments", {"courseId": course_id}, expect=404)


@pytest.mark.parametrize(
    "body", [{}, {"courseId": ""}, {"courseId": 5}, {"courseId": "x", "userId": "y"}, []]
)
def test_an_invalid_enrolment_is_refused(users: SharedUsers, body: Any) -> None:
    """Nobody enrols somebody else this way."""
    users.student.post("/enrollments", body, expect=400)


def test_enrolment_outside_of_its_window_conflicts(users: SharedUsers) -> None:
    """Not yet and not any more are 409; in between is 201."""
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    for opens, closes, status in ((hour, 2 * hour, 409), (-2 * hour, -hour, 409), (-hour, hour, 201)):
        course_id = new_course(
            users.owner, opensAt=(now + opens).isoformat(), closesAt=(now + closes).isoformat()
        )
        users.student.post("/enrollments", {"courseId": course_id}, expect=status)


def test_withdrawing_keeps_progress_and_enrolling_again_resumes_it(users: SharedUsers) -> None:
    """204, no access in between, and then everything as it was."""
    course_id = new_course(users.owner, "one", "two", "three", "four")
    first = enroll(users.student, course_id)
    before = users.student.put(
        f"/progress/{course_id}/lessons/one", {"positionSeconds": 12, "completed": True}
    )
    users.student.delete(f"/enrollments/{course_id}")
    users.student.get(f"/progress/{course_id}", expect=403)
    users.student.put(f"/progress/{course_id}/lessons/two", {"completed": True}, expect=403)
    (listed,) = (entry for entry in users.student.get_all("/enrollments") if entry["courseId"] == course_id)
    assert listed["status"] == "withdrawn"
    resumed = enroll(users.student, course_id)
    assert resumed["enrolledAt"] == first["enrolledAt"]
    assert resumed["completionPercentage"] == 25
    assert users.student.get(f"/progress/{course_id}") == before


def test_withdrawing_without_an_enrolment_is_not_found(users: SharedUsers) -> None:
    """Never enrolled, or no such course."""
    users.other_student.delete(f"/enrollments/{new_course(users.owner)}", expect=404)
    users.other_student.delete("/enrollments/unknown", expect=404)


def test_own_enrolments_are_paged(users: SharedUsers, people: People) -> None:
    """Each once, whatever the size of the page; nobody else's."""
    student = people.new()
    courses = {new_course(users.owner) for _ in range(5)}
    for course_id in courses:
        enroll(student, course_id)
    for limit in (1, 2, 5, 100):
        listed = [entry["courseId"] for entry in student.get_all("/enrollments", limit)]
        assert len(listed) == len(courses)
        assert set(listed) == courses


def test_a_free_seat_goes_to_the_next_student_on_the_waitlist(users: SharedUsers, people: People) -> None:
    """A full course lets the next one in when a place is given back."""
    course_id = new_course(users.owner, "one", capacity=1)
    first, second, third = people.many(3)
    assert enroll(first, course_id)["status"] == "active"
    assert enroll(second, course_id)["status"] == "waitlisted"
    assert enroll(third, course_id)["status"] == "waitlisted"
    second.put(f"/progress/{course_id}/lessons/one", {"completed": True}, expect=403)
    first.delete(f"/enrollments/{course_id}")
    assert [_status(student, course_id) for student in (first, second, third)] == [
        "withdrawn",
        "active",
        "waitlisted",
    ]


def _status(student: Person, course_id: str) -> str:
    (entry,) = (entry for entry in student.get_all("/enrollments") if entry["courseId"] == course_id)
    return str(entry["status"])
