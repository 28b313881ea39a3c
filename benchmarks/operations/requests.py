"""The requests that own_code.py sends: one for each operation of the API at least."""

import json
from collections.abc import Mapping
from typing import Any

from benchmarks.operations.scenario import FORMER_COURSE

STUDENT, OWNER = ("student-1", "students"), ("owner-1", "instructors")
ADMINISTRATOR = ("admin-1", "administrators")
COURSE_PATH = {"courseId": "course-1"}
LESSON_PATH = {"courseId": "course-1", "lessonId": "lesson-1"}
UPLOAD_PATH = {"courseId": "course-1", "lessonId": "lesson-2", "uploadId": "a" * 32}
CAPTIONS_PATH = {"courseId": "course-1", "lessonId": "lesson-4", "language": "de"}
PACKAGE_PATH = {"courseId": "course-1", "lessonId": "lesson-3"}


def requests() -> Mapping[str, list[dict[str, Any]]]:
    """The requests, by function."""
    upload = "/courses/{courseId}/lessons/{lessonId}/uploads/{uploadId}"
    captions = "/courses/{courseId}/lessons/{lessonId}/captions/{language}"
    group, staff = "/users/{userId}/groups/{group}", "/courses/{courseId}/staff"
    teacher = {**COURSE_PATH, "userId": "teacher-1"}
    lesson = {"title": "Lesson", "contentType": "video", "premium": False, "position": 1}
    return {
        "catalog": [
            _request("GET", "/courses", STUDENT, query={"limit": "20"}),
            _request("GET", "/courses/{courseId}", STUDENT, COURSE_PATH),
            _request("POST", "/courses", OWNER, body={"title": "New"}, expect=201),
            _request("PUT", "/courses/{courseId}/lessons/{lessonId}", OWNER, LESSON_PATH, body=lesson),
            _request(
                "PATCH", "/courses/{courseId}", OWNER, COURSE_PATH, body={"title": "Renamed", "version": 3}
            ),
            _request("DELETE", "/courses/{courseId}/lessons/{lessonId}", OWNER, LESSON_PATH, expect=204),
        ],
        "enrollment": [
            _request("POST", "/enrollments", STUDENT, body=COURSE_PATH, expect=201),
            _request("GET", "/enrollments", STUDENT, query={"limit": "20"}),
            _request("GET", "/courses/{courseId}/roster", OWNER, COURSE_PATH, query={"limit": "20"}),
            _request(
                "GET",
                "/courses/{courseId}/roster",
                OWNER,
                {"courseId": FORMER_COURSE},
                query={"limit": "20"},
                note="once, to copy names into records of a former version",
            ),
            _request(
                "POST",
                "/courses/{courseId}/roster",
                OWNER,
                COURSE_PATH,
                body={"emails": [f"student-{number}@example.org" for number in range(20)]},
            ),
            _request(
                "DELETE",
                "/courses/{courseId}/roster/{userId}",
                OWNER,
                {**COURSE_PATH, "userId": "student-1"},
                expect=204,
            ),
            _request("DELETE", "/enrollments/{courseId}", STUDENT, COURSE_PATH, expect=204),
        ],
        "progress": [
            _request("GET", "/progress/{courseId}", STUDENT, COURSE_PATH),
            _request(
                "PUT",
                "/progress/{courseId}/lessons/{lessonId}/position",
                STUDENT,
                LESSON_PATH,
                body={"positionSeconds": 9},
                expect=204,
            ),
            _request(
                "PUT",
                "/progress/{courseId}/lessons/{lessonId}",
                STUDENT,
                LESSON_PATH,
                body={"positionSeconds": 9},
                note="position",
            ),
            _request(
                "PUT",
                "/progress/{courseId}/lessons/{lessonId}",
                STUDENT,
                LESSON_PATH,
                body={"completed": True},
                note="completion",
            ),
            _request("GET", "/courses/{courseId}/lessons/{lessonId}/runtime", STUDENT, PACKAGE_PATH),
            _request(
                "PUT",
                "/courses/{courseId}/lessons/{lessonId}/runtime",
                STUDENT,
                PACKAGE_PATH,
                body={
                    "launch": 1,
                    "sequence": 2,
                    "model": {"cmi": {"core": {"lesson_status": "incomplete"}}},
                },
                expect=204,
            ),
        ],
        "content": [
            _request(
                "GET",
                "/courses/{courseId}/lessons/{lessonId}/content",
                # A teacher's request reads the course, which a student's takes from the instance for five seconds.
                OWNER,
                LESSON_PATH,
                note="premium, a new signature each time",
            ),
            _request(
                "GET",
                "/courses/{courseId}/lessons/{lessonId}/content",
                STUDENT,
                LESSON_PATH,
                note="premium, the same file within a window",
                is_new_file=False,
            ),
            _request(
                "POST",
                "/courses/{courseId}/lessons/{lessonId}/upload",
                OWNER,
                LESSON_PATH,
                body={},
                expect=201,
            ),
            _request(
                "GET", "/courses/{courseId}/lessons/{lessonId}/content", STUDENT, PACKAGE_PATH, note="package"
            ),
            _request(
                "POST",
                "/courses/{courseId}/lessons/{lessonId}/uploads",
                OWNER,
                LESSON_PATH,
                body={"sizeBytes": 300 * 1024**2, "fileName": "Größe.mp4"},
                expect=201,
            ),
            _request(
                "POST",
                f"{upload}/parts",
                OWNER,
                UPLOAD_PATH,
                body={"partNumbers": [1, 2, 3, 4]},
                note="four parts",
            ),
            _request("GET", f"{upload}/parts", OWNER, UPLOAD_PATH),
            _request("POST", f"{upload}/complete", OWNER, UPLOAD_PATH, expect=202),
            _request("DELETE", upload, OWNER, UPLOAD_PATH, expect=204),
            _request("PUT", captions, OWNER, CAPTIONS_PATH, body={}, expect=201),
            _request("DELETE", captions, OWNER, CAPTIONS_PATH, expect=204),
        ],
        "profiles": [
            _request("GET", "/profile", STUDENT),
            _request("PATCH", "/profile", STUDENT, body={"displayName": "Ada"}),
            _request("GET", "/profile/export", STUDENT),
            _request("DELETE", "/profile", STUDENT, expect=204),
            _request("GET", "/users", ADMINISTRATOR, query={"email": "student@example.org"}),
            _request("PUT", group, ADMINISTRATOR, {"userId": "student-1", "group": "students"}, expect=204),
            _request(
                "DELETE", group, ADMINISTRATOR, {"userId": "student-1", "group": "instructors"}, expect=204
            ),
            _request("GET", staff, OWNER, COURSE_PATH),
            _request("POST", staff, OWNER, COURSE_PATH, body={"email": "student@example.org"}, expect=204),
            _request("PUT", f"{staff}/{{userId}}", OWNER, teacher, expect=204),
            _request("DELETE", f"{staff}/{{userId}}", OWNER, teacher, expect=204),
            _request("GET", "/courses/{courseId}/audit", ADMINISTRATOR, COURSE_PATH),
            _request("GET", "/users/{userId}/audit", ADMINISTRATOR, {"userId": "student-1"}),
        ],
    }


def _request(
    method: str,
    resource: str,
    caller: tuple[str, str],
    path: Mapping[str, str] | None = None,
    *,
    query: Mapping[str, str] | None = None,
    body: Any = None,
    expect: int = 200,
    note: str = "",
    is_new_file: bool = True,
) -> dict[str, Any]:
    """A request of the scenario. With `is_new_file`, each run asks for a file that no earlier run asked for."""
    user_id, group = caller
    claims = {
        "sub": user_id,
        "email": "student@example.org",
        "email_verified": "true",
        "token_use": "id",
        "cognito:groups": group,
    }
    return {
        "label": f"{method} {resource}" + (f" ({note})" if note else ""),
        "expect": expect,
        "isNewFile": is_new_file,
        "event": {
            "httpMethod": method,
            "resource": resource,
            "pathParameters": dict(path) if path else None,
            "queryStringParameters": dict(query) if query else None,
            "headers": {"Origin": "https://portal.example.org", "Content-Type": "application/json"},
            "body": None if body is None else json.dumps(body),
            "isBase64Encoded": False,
            "requestContext": {"requestId": "benchmark", "authorizer": {"claims": claims}},
        },
    }
