"""A fixture to call the routes of lessons' files by name, with real DynamoDB, S3 and KMS APIs."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey

from domain import course_store
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import OWNER, STUDENT, Answer, LambdaApis, Person
from toolkit import clients

BUCKET = "education-content-test"
BASE = "https://files.example.org"
COURSE = "course-1"
KEYS = "education-package-keys-test"
NOW = "2026-01-01T00:00:00.000Z"


class Files:
    """The routes, by name, and what is around them."""

    def __init__(
        self, lambda_api: LambdaApis, tables: Tables, monkeypatch: pytest.MonkeyPatch, key_arn: str
    ) -> None:
        self.tables = tables
        self.key_arn = key_arn
        self.api = lambda_api(
            "content",
            COURSES_TABLE=tables.courses,
            USER_PROFILES_TABLE=tables.profiles,
            COURSE_PROGRESS_TABLE=tables.progress,
            CONTENT_BUCKET=BUCKET,
            CONTENT_BASE_URL=BASE,
            SIGNING_KEY_ARN=key_arn,
            SIGNING_PUBLIC_KEY_ID="KEYA",
            PREMIUM_URL_MINUTES="60",
            MAX_UPLOAD_MIB="16",
            PACKAGE_KEYS_ARN=KEYS,
            PACKAGE_KEY_SLOT="a",
        )

    def upload(self, lesson_id: str = "film", caller: Person = OWNER, **body: object) -> Answer:
        path = {"courseId": COURSE, "lessonId": lesson_id}
        return self.api.call(
            "POST", "/courses/{courseId}/lessons/{lessonId}/upload", path, caller=caller, body=body or None
        )

    def call(
        self, method: str, path: str, caller: Person = OWNER, lesson_id: str = "film", **values: Any
    ) -> Answer:
        """Call a route below a lesson. `values` with an underscore at the end are for the path."""
        places = {name.rstrip("_"): value for name, value in values.items() if name.endswith("_")}
        body = {name: value for name, value in values.items() if not name.endswith("_")}
        return self.api.call(
            method,
            "/courses/{courseId}/lessons/{lessonId}" + path,
            {"courseId": COURSE, "lessonId": lesson_id, **places},
            caller=caller,
            body=body or None,
        )

    def content(self, lesson_id: str = "film", caller: Person = OWNER) -> Answer:
        path = {"courseId": COURSE, "lessonId": lesson_id}
        return self.api.call("GET", "/courses/{courseId}/lessons/{lessonId}/content", path, caller=caller)

    def calls(self, *, caller: Person, status: int = 200) -> dict[str, int]:
        """The calls to DynamoDB for the free lesson's content."""
        self.tables.calls.clear()
        assert self.content("text", caller).status == status
        return dict(self.tables.calls)

    def forget(self) -> None:
        """Let the seconds pass for which the function keeps a course."""
        course_store.forget_cached(self.tables.courses, COURSE)

    def arrive(self, key: str) -> None:
        """What the uploads function does when the file is there."""
        lesson_id = key.split("/")[2]
        self.tables.client.update_item(
            TableName=self.tables.courses,
            Key={"courseId": {"S": COURSE}},
            UpdateExpression="SET lessons.#lesson.contentKey = :key",
            ExpressionAttributeNames={"#lesson": lesson_id},
            ExpressionAttributeValues={":key": {"S": key}},
        )

    def enrol(self, status: str) -> None:
        self.tables.put(
            self.tables.progress,
            {
                "userId": STUDENT.user_id,
                "courseId": COURSE,
                "courseTitle": "Algebra",
                "status": status,
                "enrolledAt": NOW,
                "lastActivityAt": NOW,
                "revision": 1,
                "completionPercentage": 0,
                "keptPercentage": 0,
                "positions": {},
            },
        )

    def set_course(self, **fields: object) -> None:
        lessons = {
            "film": {"title": "Film", "contentType": "video", "premium": True, "position": 0},
            "text": {"title": "Text", "contentType": "article", "premium": False, "position": 1},
        }
        course = {
            "courseId": COURSE,
            "title": "Algebra",
            "summary": "",
            "status": "published",
            "ownerId": OWNER.user_id,
            "version": 1,
            "lessons": lessons,
            "createdAt": NOW,
            "updatedAt": NOW,
        }
        self.tables.put(self.tables.courses, {**course, **fields})

    def lesson(self, lesson_id: str = "film") -> Mapping[str, Any]:
        course = self.tables.get(self.tables.courses, {"courseId": COURSE})
        assert course is not None
        lesson: Mapping[str, Any] = course["lessons"][lesson_id]
        return lesson


@pytest.fixture
def files(
    aws: str, lambda_api: LambdaApis, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> Files:
    clients.set_deadline(None)  # that of the last test's request
    clients.s3().create_bucket(Bucket=BUCKET)
    key = clients.kms().create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    prepared = Files(lambda_api, dynamodb_tables, monkeypatch, key["KeyMetadata"]["Arn"])
    prepared.set_course()
    return prepared


def unescaped(text: str) -> bytes:
    return b64decode(text.translate(str.maketrans("-_~", "+=/")))


def verify(url: str, key_arn: str) -> None:
    """What CloudFront does with the public half of the key."""
    key = serialization.load_der_public_key(clients.kms().get_public_key(KeyId=key_arn)["PublicKey"])
    assert isinstance(key, EllipticCurvePublicKey)
    query = parse_qs(urlsplit(url).query)
    assert query["Hash-Algorithm"] == ["SHA256"], "without it, CloudFront checks with SHA-1"
    key.verify(unescaped(query["Signature"][0]), unescaped(query["Policy"][0]), ECDSA(hashes.SHA256()))
