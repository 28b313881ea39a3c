"""The routes of progress, as students use them. Progress only moves forward."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.support.course_helpers import enroll, give_content, lesson, new_course, set_status
from tests.integration.support.people import SharedUsers

LESSONS = ("one", "two", "three", "four")


def test_a_student_completes_a_course(users: SharedUsers) -> None:
    """The percentage follows the completed lessons. `completedAt` is set once, with the last lesson."""
    course_id = new_course(users.owner, *LESSONS)
    enroll(users.student, course_id)
    assert users.student.get(f"/progress/{course_id}")["completedLessons"] == []
    for count, lesson_id in enumerate(LESSONS, start=1):
        progress = users.student.put(f"/progress/{course_id}/lessons/{lesson_id}", {"completed": True})
        assert progress["completionPercentage"] == 25 * count
        assert progress["completedLessons"] == list(LESSONS[:count])
        assert ("completedAt" in progress) == (count == len(LESSONS))
        assert progress["status"] == ("completed" if count == len(LESSONS) else "active")
    again = users.student.put(f"/progress/{course_id}/lessons/one", {"completed": True})
    assert again["completedAt"] == progress["completedAt"]
    # A lesson that is added later lowers the percentage. The course stays completed.
    users.owner.put(f"/courses/{course_id}/lessons/five", lesson(position=9), expect=201)
    give_content(users.owner, course_id, "five")
    later = users.student.get(f"/progress/{course_id}")
    assert (later["completionPercentage"], later["status"]) == (80, "completed")
    assert later["completedAt"] == progress["completedAt"]


def test_progress_never_goes_back(users: SharedUsers) -> None:
    """Neither `completed: false` nor a late or repeated update changes it back."""
    course_id = new_course(users.owner, "one", "two")
    enroll(users.student, course_id)
    path = f"/progress/{course_id}/lessons/one"
    now = datetime.now(UTC)

    def at(minutes: int) -> str:
        return (now + timedelta(minutes=minutes)).isoformat()

    users.student.put(path, {"positionSeconds": 90, "completed": True, "occurredAt": at(-5)})
    undone = users.student.put(path, {"completed": False})
    assert undone["completedLessons"] == ["one"]
    late = users.student.put(path, {"positionSeconds": 10, "occurredAt": at(-9)})
    assert late["positions"] == {"one": 90}
    newer = users.student.put(path, {"positionSeconds": 20, "occurredAt": at(-1)})
    assert newer["positions"] == {
        "one": 20
    }  # the position of the latest activity is stored, not the highest one
    assert users.student.put(path, {"positionSeconds": 20, "occurredAt": at(-1)}) == newer


def test_a_device_with_a_slow_clock_keeps_its_positions(users: SharedUsers) -> None:
    """With `sentAt`, the server's clock counts, and a queued position keeps its age."""
    course_id = new_course(users.owner, "one")
    enroll(users.student, course_id)
    path = f"/progress/{course_id}/lessons/one"
    users.student.put(path, {"positionSeconds": 50})
    slow = {"occurredAt": "2001-01-01T00:10:00Z", "sentAt": "2001-01-01T00:10:00Z"}
    assert users.student.put(path, {"positionSeconds": 70, **slow})["positions"] == {"one": 70}
    queued = {**slow, "occurredAt": "2001-01-01T00:00:00Z"}
    assert users.student.put(path, {"positionSeconds": 60, **queued})["positions"] == {"one": 70}


def test_a_player_reports_positions(users: SharedUsers) -> None:
    """The answer has no body. The latest position counts, from whatever route and in whatever order."""
    course_id = new_course(users.owner, "one", "two")
    enroll(users.student, course_id)
    path = f"/progress/{course_id}/lessons/one"
    now = datetime.now(UTC)
    for seconds, minute in ((10, -5), (20, -3), (5, -4), (20, -3)):
        at = (now + timedelta(minutes=minute)).isoformat()
        answer = users.student.call(
            "PUT", f"{path}/position", {"positionSeconds": seconds, "occurredAt": at}, expect=204
        )
        assert answer.body is None
    assert users.student.get(f"/progress/{course_id}")["positions"] == {"one": 20}
    assert users.student.put(path, {"positionSeconds": 30})["positions"] == {"one": 30}
    users.student.put(f"{path}/position", {"positionSeconds": 40}, expect=204)
    completed = users.student.put(path, {"completed": True})
    assert (completed["positions"], completed["completedLessons"]) == ({"one": 40}, ["one"])


