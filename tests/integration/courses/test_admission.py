"""Enrolments that are queued: answered with 202, and settled within a minute."""

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.integration.support.course_helpers import enroll, eventually, new_course
from tests.integration.support.people import Answer, People, Person, SharedUsers

# Each of them has to sign in first, and each request may start a function process. benchmarks/admission simulates a
# hundred thousand.
CROWD = 60
AT_ONCE = 12
SETTLED_WITHIN_SECONDS = 60


def set_capacity(owner: Person, course_id: str, capacity: int | None) -> None:
    """Change the capacity of a course, from its current version."""
    path = f"/courses/{course_id}"
    owner.patch(path, {"capacity": capacity, "version": owner.get(path)["version"]})


def status(student: Person, course_id: str) -> str:
    """The status of a student's enrolment, as the student sees it."""
    (entry,) = (each for each in student.get_all("/enrollments") if each["courseId"] == course_id)
    return str(entry["status"])


def all_at_once(students: Sequence[Person], course_ids: Sequence[str]) -> dict[str, list[Answer]]:
    """All students enrol in all courses, AT_ONCE requests at a time; the answers by course, in their order."""

    def enrol(request: tuple[str, Person]) -> Answer:
        course_id, student = request
        return student.call("POST", "/enrollments", {"courseId": course_id}, expect=(201, 202))

    requests = [(course_id, student) for student in students for course_id in course_ids]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(enrol, requests))
    return {course_id: answers[number :: len(course_ids)] for number, course_id in enumerate(course_ids)}


def settled(students: Sequence[Person], course_id: str) -> list[str]:
    """The statuses of students, once nobody is queued any more."""
    end = time.monotonic() + SETTLED_WITHIN_SECONDS
    found = [status(student, course_id) for student in students]
    while "pending" in found and time.monotonic() < end:
        time.sleep(1)
        found = [
            status(student, course_id) if before == "pending" else before
            for student, before in zip(students, found, strict=True)
        ]
    return found


def seats(owner: Person, course_id: str) -> tuple[int, int]:
    """What the owner sees: the seats taken, and who waits."""
    course = owner.get(f"/courses/{course_id}")
    return course["seatsTaken"], course["waitlisted"]


def test_everybody_who_comes_at_once_gets_an_answer_that_holds(users: SharedUsers, people: People) -> None:
    """A crowd and too few seats: no 503, no seat too many, and nobody stays in the queue. One course is small, one is
    large, and one got its first capacity just now, so that everybody is queued."""
    students = people.many(CROWD)
    capacities = {
        new_course(users.owner, capacity=1): 1,
        new_course(users.owner, capacity=CROWD // 2): CROWD // 2,
    }
    counted = new_course(users.owner)
    set_capacity(users.owner, counted, CROWD // 3)
    capacities[counted] = CROWD // 3
    for course_id, answers in all_at_once(students, list(capacities)).items():
        for answer in answers:
            assert (answer.body["status"] == "pending") == (answer.status == 202)
        found = settled(students, course_id)
        seated = capacities[course_id]
        assert Counter(found) == {"active": seated, "waitlisted": CROWD - seated}
        for answer, now in zip(answers, found, strict=True):
            assert answer.body["status"] in ("pending", now), "what the answer said is so"
        assert seats(users.owner, course_id) == (seated, CROWD - seated)


def test_a_first_capacity_counts_the_students_who_are_there(users: SharedUsers, people: People) -> None:
    """Meanwhile enrolments are pending. A repeated request is one enrolment, and a withdrawal ends it."""
    inside, first, second, left = people.many(2), people.new(), people.new(), people.new()
    course_id = new_course(users.owner)
    for student in inside:
        assert enroll(student, course_id)["status"] == "active"
    eventually(lambda: seats(users.owner, course_id) == (2, 0))
    time.sleep(1)  # so long an enrolment may use the course without a capacity
    set_capacity(users.owner, course_id, 3)
    answers = all_at_once([first, second, left], [course_id])[course_id]
    for answer in answers:
        assert (answer.status, answer.body["status"]) == (202, "pending")
        assert answer.headers["Location"] == f"/enrollments/{course_id}"
    again = left.call("POST", "/enrollments", {"courseId": course_id}, expect=(202,))
    assert again.body == answers[2].body
    left.delete(f"/enrollments/{course_id}")
    found = settled([first, second, left], course_id)
    assert sorted(found) == ["active", "waitlisted", "withdrawn"]
    assert seats(users.owner, course_id) == (3, 1)
    inside[0].delete(f"/enrollments/{course_id}")
    assert status(first, course_id) == status(second, course_id) == "active"


def test_seats_of_a_course_without_a_capacity_follow_the_students(users: SharedUsers, people: People) -> None:
    """Enrolments and withdrawals are counted a moment later, each once."""
    course_id = new_course(users.owner)
    students = people.many(4)
    for student in students:
        enroll(student, course_id)
    students[0].delete(f"/enrollments/{course_id}")
    students[1].delete(f"/enrollments/{course_id}")
    enroll(students[1], course_id)
    eventually(lambda: seats(users.owner, course_id) == (3, 0))
    set_capacity(users.owner, course_id, 9)
    students[2].delete(f"/enrollments/{course_id}")
    set_capacity(users.owner, course_id, None)
    eventually(lambda: seats(users.owner, course_id) == (2, 0))


def test_a_person_who_is_queued_can_be_erased(users: SharedUsers, people: People) -> None:
    """Nothing comes back when the queue is settled."""
    course_id, waiting, other = new_course(users.owner), people.new(), people.new()
    set_capacity(users.owner, course_id, 1)
    waiting.call("POST", "/enrollments", {"courseId": course_id}, expect=(202,))
    other.call("POST", "/enrollments", {"courseId": course_id}, expect=(202,))
    waiting.delete("/profile")
    settled([other], course_id)
    eventually(lambda: status(other, course_id) == "active", seconds=SETTLED_WITHIN_SECONDS)
    assert seats(users.owner, course_id) == (1, 0)
    roster = users.owner.get_all(f"/courses/{course_id}/roster")
    assert {entry["userId"] for entry in roster} <= {other.user_id}
