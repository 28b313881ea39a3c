"""Lessons' files: who gets a form or a URL, that S3 refuses changed forms, and that signatures are valid."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from content.form_rules import UploadedFile
from content.form_store import S3UploadForms
from tests.unit.content_fixture import BASE, BUCKET, COURSE, Files
from tests.unit.lambda_api_fixture import ADMINISTRATOR, OTHER_INSTRUCTOR, OWNER, STUDENT, Answer
from toolkit import clients


def send(form: Mapping[str, Any], data: bytes, **fields: str) -> int:
    answer = requests.post(
        form["url"], data={**form["fields"], **fields}, files={"file": ("anything", data)}, timeout=10
    )
    return answer.status_code


def test_a_form_takes_one_file_of_the_lessons_type(files: Files) -> None:
    answer = files.upload()
    form = answer.body
    assert answer.status == 201
    assert form["key"].startswith(f"premium/{COURSE}/film/video-")
    assert form["key"].endswith("/video.mp4")
    assert form["maxBytes"] == 16 * 1024 * 1024
    assert form["expiresAt"] > datetime.now(UTC).isoformat()[:19]
    assert send(form, b"film") == 204
    assert form["fields"]["key"] == f"incoming/{form['key']}"
    stored = clients.s3().get_object(Bucket=BUCKET, Key=form["fields"]["key"])
    assert (stored["ContentType"], stored["Body"].read()) == ("video/mp4", b"film")
    assert stored["Metadata"] == {"uploader": OWNER.user_id, "name": "dmlkZW8ubXA0"}, "the name is in Base64"
    assert datetime.fromisoformat(form["expiresAt"]).timestamp() - time.time() <= 300


@pytest.mark.parametrize(
    "fields", [{"key": "public/other"}, {"Content-Type": "text/html"}, {"Cache-Control": "no-store"}]
)
def test_s3_refuses_a_changed_form(files: Files, fields: dict[str, str]) -> None:
    assert send(files.upload().body, b"film", **fields) == 403


@pytest.mark.parametrize("size", [3, 5])
def test_s3_refuses_a_file_of_another_size_than_declared(files: Files, size: int) -> None:
    assert send(files.upload(sizeBytes=size).body, b"film") in (400, 403)
    assert send(files.upload(sizeBytes=4).body, b"film") == 204


@pytest.mark.parametrize(
    ("lesson", "body", "fields"),
    [
        ("film", {"mediaType": "text/html"}, ["mediaType"]),
        ("text", {"mediaType": "video/mp4"}, ["mediaType"]),
        ("text", {"mediaType": "text/html"}, ["mediaType"]),
        ("film", {"sizeBytes": 17 * 1024 * 1024}, ["sizeBytes"]),
        ("film", {"fileName": "x" * 201}, ["fileName"]),
        ("film", {"other": 1}, ["other"]),
    ],
)
def test_a_form_that_does_not_fit_is_refused(
    files: Files, lesson: str, body: dict[str, Any], fields: list[str]
) -> None:
    answer = files.upload(lesson, **body)
    assert answer.problem() == (400, "bad-request")
    assert answer.faulty_fields() == fields


def test_only_editors_of_a_course_get_upload_forms(files: Files) -> None:
    assert files.upload(caller=ADMINISTRATOR).status == 201
    assert files.upload(caller=STUDENT).problem() == (403, "forbidden")
    assert files.upload(caller=OTHER_INSTRUCTOR).problem() == (403, "forbidden")
    assert files.upload("missing").problem() == (404, "not-found")
    files.set_course(status="archived")
    assert files.upload().problem() == (409, "course-archived")
    files.set_course(status="draft")
    assert files.upload(caller=STUDENT).problem() == (404, "not-found")


def test_a_newer_form_replaces_the_open_one(files: Files) -> None:
    for _ in range(2):
        form = files.upload("text").body
        assert files.lesson("text")["openForm"] == {"uploadId": form["key"].split("/")[-2][-32:]}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"status": "archived"}, (409, "course-archived")),
        ({"lessons": {}}, (404, "not-found")),
    ],
)
def test_an_edit_between_reading_and_noting_a_form_is_seen(
    files: Files, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], problem: tuple[int, str]
) -> None:
    update = files.tables.client.update_item

    def edited_first(**request: Any) -> Any:
        files.set_course(**fields)
        return update(**request)

    monkeypatch.setattr(files.tables.client, "update_item", edited_first)
    assert files.upload().problem() == problem


def test_a_lesson_has_content_only_after_the_file_has_arrived(files: Files) -> None:
    key = files.upload("text").body["key"]
    assert files.content("text").problem() == (404, "not-found")
    files.arrive(key)
    assert files.content("text").body == {"url": f"{BASE}/{key}", "premium": False, "fileName": "article.md"}


@pytest.mark.parametrize(
    ("enrolment", "status"),
    [(None, 403), ("withdrawn", 403), ("waitlisted", 403), ("active", 200), ("completed", 200)],
)
def test_only_enrolled_students_read_content(files: Files, enrolment: str | None, status: int) -> None:
    files.arrive(files.upload().body["key"])
    if enrolment:
        files.enrol(enrolment)
    assert files.content(caller=STUDENT).status == status
    assert files.content(caller=ADMINISTRATOR).status == 200
    files.set_course(status="draft")
    files.forget()
    assert files.content(caller=STUDENT).status == 404


def test_every_request_is_a_fixed_number_of_calls(files: Files) -> None:
    files.arrive(files.upload().body["key"])
    files.enrol("active")
    calls = files.tables.calls
    counted: list[tuple[Callable[[], Answer], dict[str, int]]] = [
        (lambda: files.content(caller=STUDENT), {"GetItem": 2}),
        # Staff only: the caller's present roles.
        (files.content, {"GetItem": 1, "BatchGetItem": 1}),
        (files.upload, {"GetItem": 1, "BatchGetItem": 1, "UpdateItem": 1}),
    ]
    for request, expected in counted:
        calls.clear()
        assert request().status < 300
        assert dict(calls) == expected


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_on_aws_forms_are_for_the_buckets_own_region(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    client = clients._client.__wrapped__("s3")
    monkeypatch.setattr(clients, "s3", lambda: client)
    form = S3UploadForms("a-bucket").make(UploadedFile("public/key", "a", "video/mp4", "owner-1"), (1, 10))
    host = "a-bucket.s3.amazonaws.com" if region == "us-east-1" else f"a-bucket.s3.{region}.amazonaws.com"
    assert form.url == f"https://{host}/"
