"""Proves over HTTP that a deployed platform works: an instructor publishes the demo course, a student takes it.

It can run any number of times: the course is made once and found again.
"""

import json
from collections.abc import Mapping
from typing import Any

from education.errors import UserError
from local_platform.api_client import Person, fetch, plain_session
from local_platform.demo.course import LESSONS, file_of, first_page, published_course
from tools.deploy import package_slots

READ = "words"
WATCHED = "film"


def run(outputs: Mapping[str, Any]) -> str:
    """Run the smoke test; returns the demo course's id. Raises `UserError` that names the call that failed."""
    for problem in package_slots.problems(outputs["content_base_url"], plain_session()):
        raise UserError(problem)
    course_id = published_course(Person(outputs, outputs["demo_accounts"]["instructor"]))
    student = Person(outputs, outputs["demo_accounts"]["student"])
    _study(student, course_id)
    _open_portal(outputs, student, course_id)
    return course_id


def _study(student: Person, course_id: str) -> None:
    """Enrol, get the file of each lesson, watch a part of the film and finish the article."""
    enrollment = student.call("POST", "/enrollments", {"courseId": course_id})
    if enrollment["courseId"] != course_id:
        raise UserError(f"enrolling in {course_id} answered with {enrollment['courseId']}")
    for lesson_id, lesson in LESSONS.items():
        content = student.call("GET", f"/courses/{course_id}/lessons/{lesson_id}/content")
        wanted = first_page() if lesson.is_package else file_of(lesson)
        if fetch(content["url"]) != wanted:
            raise UserError(f"the file of lesson {lesson_id!r} is not the one that was uploaded")
    student.call("PUT", f"/progress/{course_id}/lessons/{WATCHED}/position", {"positionSeconds": 9})
    progress = student.call("PUT", f"/progress/{course_id}/lessons/{READ}", {"completed": True})
    if READ not in progress["completedLessons"]:
        raise UserError(
            f"lesson {READ!r} was completed, but the progress says {progress['completedLessons']}"
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
