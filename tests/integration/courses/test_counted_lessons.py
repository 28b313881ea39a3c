"""Which lessons count for the percentage, over the API: required ones with content, as they are now."""

from tests.integration.support.course_helpers import (
    enroll,
    eventually,
    lesson,
    new_course,
    send_content,
    set_status,
    upload,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Person, SharedUsers


def stored_percentage(student: Person, course_id: str) -> float:
    """The percentage in the student's list, which is the stored one, like that of the roster."""
    listed = student.get_all("/enrollments")
    return float(next(one for one in listed if one["courseId"] == course_id)["completionPercentage"])


def test_percentages_follow_the_lessons_that_count(deployed: Deployed, users: SharedUsers) -> None:
    owner, student = users.owner, users.student
    course_id = new_course(owner, "one", lessons={"empty": lesson(position=1)})
    enroll(student, course_id)
    path = f"/courses/{course_id}/lessons"
    student.put(f"/progress/{course_id}/lessons/empty", {"completed": True})
    found = student.get(f"/progress/{course_id}")
    assert (found["completedLessons"], found["completionPercentage"]) == (["empty"], 0)
    found = student.put(f"/progress/{course_id}/lessons/one", {"completed": True})
    assert (found["status"], found["completionPercentage"]) == ("completed", 100)

    owner.put(f"{path}/film", lesson(position=2), expect=201)
    assert student.get(f"/progress/{course_id}")["completionPercentage"] == 100
    upload(deployed, owner, course_id, "film")
    eventually(lambda: stored_percentage(student, course_id) == 50)
    owner.put(f"{path}/film", {**lesson(position=2), "required": False})
    eventually(lambda: stored_percentage(student, course_id) == 100)
    owner.put(f"{path}/film", lesson(position=2))
    eventually(lambda: stored_percentage(student, course_id) == 50)
    # Another content type takes the file away.
    owner.put(f"{path}/film", lesson("pdf", position=2))
    eventually(lambda: stored_percentage(student, course_id) == 100)
    assert student.get(f"/progress/{course_id}")["status"] == "completed"


def test_a_lesson_counts_when_its_owner_has_sent_a_file(users: SharedUsers) -> None:
    """It is how tests give content to lessons where they may not write into a table."""
    owner, student = users.owner, users.student
    course_id = new_course(owner, "one", lessons={"later": lesson(position=1)})
    enroll(student, course_id)
    found = student.put(f"/progress/{course_id}/lessons/one", {"completed": True})
    assert found["completionPercentage"] == 100
    send_content(owner, course_id, "later")
    assert student.get(f"/progress/{course_id}")["completionPercentage"] == 50


def test_sections_required_lessons_and_their_order(users: SharedUsers) -> None:
    owner = users.owner
    course_id = new_course(owner, "a", "b", status="draft")
    path = f"/courses/{course_id}"
    described = {**lesson(position=7), "section": "Basics", "required": False}
    shown = owner.put(f"{path}/lessons/a", described)
    assert (shown["section"], shown["required"]) == ("Basics", False)
    version = owner.get(path)["version"]
    changed = owner.patch(path, {"version": version, "lessonOrder": ["a", "b"]})
    assert [(one["lessonId"], one["position"]) for one in changed["lessons"]] == [("a", 0), ("b", 1)]
    assert changed["lessons"][0]["section"] == "Basics"
    owner.patch(path, {"version": version, "lessonOrder": ["b", "a"]}, expect=409)
    refused = owner.patch(path, {"version": version + 1, "lessonOrder": ["b"]}, expect=400)
    assert refused["detail"].endswith("must name each lesson of the course once, and nothing else.")
    set_status(owner, course_id, "published")


def test_the_last_lesson_is_in_the_list_of_enrolments(users: SharedUsers) -> None:
    course_id, student = new_course(users.owner, "one", "two"), users.student
    enrolled = enroll(student, course_id)
    assert "lastLessonId" not in enrolled

    def last() -> str | None:
        found = next(one for one in student.get_all("/enrollments") if one["courseId"] == course_id)
        return found.get("lastLessonId")

    student.put(f"/progress/{course_id}/lessons/two/position", {"positionSeconds": 3}, expect=204)
    eventually(lambda: last() == "two")
    student.put(f"/progress/{course_id}/lessons/one", {"completed": True})
    eventually(lambda: last() == "one")
