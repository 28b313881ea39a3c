"""Files that arrive, with the real stores on the AWS emulator: from the form to the deletion of every version.

What happens between the steps of a run is in test_arrival_rules.py.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import pytest
import requests

from domain.people import tombstones
from domain.people.revocation_store import RevocationTable
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import Answer, Context, LambdaApis, Person, fresh_handler
from tests.unit.user_pool_fixture import UserPool
from toolkit import clients
from toolkit.dynamo import to_item

COURSE = "course-1"
NOW = "2026-01-01T00:00:00.000Z"
PAGE = b"<p>Read this.</p>"


class School:
    """A course with one article and its owner, a bucket, and the two functions that handle its files."""

    def __init__(
        self, lambda_api: LambdaApis, tables: Tables, pool: UserPool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.tables, self.pool = tables, pool
        self.bucket = f"education-content-{uuid4().hex[:8]}"
        clients.set_deadline(None)  # that of the last test's request
        self.s3: Any = clients.s3()
        self.s3.create_bucket(Bucket=self.bucket)
        self.s3.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"})
        self.owner = pool.new("instructors")
        self.api = lambda_api(
            "content",
            COURSES_TABLE=tables.courses,
            USER_PROFILES_TABLE=tables.profiles,
            COURSE_PROGRESS_TABLE=tables.progress,
            CONTENT_BUCKET=self.bucket,
            CONTENT_BASE_URL="https://files.example.org",
            SIGNING_KEY_ARN="none",
            SIGNING_PUBLIC_KEY_ID="none",
            PREMIUM_URL_MINUTES="60",
            MAX_UPLOAD_MIB="1",
            PACKAGE_KEYS_ARN="none",
            PACKAGE_KEY_SLOT="a",
        )
        self.started: list[dict[str, Any]] = []
        monkeypatch.setattr(clients.lambda_functions(), "invoke", lambda **call: self.started.append(call))
        self.uploads = fresh_handler(
            monkeypatch,
            "uploads",
            COURSES_TABLE=tables.courses,
            USER_PROFILES_TABLE=tables.profiles,
            USER_POOL_ID=pool.pool_id,
            CONTENT_BUCKET=self.bucket,
            PACKAGES_FUNCTION="education-packages-test",
        )
        self.put_course({})

    def put_course(self, lesson: Mapping[str, Any] | None, **fields: Any) -> None:
        """Write the course anew; `lesson` replaces fields of its lesson, None removes the lesson."""
        article = {"title": "Text", "contentType": "article", "premium": False, "position": 1}
        course = {
            "courseId": COURSE,
            "title": "Algebra",
            "summary": "",
            "status": "published",
            "ownerId": self.owner.user_id,
            "version": 1,
            "lessons": {} if lesson is None else {"text": {**article, **lesson}},
            "createdAt": NOW,
            "updatedAt": NOW,
        }
        self.tables.put(self.tables.courses, {**course, **fields})

    def form(self, caller: Person | None = None, wanted: Mapping[str, str] | None = None) -> Answer:
        return self.api.call(
            "POST",
            "/courses/{courseId}/lessons/{lessonId}/upload",
            {"courseId": COURSE, "lessonId": "text"},
            caller=caller or self.owner,
            body=dict(wanted or {}),
        )

    def send(self, form: Mapping[str, Any], data: bytes = PAGE, **fields: str) -> dict[str, Any]:
        """Upload a file; the event that S3 sends for it."""
        answer = requests.post(
            form["url"], data={**form["fields"], **fields}, files={"file": ("any", data)}, timeout=10
        )
        assert answer.status_code == 204, answer.text
        versioned = {"key": form["fields"]["key"], "versionId": answer.headers["x-amz-version-id"]}
        return {"Records": [{"eventTime": NOW, "s3": {"object": versioned}}]}

    def arrive(self, event: dict[str, Any]) -> None:
        self.uploads(event, Context(remaining=600_000))

    def lesson(self) -> dict[str, Any]:
        course = self.tables.get(self.tables.courses, {"courseId": COURSE}) or {}
        found: dict[str, Any] = course.get("lessons", {}).get("text", {})
        return found

    def versions(self) -> list[str]:
        """The keys of all versions and delete markers in the bucket."""
        answer = self.s3.list_object_versions(Bucket=self.bucket)
        return [each["Key"] for kind in ("Versions", "DeleteMarkers") for each in answer.get(kind, ())]


@pytest.fixture
def school(
    aws: str,
    lambda_api: LambdaApis,
    dynamodb_tables: Tables,
    user_pool: UserPool,
    monkeypatch: pytest.MonkeyPatch,
) -> School:
    return School(lambda_api, dynamodb_tables, user_pool, monkeypatch)


def erase(school: School) -> None:
    school.tables.put(school.tables.profiles, {**tombstones.key_of(school.owner.user_id)})


def revoke(school: School) -> None:
    school.pool.client.admin_remove_user_from_group(
        UserPoolId=school.pool.pool_id, Username=school.owner.user_id, GroupName="instructors"
    )


def begin_to_revoke(school: School) -> None:
    """What a revocation does first; Cognito may show the group for a moment longer."""
    RevocationTable(school.tables.profiles).note_revoked(school.owner.user_id, "instructors")


def delete_user(school: School) -> None:
    school.pool.client.admin_delete_user(UserPoolId=school.pool.pool_id, Username=school.owner.user_id)


def delete_course(school: School) -> None:
    school.tables.client.delete_item(TableName=school.tables.courses, Key=to_item({"courseId": COURSE}))


ENDS: dict[str, Callable[[School], Any]] = {
    "lesson deleted": lambda school: school.put_course(None),
    "lesson made again": lambda school: school.put_course({}),
    "premium": lambda school: school.put_course({"premium": True}),
    "another type": lambda school: school.put_course({"contentType": "interactive"}),
    "archived": lambda school: school.put_course(school.lesson(), status="archived"),
    "course deleted": delete_course,
    "form replaced": lambda school: school.form(),
    "erased": erase,
    "role revoked": revoke,
    "role revoked a moment ago": begin_to_revoke,
    "user deleted": delete_user,
    "no co-teacher any more": lambda school: school.put_course(school.lesson(), ownerId="other-1"),
    "ownership lost": lambda school: school.put_course(school.lesson(), ownerId="erased"),
}


def test_a_file_is_moved_to_its_address_and_noted(school: School) -> None:
    form = school.form().body
    assert form["fields"]["key"] == f"incoming/{form['key']}"
    school.arrive(school.send(form))
    assert school.versions() == [form["key"]]
    assert school.lesson()["contentKey"] == form["key"]
    assert "openForm" not in school.lesson()
    stored = school.s3.get_object(Bucket=school.bucket, Key=form["key"])
    assert stored["Body"].read() == PAGE
    assert (stored["ContentType"], stored["CacheControl"]) == ("text/markdown", "public, max-age=300")
    assert stored["Metadata"] == {}, "no answer of CloudFront may name the uploader"


@pytest.mark.parametrize("way", ENDS)
def test_what_arrives_after_an_end_is_deleted_with_all_versions(school: School, way: str) -> None:
    form = school.form().body
    event = school.send(form)
    ENDS[way](school)
    school.arrive(event)
    school.arrive(school.send(form))
    assert school.versions() == []
    assert "contentKey" not in school.lesson()


def test_a_form_is_taken_once(school: School) -> None:
    form = school.form().body
    events = [school.send(form, f"file {number}".encode()) for number in range(5)]
    for event in reversed(events):
        school.arrive(event)
    assert school.versions() == [form["key"]]
    assert school.s3.get_object(Bucket=school.bucket, Key=form["key"])["Body"].read() == b"file 4"


def test_an_event_that_comes_again_after_the_deletion_changes_nothing(school: School) -> None:
    event = school.send(school.form().body)
    school.arrive(event)
    school.put_course({})
    school.arrive(event)
    assert "contentKey" not in school.lesson()


def test_an_event_without_a_version_is_taken_too(school: School) -> None:
    event = school.send(school.form().body)
    del event["Records"][0]["s3"]["object"]["versionId"]
    school.arrive(event)
    assert "contentKey" in school.lesson()


def test_a_run_that_could_not_note_is_finished_by_the_next(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = school.form().body
    event = school.send(form)

    def fail(**_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        update = school.tables.client.update_item
        patch.setattr(
            school.tables.client,
            "update_item",
            lambda **request: fail() if "contentKey" in request["UpdateExpression"] else update(**request),
        )
        with pytest.raises(RuntimeError):
            school.arrive(event)
    assert school.versions() == [form["fields"]["key"]], "what is not noted must not be served"
    school.arrive(event)
    assert school.versions() == [form["key"]]
    assert school.lesson()["contentKey"] == form["key"]


@pytest.mark.parametrize("wanted", [{"mediaType": "application/zip"}, {"fileName": "quiz.h5p"}])
def test_a_package_is_noted_and_handed_on(school: School, wanted: dict[str, str]) -> None:
    school.put_course({"contentType": "interactive", "contentKey": "public/earlier"})
    form = school.form(wanted=wanted).body
    event = school.send(form)
    school.arrive(event)
    school.arrive(event)
    name = wanted.get("fileName", "package.zip")
    arrival = event["Records"][0]["s3"]["object"]
    unpacking = {"fileName": name, "state": "processing", "version": arrival["versionId"]}
    assert school.lesson()["unpacking"].items() >= unpacking.items()
    assert school.lesson()["contentKey"] == "public/earlier"
    assert school.versions() == [arrival["key"]], "the packages function deletes it"
    (call,) = school.started
    assert (call["FunctionName"], call["InvocationType"]) == ("education-packages-test", "Event")
    assert json.loads(call["Payload"]) == {
        "function": "education-packages-test",
        "key": arrival["key"],
        "version": arrival["versionId"],
    }


def test_a_package_of_a_person_without_the_right_is_deleted(school: School) -> None:
    school.put_course({"contentType": "interactive"})
    event = school.send(school.form(wanted={"fileName": "quiz.zip"}).body)
    revoke(school)
    school.arrive(event)
    assert (school.versions(), school.started) == ([], [])
    assert "unpacking" not in school.lesson()


def test_a_page_takes_the_place_of_a_package(school: School) -> None:
    package = {"uploadId": "a" * 32}
    school.put_course({"contentType": "interactive", "package": package, "unpacking": package})
    school.arrive(school.send(school.form().body))
    assert school.lesson().keys() >= {"contentKey"}
    assert school.lesson().keys().isdisjoint({"package", "unpacking"})


def test_an_administrator_uploads_for_others(school: School) -> None:
    administrator = school.pool.new("administrators")
    school.arrive(school.send(school.form(administrator).body))
    assert "contentKey" in school.lesson()


def test_s3_refuses_a_form_with_another_uploader(school: School) -> None:
    with pytest.raises(AssertionError, match="AccessDenied"):
        school.send(school.form().body, PAGE, **{"x-amz-meta-uploader": "other-1"})


def test_a_form_is_no_edit(school: School) -> None:
    school.arrive(school.send(school.form().body))
    stored = school.tables.get(school.tables.courses, {"courseId": COURSE})
    assert stored is not None
    assert stored["version"] == 1


def test_the_name_of_the_file_is_not_logged(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    form = school.form().body
    school.arrive(school.send(form))
    logged = capsys.readouterr().out
    assert f'"outcome":"noted","courseId":"{COURSE}","lessonId":"text"' in logged
    assert "article.md" not in logged


def test_a_file_is_served_under_its_own_name(school: School) -> None:
    name = "Übung – 1 🎬.md"
    form = school.form(wanted={"fileName": name}).body
    school.arrive(school.send(form))
    assert form["key"].endswith("/article.md"), "no letter of a name gets into a key that may need an escape"
    assert school.lesson()["fileName"] == name
    served = school.s3.head_object(Bucket=school.bucket, Key=form["key"])
    assert served["ContentDisposition"] == (
        "inline; filename=\"Ubung _ 1 _.md\"; filename*=UTF-8''%C3%9Cbung%20%E2%80%93%201%20%F0%9F%8E%AC.md"
    )
