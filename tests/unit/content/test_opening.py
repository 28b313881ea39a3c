"""A student opens a lesson by a course that may be five seconds old; nothing is refused by an old course."""

from tests.unit.content_fixture import BASE, COURSE, Files, verify
from tests.unit.lambda_api_fixture import OTHER_INSTRUCTOR, OWNER, STUDENT


def test_a_student_opens_lessons_by_a_course_of_five_seconds(files: Files) -> None:
    key = files.upload("text").body["key"]
    files.arrive(key)
    files.enrol("active")
    counted = [files.calls(caller=STUDENT) for _ in range(3)]
    assert counted == [{"GetItem": 2}, {"GetItem": 1}, {"GetItem": 1}]
    newer = files.upload("text").body["key"]
    files.arrive(newer)
    assert files.content("text", STUDENT).body["url"] == f"{BASE}/{key}"
    assert files.content("text", OWNER).body["url"] == f"{BASE}/{newer}", (
        "a teacher sees the new file at once"
    )
    files.forget()
    assert files.content("text", STUDENT).body["url"] == f"{BASE}/{newer}"


def test_an_old_course_refuses_nothing(files: Files) -> None:
    files.enrol("active")
    assert files.content("text", STUDENT).problem() == (404, "not-found")
    files.arrive(files.upload("text").body["key"])
    assert files.content("text", STUDENT).status == 200, "it was uploaded a moment ago"
    assert files.content("text", OTHER_INSTRUCTOR).problem() == (403, "forbidden")
    files.tables.set(files.tables.courses, {"courseId": COURSE}, staff={OTHER_INSTRUCTOR.user_id})
    assert files.content("text", OTHER_INSTRUCTOR).status == 200, "a co-teacher since a moment ago"


def test_a_course_that_was_read_now_is_not_read_again_to_refuse(
    files: Files, consistent_reads: list[bool]
) -> None:
    """It was read consistently, so there is nothing newer."""
    files.enrol("active")
    assert files.calls(caller=STUDENT, status=404) == {"GetItem": 2}
    assert files.calls(caller=STUDENT, status=404) == {"GetItem": 2}, "read again, because it is old"
    files.set_course(status="draft")
    files.forget()
    assert files.calls(caller=STUDENT, status=404) == {"GetItem": 1}
    assert consistent_reads == [True] * 5


def test_a_lesson_that_has_become_premium_is_soon_signed(files: Files) -> None:
    """Until then a student gets the address of the free file, which the lesson has lost and which is deleted."""
    files.arrive(files.upload("text").body["key"])
    files.enrol("active")
    assert files.content("text", STUDENT).body["premium"] is False
    premium = {"title": "Text", "contentType": "article", "premium": True, "position": 1}
    files.set_course(lessons={"text": premium})
    assert files.content("text", STUDENT).body["premium"] is False
    files.forget()
    assert files.content("text", STUDENT).problem() == (404, "not-found")
    files.arrive(files.upload("text").body["key"])
    body = files.content("text", STUDENT).body
    assert body["premium"] is True
    verify(body["url"], files.key_arn)
