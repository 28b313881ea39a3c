"""The roster of a course, as instructors read it."""

from tests.integration.support.course_helpers import enroll, eventually, new_course
from tests.integration.support.people import People, SharedUsers

LESSONS = ("one", "two", "three", "four")


def test_a_roster_is_paged_by_completion(users: SharedUsers, people: People) -> None:
    """Every enrolled student is listed once, sorted by completion. A student who withdrew is not listed."""
    course_id = new_course(users.owner, *LESSONS)
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
        listed = users.owner.get_all(path, limit)
        assert [entry["userId"] for entry in listed] == expected
    assert [entry["completionPercentage"] for entry in listed] == [100, 75, 50, 25, 0]
    assert [entry["status"] for entry in listed] == ["completed", *["active"] * 4]
    assert users.administrator.get_all(path, 2) == listed


def test_only_the_owner_and_administrators_read_a_roster(users: SharedUsers) -> None:
    """Other callers get 403, or 404 if the course is a draft."""
    course_id = new_course(users.owner)
    enroll(users.student, course_id)
    path = f"/courses/{course_id}/roster"
    for person in (users.student, users.other_student, users.other_instructor):
        person.get(path, expect=403)
    draft = new_course(users.owner, status="draft")
    users.other_instructor.get(f"/courses/{draft}/roster", expect=404)
    assert users.owner.get(f"/courses/{draft}/roster") == {"items": []}


def test_a_roster_shows_a_new_name_within_seconds(users: SharedUsers, people: People) -> None:
    """The roster has a copy of the name, which follows the profile."""
    course_id = new_course(users.owner)
    student = people.new()
    name = student.get("/profile")["displayName"]
    enroll(student, course_id)

    def shown() -> list[tuple[str, str]]:
        entries = users.owner.get_all(f"/courses/{course_id}/roster")
        return [(entry["displayName"], entry["email"]) for entry in entries]

    assert shown() == [(name, student.email)]
    student.patch("/profile", {"displayName": "Countess of Lovelace"})
    eventually(lambda: shown() == [("Countess of Lovelace", student.email)])
