"""The items in the tables, the environment of the functions, and what AWS answers, for own_code.py."""

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from boto3.dynamodb.types import TypeSerializer

NOW = "2026-01-01T00:00:00.000Z"
# What a list or an export has of each kind.
MANY = 20
# A page of a roster asks each shard for one student more than it shows, and a large course has as many.
SHARDS, OF_SHARD = 4, 21
UPLOAD_ID = "a" * 32
PART_BYTES = 16 * 1024**2
LESSONS: dict[str, dict[str, Any]] = {
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
# What lessons 2 to 4 have besides: an upload in four parts, a package, and captions.
LESSONS["lesson-2"] |= {
    "openForm": {
        "uploadId": UPLOAD_ID,
        "multipart": {
            "id": "s3-1",
            "fileName": "Film.mp4",
            "mediaType": "video/mp4",
            "bytes": 4 * PART_BYTES,
            "partBytes": PART_BYTES,
            "expiresAt": "2999-01-01T00:00:00.000Z",
            "uploaderId": "owner-1",
        },
    }
}
LESSONS["lesson-3"] = {
    "title": "Quiz",
    "contentType": "interactive",
    "premium": True,
    "position": 3,
    "package": {
        "uploadId": UPLOAD_ID,
        "kind": "scorm-1.2",
        "title": "Quiz",
        "entry": "index.html",
        "files": 2,
        "bytes": 4000,
        "fileName": "quiz.zip",
    },
}
LESSONS["lesson-4"] |= {"captions": {"de": {"uploadId": UPLOAD_ID, "label": "Deutsch"}}}
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
    "positions": {},
    "revision": 4,
    "displayName": "Student",
    "email": "student@example.org",
}
# As the index of rosters has it, without the copy of name and address.
ROSTERED = {
    "status": "active",
    "enrolledAt": NOW,
    "lastActivityAt": NOW,
    "completionPercentage": 80,
    "score": 87,
    "totalSeconds": 1800,
}
PROFILE = {
    "userId": "student-1",
    "email": "student@example.org",
    "displayName": "Student",
    "locale": "en",
    "createdAt": NOW,
    "updatedAt": NOW,
}
# An erasure goes on, and another one has just ended.
HIDDEN = {"userId": "hidden#people", "h" + "0" * 24: 0, "h" + "1" * 24: 1_767_225_600}
# A course whose students enrolled in a former version, which copied no names into records.
FORMER_COURSE = "former-course"
# As the lists of courses have it.
LISTED = {name: value for name, value in COURSE.items() if name != "lessons"}
ADMISSION = {
    "courseId": "admission#course-1",
    "title": "Algebra",
    "status": "published",
    "version": 3,
}
RUNTIME = {
    "userId": "student-1",
    "courseLesson": "course-1#lesson-3",
    "launch": 1,
    "sequence": 1,
    "model": zlib.compress(b"{}"),
    "savedAt": NOW,
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
    "ROSTER_SHARDS": str(SHARDS),
    "CONTENT_BUCKET": "content",
    "CONTENT_BASE_URL": "https://content.example.org",
    "SIGNING_KEY_ARN": "arn:aws:kms:us-east-1:111122223333:key/6b0e71bd-7e97-4d97-80ce-4a0994e55286",
    "SIGNING_PUBLIC_KEY_ID": "K1",
    "PREMIUM_URL_MINUTES": "60",
    "MAX_UPLOAD_MIB": "2048",
    "PACKAGE_KEYS_ARN": "arn:aws:secretsmanager:us-east-1:111122223333:secret:keys-AbCdEf",
    "PACKAGE_KEY_SLOT": "a",
    "USER_POOL_ID": "us-east-1_x",
    "ADMINISTRATORS_NEED_MFA": "false",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_S3 = "http://s3.amazonaws.com/doc/2006-03-01/"
_USER = {
    "Username": "student-1",
    "Enabled": True,
    "UserStatus": "CONFIRMED",
    "UserMFASettingList": ["SOFTWARE_TOKEN_MFA"],
    "UserCreateDate": 1_767_225_600,
    "UserLastModifiedDate": 1_767_225_600,
}
_ATTRIBUTES = [
    {"Name": "sub", "Value": "student-1"},
    {"Name": "email", "Value": "student@example.org"},
    {"Name": "email_verified", "Value": "true"},
]
_USERS = {
    "AdminGetUser": {**_USER, "UserAttributes": _ATTRIBUTES},
    "AdminListGroupsForUser": {"Groups": [{"GroupName": "administrators"}, {"GroupName": "instructors"}]},
    "ListUsers": {"Users": [{**_USER, "Attributes": _ATTRIBUTES}]},
    "ListUsersInGroup": {
        "Users": [
            {**_USER, "Username": name, "Attributes": [{"Name": "sub", "Value": name}]}
            for name in ("admin-1", "admin-2")
        ]
    },
    "AdminAddUserToGroup": {},
    "AdminRemoveUserFromGroup": {},
    "AdminUserGlobalSignOut": {},
    "AdminDeleteUser": {},
}


def stored_items() -> Mapping[str, list[dict[str, Any]]]:
    """The items of each table, in DynamoDB's form."""
    tables: Mapping[str, list[Mapping[str, Any]]] = {
        "courses": [COURSE, {**COURSE, "courseId": FORMER_COURSE}, ADMISSION],
        "progress": [RECORD],
        "profiles": [PROFILE, HIDDEN, *({**PROFILE, **student} for student in _students())],
        "runtime": [RUNTIME],
    }
    return {table: [_wire(item) for item in items] for table, items in tables.items()}


def _partitions() -> Mapping[str, list[dict[str, Any]]]:
    """The items that a query finds by the key of a partition: the rosters of two courses, as their index has them."""
    rosters = {
        COURSE["courseId"]: _students(),
        FORMER_COURSE: [{"userId": student["userId"]} for student in _students()],
    }
    return {
        f"{course_id}#{shard}": [
            _wire({**ROSTERED, "courseId": course_id, "courseShard": f"{course_id}#{shard}", **student})
            for student in students[shard::SHARDS]
        ]
        for course_id, students in rosters.items()
        for shard in range(SHARDS)
    }


def _students() -> list[dict[str, Any]]:
    """The ids, names and addresses of the students on a roster, those of one shard after those of another."""
    return [
        {
            "userId": str(UUID(int=number)),
            "displayName": f"Student {number}",
            "email": f"student.{number}@example.org",
        }
        for number in range(SHARDS * OF_SHARD)
    ]


def _of_each_course(item: Mapping[str, Any], lesson_id: str | None = None) -> list[dict[str, Any]]:
    """Copies of an item, one for each of MANY courses, in the order of a query."""
    course_ids = sorted(f"course-{number}" for number in range(1, MANY + 1))
    keys = [
        {"courseId": course_id} if lesson_id is None else {"courseLesson": f"{course_id}#{lesson_id}"}
        for course_id in course_ids
    ]
    return [_wire({**item, **key}) for key in keys]


def _wire(item: Mapping[str, Any]) -> dict[str, Any]:
    found: Any = TypeSerializer().serialize(dict(item))["M"]
    for each in found.values():
        if "B" in each:
            each["B"] = base64.b64encode(each["B"]).decode()
    return dict(found)


def answers() -> Mapping[str, Any]:
    """What AWS answers, by operation. Operations of S3 have no name in a request: see handler_probe.py."""
    stored = stored_items()
    course, record, runtime = stored["courses"][0], stored["progress"][0], stored["runtime"][0]
    position = {"userId": "student-1", "seconds": 7, "at": NOW}
    entry = _wire(
        {
            "recordId": "r-1",
            "action": "role-granted",
            "actor": "actor-1",
            "subject": "course#course-1",
            "at": NOW,
            "day": NOW[:10],
            "requestId": "request-1",
        }
    )
    of_table = {
        "courses": [_wire(LISTED)] * MANY,
        "progress": _of_each_course(RECORD),
        "positions": _of_each_course(position, "lesson-0"),
        "runtime": _of_each_course(RUNTIME, "lesson-3"),
        "profiles": [],
        "audit": [entry] * MANY,
    }
    return {
        "Query": {
            "byPartition": {key: _found(items) for key, items in _partitions().items()},
            "byTable": {table: _found(items) for table, items in of_table.items()},
        },
        "UpdateItem": {
            "byTable": {
                "courses": {"Attributes": course},
                "progress": {"Attributes": record},
                "profiles": {"Attributes": stored["profiles"][0]},
                "runtime": {"Attributes": runtime},
            }
        },
        "PutItem": {},
        "DeleteItem": {},
        "TransactWriteItems": {},
        # As long as a P-256 signature in DER, in the Base64 of KMS's protocol.
        "GetSecretValue": {"SecretString": json.dumps({"a": {"key": "k" * 43}})},
        "Sign": {"Signature": base64.b64encode(bytes(71)).decode()},
        **_USERS,
        "POST ?uploads": f"<R xmlns='{_S3}'><UploadId>s3-2</UploadId></R>",
        "GET ?uploadId": f"<R xmlns='{_S3}'>{''.join(map(_part, range(1, 5)))}</R>",
        "POST ?uploadId": f"<R xmlns='{_S3}'><ETag>e</ETag></R>",
    }


def _found(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Items": items, "Count": len(items)}


def _part(number: int) -> str:
    tag = f"<ETag>&quot;{number}&quot;</ETag>"
    return f"<Part><PartNumber>{number}</PartNumber><Size>{PART_BYTES}</Size>{tag}</Part>"
