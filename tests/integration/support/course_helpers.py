"""Helpers to create courses, lessons and files over the API, as the portal does it."""

import secrets
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import requests

from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Person

T = TypeVar("T")

EVENT_SECONDS = 45  # on a busy machine; most events come within a second
LONGEST_PAUSE_SECONDS = 0.5
# A package is unpacked after it has arrived.
PACKAGE_SECONDS = 90.0
PAGE = b"<!doctype html><html lang=en><title>Lesson</title><p>Read this.</p></html>\n"


def lesson(
    content_type: str = "article", *, premium: bool = False, position: int = 0, title: str = "A lesson"
) -> dict[str, Any]:
    """The request body of a lesson."""
    return {"title": title, "contentType": content_type, "premium": premium, "position": position}


def new_course(
    owner: Person,
    *lesson_ids: str,
    lessons: Mapping[str, Mapping[str, Any]] | None = None,
    status: str = "published",
    **fields: Any,
) -> str:
    """Create a course with lessons and return its id. `lesson_ids` become articles that are not premium. If the course
    is not a draft, they have content, so that they count."""
    body = {"title": f"Course {secrets.token_hex(4)}", **fields}
    course_id = str(owner.post("/courses", body)["courseId"])
    wanted = {
        lesson_id: lesson(position=position, title=f"Lesson {lesson_id}")
        for position, lesson_id in enumerate(lesson_ids)
    }
    for lesson_id, described in {**wanted, **(lessons or {})}.items():
        owner.put(f"/courses/{course_id}/lessons/{lesson_id}", dict(described), expect=201)
    if status != "draft":
        give_content(owner, course_id, *lesson_ids)
        set_status(owner, course_id, status)
    return course_id


def give_content(owner: Person, course_id: str, *lesson_ids: str) -> None:
    """Let articles and interactive lessons count, which they do with content. Nobody may open it in the test.

    Locally a file is noted without one, which is quick. Elsewhere the test role may not write into a table, and the
    owner sends files.
    """
    deployed = owner.deployed
    if not deployed.is_local:
        send_content(owner, course_id, *lesson_ids)
        return
    for lesson_id in lesson_ids:
        deployed.looking_inside("dynamodb").update_item(
            TableName=deployed.outputs["courses_table_name"],
            Key={"courseId": {"S": course_id}},
            UpdateExpression="SET lessons.#lesson.contentKey = :key",
            ExpressionAttributeNames={"#lesson": lesson_id},
            ExpressionAttributeValues={":key": {"S": f"public/{course_id}/{lesson_id}/none/text.html"}},
        )


def send_content(owner: Person, course_id: str, *lesson_ids: str) -> None:
    """Upload a file to each of these lessons, and wait until all of them have content."""
    paths = [f"/courses/{course_id}/lessons/{lesson_id}" for lesson_id in lesson_ids]
    for path in paths:
        assert send_file(owner.deployed, owner.post(f"{path}/upload", {}), PAGE).ok
    for path in paths:
        eventually(partial(has_content, owner, path))


def set_status(owner: Person, course_id: str, status: str) -> None:
    """Publish or archive a course, or make it a draft again, from its current version."""
    version = owner.get(f"/courses/{course_id}")["version"]
    owner.patch(f"/courses/{course_id}", {"status": status, "version": version})


def enroll(student: Person, course_id: str) -> dict[str, Any]:
    """Enrol a student who is not enrolled yet. Returns the enrolment."""
    enrollment: dict[str, Any] = student.post("/enrollments", {"courseId": course_id})
    return enrollment


def add_co_teacher(owner: Person, course_id: str, colleague: Person) -> None:
    """Make an instructor a co-teacher of a course."""
    owner.call("PUT", f"/courses/{course_id}/staff/{colleague.user_id}", expect=204)


def send_file(
    deployed: Deployed,
    form: Mapping[str, Any],
    content: bytes,
    *,
    fields: Mapping[str, str] | None = None,
    media_type: str = "application/octet-stream",
) -> requests.Response:
    """POST a file with an upload form of the API; `fields` replaces fields of the form."""
    return deployed.http.post(
        form["url"],
        data={**form["fields"], **(fields or {})},
        files={"file": ("file", content, media_type)},
        headers={"Origin": deployed.origin},
        timeout=60,
    )


def upload(
    deployed: Deployed, owner: Person, course_id: str, lesson_id: str, content: bytes = PAGE, **wanted: Any
) -> str:
    """Upload a lesson's file, wait until the lesson has it, and return the object's key."""
    path = f"/courses/{course_id}/lessons/{lesson_id}"
    form = owner.post(f"{path}/upload", wanted)
    answer = send_file(deployed, form, content)
    assert answer.status_code in (200, 201, 204), answer.text
    # The address of an interactive page has the id of the upload, and its folder by another name.
    upload_id = form["key"].split("/")[3].rpartition("-")[2]
    eventually(lambda: upload_id in owner.get(f"{path}/content")["url"], lambda: has_content(owner, path))
    return str(form["key"])


def upload_package(
    deployed: Deployed, owner: Person, course_id: str, lesson_id: str, package: bytes, **wanted: Any
) -> dict[str, Any]:
    """Upload a package for an interactive lesson; its `content` when it was unpacked or refused."""
    path = f"/courses/{course_id}/lessons/{lesson_id}"
    form = owner.post(f"{path}/upload", {"mediaType": "application/zip", **wanted})
    answer = send_file(deployed, form, package)
    assert answer.status_code in (200, 201, 204), answer.text
    name = form["key"].rpartition("/")[2]

    def is_settled() -> bool:
        content = content_of(owner, course_id, lesson_id)
        is_failed = content["state"] == "failed" and content["code"] != "interrupted"
        is_done = is_failed or content["state"] == "ready"
        return bool(is_done and content.get("fileName") == name)

    eventually(is_settled, seconds=PACKAGE_SECONDS)
    return content_of(owner, course_id, lesson_id)


def content_of(person: Person, course_id: str, lesson_id: str) -> dict[str, Any]:
    """The `content` of a lesson."""
    lessons = person.get(f"/courses/{course_id}")["lessons"]
    found: dict[str, Any] = next(each for each in lessons if each["lessonId"] == lesson_id)["content"]
    return found


def has_content(person: Person, lesson_path: str) -> bool:
    """Whether `hasContent` is true for a lesson, given by its path `/courses/{courseId}/lessons/{lessonId}`."""
    course_path, _, lesson_id = lesson_path.partition("/lessons/")
    lessons = person.get(course_path)["lessons"]
    return any(entry["lessonId"] == lesson_id and entry["hasContent"] for entry in lessons)


def versions_of(deployed: Deployed, key: str) -> list[Any]:
    """Every version, and every mark of a deletion, of the files whose keys begin like this."""
    bucket = deployed.outputs["content_bucket_name"]
    answer = deployed.client("s3").list_object_versions(Bucket=bucket, Prefix=key)
    return [*answer.get("Versions", ()), *answer.get("DeleteMarkers", ())]


def eventually(condition: Callable[[], T], *first: Callable[[], bool], seconds: float = EVENT_SECONDS) -> T:
    """Wait until all of `first` are true, and then `condition`. Returns the value of `condition`.

    What is waited for needs the processor that asking takes, so the pauses grow.
    """
    deadline, pause = time.monotonic() + seconds, 0.05
    while not (all(check() for check in first) and (value := condition())):
        assert time.monotonic() < deadline, f"it did not happen within {seconds} s"
        time.sleep(pause)
        pause = min(1.5 * pause, LONGEST_PAUSE_SECONDS)
    return value
