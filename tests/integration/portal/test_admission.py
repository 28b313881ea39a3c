"""What the page of a course says to who cannot learn yet: a place on the waitlist, and dates in the own time zone."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.portal_visit import visit
from tests.integration.support.course_helpers import enroll, eventually, new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.intrusive


def test_the_place_on_the_waitlist_is_told_and_moves_up(
    deployed: Deployed, people: People, users: SharedUsers, chromium: "Browser"
) -> None:
    first, second, student = (people.new("students") for _ in range(3))
    course_id = new_course(users.owner, title="One seat", capacity=1)
    course = f"/courses/{course_id}"
    enroll(first, course_id)
    enroll(second, course_id)
    with visit(chromium, deployed) as window:
        page = window.page
        window.enter(student, course)
        page.get_by_role("button", name="Enrol").click()
        page.get_by_text("You are number 2 on the waitlist").wait_for()
        assert window.faults() == []
        second.delete(f"/enrollments/{course_id}")
        window.calls.clear()
        eventually(
            lambda: student.call("GET", f"/progress/{course_id}", expect=403).body.get("waitlistPlace") == 1
        )
        window.open(course)
        page.get_by_text("You are number 1 on the waitlist").wait_for()
        assert sorted(window.calls) == [f"GET {course}", f"GET /progress/{course_id}"]
        first.delete(f"/enrollments/{course_id}")
        eventually(lambda: student.get("/enrollments")["items"][0]["status"] == "active")
        window.open(course)
        page.get_by_role("progressbar").wait_for()


def test_dates_are_told_in_the_time_zone_of_the_reader(
    deployed: Deployed, people: People, users: SharedUsers, chromium: "Browser"
) -> None:
    opens = (datetime.now(UTC) + timedelta(days=400)).replace(month=1, day=15, hour=11, minute=30, second=0)
    course_id = new_course(users.owner, title="Next year", opensAt=opens.isoformat(timespec="seconds"))
    student = people.new("students")
    for zone, hour in {"Europe/Berlin": "12:30", "America/New_York": "06:30"}.items():
        with visit(chromium, deployed, timezone_id=zone, locale="en-GB") as window:
            window.enter(student, f"/courses/{course_id}")
            note = window.page.get_by_text("Enrolment opens on 15 January")
            note.wait_for()
            assert hour in note.inner_text()
            assert window.page.get_by_role("button", name="Enrol").count() == 0
