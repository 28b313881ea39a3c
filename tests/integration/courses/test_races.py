"""Races: many threads send requests to the deployed platform at the same time."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from tests.integration.support.course_helpers import enroll, eventually, lesson, new_course
from tests.integration.support.people import Answer, People, Person, SharedUsers

T = TypeVar("T")
# Each request may start a function process, so the other races use fewer.
PARALLEL = 32
DEVICES = 8


def run_in_parallel(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Make all these calls at the same time. Each has a thread, and none starts before all threads are ready."""
    together = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        together.wait(timeout=30)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def _send_until_answered(
    student: Person, method: str, path: str, body: Any = None, *, expect: tuple[int, ...]
) -> Answer:
    """Send a request, and send it again after each 503."""
    while True:
        answer = student.call(method, path, body, expect=(*expect, 503))
        if answer.status != 503:
            return answer


def _enroll(student: Person, course_id: str) -> Answer:
    """Enrol a student, and wait while the enrolment is pending. The answer is the last one."""
    expect = (200, 201, 202)
    answer = _send_until_answered(student, "POST", "/enrollments", {"courseId": course_id}, expect=expect)
    while answer.status == 202:
        time.sleep(0.5)
        answer = _send_until_answered(student, "POST", "/enrollments", {"courseId": course_id}, expect=expect)
    return answer


def _leave(student: Person, course_id: str) -> None:
    _send_until_answered(student, "DELETE", f"/enrollments/{course_id}", expect=(204,))


def _seated(owner: Person, course_id: str) -> set[str]:
    return {entry["userId"] for entry in owner.get_all(f"/courses/{course_id}/roster")}


def test_parallel_requests_of_one_student_create_one_enrolment(users: SharedUsers, people: People) -> None:
    """One answer is 201, all others are 200, and all have the same body."""
    course_id = new_course(users.owner)
    student = people.new()
    answers = run_in_parallel([partial(_enroll, student, course_id)] * PARALLEL)
    assert Counter(answer.status for answer in answers) == {201: 1, 200: PARALLEL - 1}
    assert all(answer.body == answers[0].body for answer in answers)
    eventually(lambda: _seated(users.owner, course_id) == {student.user_id})


def test_parallel_enrolments_never_exceed_the_capacity(users: SharedUsers, people: People) -> None:
    """Twelve students and five seats: five are enrolled, seven wait. For each that withdraws, another moves up."""
    capacity, students = 5, people.many(12)
    course_id = new_course(users.owner, capacity=capacity)

    answers = run_in_parallel([partial(_enroll, student, course_id) for student in students])
    statuses = Counter(answer.body["status"] for answer in answers)
    assert statuses == {"active": capacity, "waitlisted": len(students) - capacity}
    inside = [student for student in students if _enroll(student, course_id).body["status"] == "active"]
    assert len(inside) == capacity
    eventually(lambda: _seated(users.owner, course_id) == {student.user_id for student in inside})

    run_in_parallel([partial(_leave, student, course_id) for student in inside])
    eventually(lambda: len(_seated(users.owner, course_id)) == capacity)
    assert not _seated(users.owner, course_id) & {student.user_id for student in inside}


def test_parallel_enrolments_and_withdrawals_keep_the_seat_count_right(
    users: SharedUsers, people: People
) -> None:
    """After mixed enrolments and withdrawals, the number of free seats is exactly right."""
    capacity, students = 3, people.many(6)
    course_id = new_course(users.owner, capacity=capacity)

    def enroll_and_leave(student: Person, stays: bool) -> None:
        for _ in range(2):
            _enroll(student, course_id)
            _leave(student, course_id)
        if stays:
            _enroll(student, course_id)

    run_in_parallel(
        [partial(enroll_and_leave, student, number < 2) for number, student in enumerate(students)]
    )

    eventually(lambda: _seated(users.owner, course_id) == {student.user_id for student in students[:2]})
    assert _enroll(students[2], course_id).body["status"] == "active"
    assert _enroll(students[3], course_id).body["status"] == "waitlisted"


def test_parallel_progress_updates_lose_nothing(users: SharedUsers, people: People) -> None:
    """Several devices send updates at the same time and out of order. No completion is lost."""
    lesson_ids = [f"lesson-{number}" for number in range(8)]
    course_id = new_course(users.owner, *lesson_ids)
    student = people.new()
    enroll(student, course_id)
    start = datetime.now(UTC) - timedelta(hours=1)
    updates: list[tuple[str, dict[str, Any]]] = []
    for number, lesson_id in enumerate(lesson_ids):
        for device in range(4):
            occurred = (start + timedelta(seconds=60 * number + device)).isoformat()
            body = {"positionSeconds": 100 * number + device, "occurredAt": occurred}
            updates.append((lesson_id, {**body, "completed": device == 1 and number < 6}))

    def send(some: list[tuple[str, dict[str, Any]]]) -> None:
        for lesson_id, body in some:
            path = f"/progress/{course_id}/lessons/{lesson_id}"
            _send_until_answered(student, "PUT", path, body, expect=(200,))

    updates.reverse()
    run_in_parallel([partial(send, updates[device::DEVICES]) for device in range(DEVICES)])
    progress = student.get(f"/progress/{course_id}")
    assert progress["completedLessons"] == lesson_ids[:6]
    assert progress["completionPercentage"] == 75
    assert progress["positions"] == {f"lesson-{number}": 100 * number + 3 for number in range(8)}


def test_one_of_many_editors_with_the_same_version_wins(users: SharedUsers) -> None:
    """Optimistic concurrency: one request gets 200, the others get 409, and the course is that of the 200."""
    course_id = new_course(users.owner, status="draft")
    path = f"/courses/{course_id}"
    version = users.owner.get(path)["version"]

    def edit(number: int) -> Answer:
        body = {"title": f"Edit {number}", "version": version}
        return users.owner.call("PATCH", path, body, expect=(200, 409))

    answers = run_in_parallel([partial(edit, number) for number in range(DEVICES)])
    (winner,) = (answer for answer in answers if answer.status == 200)
    assert users.owner.get(path) == winner.body


def test_lessons_put_at_the_same_time_are_all_stored(users: SharedUsers) -> None:
    """Instructors who edit different lessons never undo each other's changes."""
    course_id = new_course(users.owner, status="draft")
    names = [f"lesson-{number:02}" for number in range(DEVICES)]

    def put(name: str) -> None:
        path = f"/courses/{course_id}/lessons/{name}"
        while users.owner.call("PUT", path, lesson(), expect=(200, 201, 409, 503)).status > 201:
            continue

    run_in_parallel([partial(put, name) for name in names])
    shown = users.owner.get(f"/courses/{course_id}")["lessons"]
    assert sorted(entry["lessonId"] for entry in shown) == names
