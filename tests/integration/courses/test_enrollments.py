"""The routes of enrolments, as students use them: enrol, withdraw, enrol again, wait."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.support.course_helpers import enroll, new_course
from tests.integration.support.people import People, Person, SharedUsers


def test_a_second_enrolment_request_returns_the_first_enrolment(users: SharedUsers) -> None:
    """The first request gives 201, later ones 200 with the same enrolment."""
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
    """Other courses give 404, even for their owner."""
    course_id = new_course(users.owner, status=status)
    for person in (users.student, users.owner):
        person.post("/enrollments", {"courseId": course_id}, expect=404)


@pytest.mark.parametrize(
    "body", [{}, {"courseId": ""}, {"courseId": 5}, {"courseId": "x", "userId": "y"}, []]
)
def test_an_invalid_enrolment_is_refused(users: SharedUsers, body: Any) -> None:
    """A caller cannot enrol another user with this route."""
    users.student.post("/enrollments", body, expect=400)


def test_enrolment_outside_of_its_window_conflicts(users: SharedUsers) -> None:
    """Before it opens and after it closes: 409. In between: 201."""
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    for opens, closes, status in ((hour, 2 * hour, 409), (-2 * hour, -hour, 409), (-hour, hour, 201)):
        course_id = new_course(
            users.owner, opensAt=(now + opens).isoformat(), closesAt=(now + closes).isoformat()
        )
        users.student.post("/enrollments", {"courseId": course_id}, expect=status)


def test_withdrawing_keeps_progress_and_enrolling_again_resumes_it(users: SharedUsers) -> None:
    """A withdrawn student has no access. A new enrolment restores the progress."""
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


def test_who_enrols_and_withdraws_again_and_again_has_to_wait(users: SharedUsers, people: People) -> None:
    """Six enrolments within an hour are accepted. The next gets 429 with the seconds to wait. Leaving always works."""
    course_id, student = new_course(users.owner), people.new()
    for _ in range(6):
        student.post("/enrollments", {"courseId": course_id}, expect=201)
        student.post("/enrollments", {"courseId": course_id}, expect=200)
        student.delete(f"/enrollments/{course_id}")
    refused = student.call("POST", "/enrollments", {"courseId": course_id}, expect=(429,))
    assert refused.body["type"].endswith("too-many-enrollments")
    assert 3000 < int(refused.headers["Retry-After"]) <= 3600
    student.delete(f"/enrollments/{course_id}")
    enroll(student, new_course(users.owner))


def test_withdrawing_without_an_enrolment_is_not_found(users: SharedUsers) -> None:
    """404 for a student who was never enrolled and for an unknown course."""
    users.other_student.delete(f"/enrollments/{new_course(users.owner)}", expect=404)
    users.other_student.delete("/enrollments/unknown", expect=404)


def test_own_enrolments_are_paged(users: SharedUsers, people: People) -> None:
    """Every enrolment of the caller is listed once, with every page size. Others are not listed."""
    student = people.new()
    courses = {new_course(users.owner) for _ in range(5)}
    for course_id in courses:
        enroll(student, course_id)
    for limit in (1, 2, 5, 100):
        listed = [entry["courseId"] for entry in student.get_all("/enrollments", limit)]
        assert len(listed) == len(courses)
        assert set(listed) == courses


def test_a_free_seat_goes_to_the_next_student_on_the_waitlist(users: SharedUsers, people: People) -> None:
    """When a student withdraws from a full course, the next student on the waitlist is enrolled."""
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
