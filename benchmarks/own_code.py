"""Measures the time in our own code per request: each handler runs from its zip and gets prepared answers of AWS."""

import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from boto3.dynamodb.types import TypeSerializer

from education.errors import UserError
from education.functions.bundling import bundle

PROBE = Path(__file__).with_name("handler_probe.py")
NOW = "2026-01-01T00:00:00.000Z"
LESSONS = {
    f"lesson-{number}": {
        "title": f"Lesson {number}",
        "contentType": "video",
        "premium": True,
        "position": number,
        "contentKey": f"premium/course-1/lesson-{number}/@number@/film.mp4",
        "uploadedAt": NOW,
    }
    for number in range(20)
}
COURSE = {
    "courseId": "course-1",
    "title": "Algebra",
    "summary": "x",
    "status": "published",
    "ownerId": "owner-1",
    "version": 3,
    "lessons": LESSONS,
    "lessonCount": len(LESSONS),
    "createdAt": NOW,
    "updatedAt": NOW,
    "publishedAt": f"{NOW}#course-1",
    "catalogue": "published",
}
RECORD = {
    "userId": "student-1",
    "courseId": "course-1",
    "courseShard": "course-1#0",
    "status": "active",
    "courseTitle": "Algebra",
    "enrolledAt": NOW,
    "lastActivityAt": NOW,
    "completionPercentage": 5,
    "completedLessons": {"lesson-0"},
    "positions": {"lesson-0": {"seconds": 7, "at": NOW}},
    "revision": 4,
}
PROFILE = {
    "userId": "student-1",
    "email": "student@example.org",
    "displayName": "Student",
    "locale": "en",
    "createdAt": NOW,
    "updatedAt": NOW,
}
ENVIRONMENT = {
    "ENVIRONMENT_SUFFIX": "benchmark",
    "LOG_LEVEL": "INFO",
    "PORTAL_ORIGINS": "https://portal.example.org",
    "COURSES_TABLE": "courses",
    "COURSE_PROGRESS_TABLE": "progress",
    "POSITIONS_TABLE": "positions",
    "RUNTIME_TABLE": "runtime",
    "USER_PROFILES_TABLE": "profiles",
    "AUDIT_TABLE": "audit",
    "AUDIT_RETENTION_DAYS": "90",
    "ROSTER_SHARDS": "4",
    "CONTENT_BUCKET": "content",
    "CONTENT_BASE_URL": "https://content.example.org",
    "SIGNING_KEY_ARN": "arn:aws:kms:us-east-1:111122223333:key/6b0e71bd-7e97-4d97-80ce-4a0994e55286",
    "SIGNING_PUBLIC_KEY_ID": "K1",
    "PREMIUM_URL_MINUTES": "60",
    "MAX_UPLOAD_MIB": "100",
    "USER_POOL_ID": "us-east-1_x",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_EC2_METADATA_DISABLED": "true",
}
STUDENT, OWNER = ("student-1", "students"), ("owner-1", "instructors")
COURSE_PATH = {"courseId": "course-1"}
LESSON_PATH = {"courseId": "course-1", "lessonId": "lesson-1"}


@dataclass(frozen=True)
class Timing:
    """The seconds of each run of one request: `total` includes botocore, `own` does not."""

    function: str
    label: str
    total: list[float]
    own: list[float]


def measure(runs: int) -> list[Timing]:
    """Send every request `runs` times."""
    return [timing for function in _requests() for timing in _of_function(function, runs)]


def percentile(seconds: list[float], percent: int) -> float:
    """A percentile (1 to 99) of some seconds."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]


def unpacked(function: str, folder: Path) -> Path:
    """Unpack a function's zip below `folder`, as Lambda does, and return the new folder."""
    task = folder / function
    with zipfile.ZipFile(bundle(function).path) as archive:
        archive.extractall(task)
    return task


def _of_function(function: str, runs: int) -> Iterator[Timing]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        task = unpacked(function, folder)
        scenario = folder / "scenario.json"
        scenario.write_text(json.dumps({"answers": _answers(), "requests": _requests()[function]}))
        done = subprocess.run(
            [sys.executable, "-S", "-B", str(PROBE), function, str(scenario), str(runs)],
            env={
                "PATH": os.environ.get("PATH", ""),
                "PYTHONPATH": f"{task}:{runtime_folder()}",
                **ENVIRONMENT,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise UserError(f"the probe of {function} failed: {done.stderr[-2000:]}")
        for line in done.stdout.splitlines():
            yield Timing(function=function, **json.loads(line))


def runtime_folder() -> Path:
    """The folder that has boto3, which is part of the Lambda runtime."""
    return Path(boto3.__file__).parent.parent


def _answers() -> Mapping[str, Any]:
    wire = TypeSerializer().serialize
    course, record, profile = (wire(item)["M"] for item in (COURSE, RECORD, PROFILE))
    tables = {"courses": course, "progress": record, "profiles": profile}
    return {
        "GetItem": {"byTable": {table: {"Item": item} for table, item in tables.items()}},
        "Query": {
            "byTable": {
                "courses": {"Items": [course] * 20, "Count": 20},
                "progress": {"Items": [record] * 20, "Count": 20},
                "positions": {"Items": [], "Count": 0},
            }
        },
        "BatchGetItem": {"Responses": {"courses": [course], "progress": [record], "profiles": [profile]}},
        "UpdateItem": {
            "byTable": {"positions": {}, **{table: {"Attributes": item} for table, item in tables.items()}}
        },
        "PutItem": {},
        "TransactWriteItems": {},
        # As long as a P-256 signature in DER, in the Base64 of KMS's protocol.
        "Sign": {"Signature": base64.b64encode(bytes(71)).decode()},
    }


def _requests() -> Mapping[str, list[dict[str, Any]]]:
    lesson = {"title": "Lesson", "contentType": "video", "premium": False, "position": 1}
    return {
        "catalog": [
            _request("GET", "/courses", STUDENT, query={"limit": "20"}),
            _request("GET", "/courses/{courseId}", STUDENT, COURSE_PATH),
            _request("POST", "/courses", OWNER, body={"title": "New"}, expect=201),
            _request("PUT", "/courses/{courseId}/lessons/{lessonId}", OWNER, LESSON_PATH, body=lesson),
        ],
        "enrollment": [
            _request("POST", "/enrollments", STUDENT, body=COURSE_PATH, expect=201),
            _request("GET", "/enrollments", STUDENT, query={"limit": "20"}),
            _request("GET", "/courses/{courseId}/roster", OWNER, COURSE_PATH, query={"limit": "20"}),
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
        ],
        "profiles": [
            _request("GET", "/profile", STUDENT),
            _request("PATCH", "/profile", STUDENT, body={"displayName": "Ada"}),
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