def test_devices_that_report_at_once_end_at_the_latest_position(users: SharedUsers) -> None:
    """Also when a lesson has no position yet."""
    course_id = new_course(users.owner, "one")
    enroll(users.student, course_id)
    now = datetime.now(UTC)

    def report(seconds: int) -> None:
        at = (now - timedelta(seconds=seconds)).isoformat()
        body = {"positionSeconds": seconds, "occurredAt": at}
        users.student.put(f"/progress/{course_id}/lessons/one/position", body, expect=204)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(report, range(1, 17)))
    assert users.student.get(f"/progress/{course_id}")["positions"] == {"one": 1}


def test_positions_are_refused_after_a_withdrawal_and_resumed_after_an_enrolment(users: SharedUsers) -> None:
    """Progress is kept, but a player that is still open changes nothing."""
    course_id = new_course(users.owner, "one", "two")
    path = f"/progress/{course_id}/lessons/one/position"
    users.student.put(path, {"positionSeconds": 1}, expect=403)
    enroll(users.student, course_id)
    users.student.put(path, {"positionSeconds": 10}, expect=204)
    users.student.delete(f"/enrollments/{course_id}")
    users.student.put(path, {"positionSeconds": 99}, expect=403)
    enroll(users.student, course_id)
    assert users.student.get(f"/progress/{course_id}")["positions"] == {"one": 10}
    users.student.put(path, {"positionSeconds": 20}, expect=204)
    users.owner.delete(f"/courses/{course_id}/roster/{users.student.user_id}")
    users.student.put(path, {"positionSeconds": 99}, expect=403)


@pytest.mark.parametrize(
    "body",
    [
        {"positionSeconds": -1},
        {"positionSeconds": 1.5},
        {"positionSeconds": "10"},
        {"completed": "yes"},
        {"completed": None},
        {"occurredAt": "yesterday"},
        {"sentAt": "yesterday"},
        {"positionSeconds": 1, "occurredAt": "2026-01-02T00:00:00Z", "sentAt": "2026-01-01T00:00:00Z"},
        {"percentage": 100},
    ],
)
def test_invalid_progress_is_refused(users: SharedUsers, body: Any) -> None:
    """The platform does not guess what an invalid value means."""
    course_id = new_course(users.owner, "one")
    enroll(users.student, course_id)
    users.student.put(f"/progress/{course_id}/lessons/one", body, expect=400)


def test_only_enrolled_students_have_progress(users: SharedUsers) -> None:
    """403 in a visible course, even for its owner and administrators. 404 in a course that the caller may not see."""
    course_id = new_course(users.owner, "one")
    for person in (users.other_student, users.owner, users.administrator):
        person.get(f"/progress/{course_id}", expect=403)
        person.put(f"/progress/{course_id}/lessons/one", {"completed": True}, expect=403)
    draft = new_course(users.owner, "one", status="draft")
    users.other_student.get(f"/progress/{draft}", expect=404)
    users.other_student.put(f"/progress/{draft}/lessons/one", {"completed": True}, expect=404)
    enroll(users.student, course_id)
    users.student.put(f"/progress/{course_id}/lessons/unknown", {"completed": True}, expect=404)


def test_an_enrolled_student_can_continue_in_an_archived_course(users: SharedUsers) -> None:
    """A student keeps access to a course that is archived later."""
    course_id = new_course(users.owner, "one")
    enroll(users.student, course_id)
    set_status(users.owner, course_id, "archived")
    users.student.put(f"/progress/{course_id}/lessons/one", {"completed": True})
    assert users.student.get(f"/progress/{course_id}")["status"] == "completed"
