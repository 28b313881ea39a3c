"""Proves over HTTP that a deployed platform works: an instructor publishes a course, a student takes it.

It can run any number of times: it makes the demo course once and finds it again.
"""

import json
from collections.abc import Mapping
from typing import Any

from education.errors import UserError
from local_platform.api_client import Person, fetch, plain_session, upload
from tools.deploy import package_slots

TITLE = "A first look around"
FILES = {
    "welcome": ("welcome.md", "text/markdown", b"# Welcome\n\nWelcome to the course.\n"),
    "practice": (
        "index.html",
        "text/html",
        b"<!doctype html><html lang=en><title>Practice</title><p>Practise here.</p></html>\n",
    ),
}
LESSONS = {
    "welcome": {"title": "Welcome", "contentType": "article", "premium": False, "position": 0},
    "practice": {"title": "Practice", "contentType": "interactive", "premium": True, "position": 1},
}


def run(outputs: Mapping[str, Any]) -> str:
    """Run the smoke test; returns the demo course's id. Raises `UserError` that names the call that failed."""
    for problem in package_slots.problems(outputs["content_base_url"], plain_session()):
        raise UserError(problem)
    instructor = Person(outputs, outputs["demo_accounts"]["instructor"])
    course_id = _published_course(instructor)
    student = Person(outputs, outputs["demo_accounts"]["student"])
    _study(student, course_id)
    _open_portal(outputs, student, course_id)
    return course_id


def _published_course(instructor: Person) -> str:
    """The demo course, with its lessons and their files; made or completed if needed."""
    items = instructor.call("GET", "/courses?limit=100")["items"]
    found = next((course["courseId"] for course in items if course["title"] == TITLE), None)
    if found is None:
        body = {"title": TITLE, "summary": "Made by the smoke test of the local platform."}
        found = instructor.call("POST", "/courses", body)["courseId"]
    course_id = str(found)
    existing = {
        lesson["lessonId"]: lesson for lesson in instructor.call("GET", f"/courses/{course_id}")["lessons"]
    }
    for lesson_id, lesson in LESSONS.items():
        path = f"/courses/{course_id}/lessons/{lesson_id}"
        if lesson_id not in existing:
            instructor.call("PUT", path, lesson)
        name, media_type, content = FILES[lesson_id]
        has_content = existing.get(lesson_id, {}).get("hasContent")
        # An earlier version may have uploaded another file to a platform that still runs.
        if not has_content or fetch(instructor.call("GET", f"{path}/content")["url"]) != content:
            request = {"fileName": name, "mediaType": media_type}
            upload(instructor.call("POST", f"{path}/upload", request), content)
    course = instructor.call("GET", f"/courses/{course_id}")
    if course["status"] != "published":
        instructor.call(
            "PATCH", f"/courses/{course_id}", {"status": "published", "version": course["version"]}
        )
    return course_id


def _study(student: Person, course_id: str) -> None:
    """Enrol, record progress and read both lessons."""
    enrollment = student.call("POST", "/enrollments", {"courseId": course_id})
    if enrollment["courseId"] != course_id:
        raise UserError(f"enrolling in {course_id} answered with {enrollment['courseId']}")
    for lesson_id in LESSONS:
        content = student.call("GET", f"/courses/{course_id}/lessons/{lesson_id}/content")
        if fetch(content["url"]) != FILES[lesson_id][2]:
            raise UserError(f"the file of lesson {lesson_id!r} is not the one that was uploaded")
    progress = student.call(
        "PUT", f"/progress/{course_id}/lessons/welcome", {"positionSeconds": 30, "completed": True}
    )
    if "welcome" not in progress["completedLessons"]:
        raise UserError(
            f"lesson 'welcome' was completed, but the progress says {progress['completedLessons']}"
        )


def _open_portal(outputs: Mapping[str, Any], student: Person, course_id: str) -> None:
    """Fetch the portal's page under an address of a course, its settings, and the course through its own `/v1`."""
    portal = outputs["portal_url"]
    page = fetch(f"{portal}/courses/{course_id}").decode()
    if "Content-Security-Policy" not in page or "/assets/" not in page:
        raise UserError(f"{portal}/courses/{course_id} is not the page of the portal")
    if json.loads(fetch(f"{portal}/config.json"))["clientId"] != outputs["user_pool_client_id"]:
        raise UserError(f"{portal}/config.json names another client than this stack's")
    course = json.loads(fetch(f"{portal}/v1/courses/{course_id}", student.id_token))
    if course["courseId"] != course_id:
        raise UserError(f"{portal}/v1/courses/{course_id} answered with {course['courseId']}")
