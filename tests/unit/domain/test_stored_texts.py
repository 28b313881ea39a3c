"""Texts that were stored before there were rules for them are still read, and shown without what could do harm."""

import pytest

from domain.courses import Course
from domain.enrollments.model import EnrollmentRecord
from domain.enrollments.views import enrollment_view
from domain.people.profiles import Profile

NOW = "2026-03-01T08:00:00.000Z"
OLD, SHOWN = "A\0\x1b[31m\u202egpj.exe\ud800", "A\ufffd\ufffd[31m\ufffdgpj.exe\ufffd"


def test_a_course_with_its_lessons() -> None:
    lesson = {"title": OLD, "contentType": "pdf", "premium": False, "position": 0}
    item = {
        "courseId": "c1",
        "title": OLD,
        "summary": f"{OLD}\n\tb",
        "status": "published",
        "ownerId": "o1",
        "version": 1,
        "lessons": {"one": lesson},
        "createdAt": NOW,
        "updatedAt": NOW,
    }
    course = Course.from_stored(item)
    assert (course.title, course.summary, course.lessons[0].title) == (SHOWN, f"{SHOWN}\n\tb", SHOWN)


def test_an_enrolment() -> None:
    record = EnrollmentRecord("u1", "c1", OLD, "active", NOW, NOW)
    assert enrollment_view(EnrollmentRecord.from_stored(record.to_stored(1)))["courseTitle"] == SHOWN


@pytest.mark.parametrize(("email", "name"), [("ada@example.org", "ada"), ("@x", "New member"), (OLD, SHOWN)])
def test_a_profile(email: str, name: str) -> None:
    first = Profile.first("u1", email, NOW)
    assert first.display_name == name
    stored = Profile("u1", "e", OLD, "en", NOW, NOW).to_api()
    assert Profile.from_stored(stored).display_name == SHOWN
