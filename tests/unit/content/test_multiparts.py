"""Uploads in parts: how they begin, go on and end, with the real S3 API of the AWS emulator."""

from typing import Any

import pytest
import requests

from tests.unit.content_fixture import BUCKET, Files
from tests.unit.lambda_api_fixture import ADMINISTRATOR, OTHER_INSTRUCTOR, OWNER, STUDENT
from toolkit import clients

MIB = 1024 * 1024
PART = 5 * MIB
# Two whole parts, and a last one.
FILM = bytes(range(256)) * (2 * PART // 256) + b"the end"


@pytest.fixture
def begun(files: Files) -> dict[str, Any]:
    """An upload of FILM."""
    answer = files.call("POST", "/uploads", fileName="Größe 🎬.mp4", sizeBytes=len(FILM), partBytes=PART)
    assert answer.status == 201, answer.body
    body: dict[str, Any] = answer.body
    return body


def sign(files: Files, upload: dict[str, Any], *numbers: int) -> list[dict[str, Any]]:
    answer = files.call(
        "POST", "/uploads/{uploadId}/parts", uploadId_=upload["uploadId"], partNumbers=[*numbers]
    )
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer.body["items"]
    return items


def send(files: Files, upload: dict[str, Any], *numbers: int) -> None:
    for each in sign(files, upload, *numbers):
        begin = (each["partNumber"] - 1) * PART
        data = FILM[begin : begin + PART]
        assert len(data) == each["sizeBytes"]
        assert requests.put(each["url"], data=data, timeout=30).status_code == 200


def complete(files: Files, upload: dict[str, Any]) -> Any:
    return files.call("POST", "/uploads/{uploadId}/complete", uploadId_=upload["uploadId"])


def sent(files: Files, upload: dict[str, Any]) -> list[int]:
    answer = files.call("GET", "/uploads/{uploadId}/parts", uploadId_=upload["uploadId"])
    assert answer.status == 200, answer.body
    assert {name: answer.body[name] for name in ("fileName", "sizeBytes", "partBytes", "partCount")} == {
        "fileName": "Größe 🎬.mp4",
        "sizeBytes": len(FILM),
        "partBytes": PART,
        "partCount": 3,
    }
    return [each["partNumber"] for each in answer.body["items"]]


def test_an_upload_in_parts_is_put_together(files: Files, begun: dict[str, Any]) -> None:
    assert (begun["partBytes"], begun["partCount"]) == (PART, 3)
    send(files, begun, 3, 1)
    assert sent(files, begun) == [1, 3], "after a reload the list says what is there"
    refused = complete(files, begun)
    assert refused.problem() == (409, "parts-missing")
    assert refused.body["detail"] == "These parts are missing or not whole: 2."
    send(files, begun, 2)
    assert complete(files, begun).status == 202
    assert complete(files, begun).status == 202, "a repeated request does no harm"
    stored = clients.s3().get_object(Bucket=BUCKET, Key=f"incoming/{begun['key']}")
    assert stored["Body"].read() == FILM
    assert stored["Metadata"]["uploader"] == OWNER.user_id
    assert stored["ContentType"] == "video/mp4"


def test_a_part_of_another_size_is_missing(files: Files, begun: dict[str, Any]) -> None:
    send(files, begun, 1, 2)
    (last,) = sign(files, begun, 3)
    assert "content-length" in last["url"], "S3 checks the length that was signed"
    clients.s3().upload_part(**at_s3(files, begun), PartNumber=3, Body=b"the END!")
    assert complete(files, begun).problem() == (409, "parts-missing")


def at_s3(files: Files, upload: dict[str, Any]) -> dict[str, Any]:
    """What names the upload at S3."""
    stored = files.lesson()["openForm"]["multipart"]
    return {"Bucket": BUCKET, "Key": f"incoming/{upload['key']}", "UploadId": stored["id"]}


def test_an_upload_that_is_given_up_has_no_form(files: Files, begun: dict[str, Any]) -> None:
    send(files, begun, 1)
    path = "/uploads/{uploadId}"
    assert files.call("DELETE", path, uploadId_=begun["uploadId"]).status == 204
    assert "openForm" not in files.lesson(), "the followups function sees this, and S3 deletes the parts"
    for method, below in [("GET", "/parts"), ("POST", "/complete"), ("DELETE", "")]:
        answer = files.call(method, path + below, uploadId_=begun["uploadId"])
        assert answer.problem() == (404, "upload-ended")


def test_a_completed_upload_cannot_be_given_up(files: Files, begun: dict[str, Any]) -> None:
    send(files, begun, 1, 2, 3)
    assert complete(files, begun).status == 202
    answer = files.call("DELETE", "/uploads/{uploadId}", uploadId_=begun["uploadId"])
    assert answer.problem() == (409, "upload-completed")
    files.arrive(begun["key"])
    assert complete(files, begun).status == 202, "also when the lesson has the file"


@pytest.mark.parametrize("after", ["upload", "uploads"])
def test_a_newer_upload_ends_the_earlier_one(files: Files, begun: dict[str, Any], after: str) -> None:
    assert files.call("POST", f"/{after}", sizeBytes=1).status == 201
    answer = files.call("POST", "/uploads/{uploadId}/parts", uploadId_=begun["uploadId"], partNumbers=[1])
    assert answer.problem() == (404, "upload-ended")


def test_an_upload_ends_after_a_day(
    files: Files, begun: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("content.multipart_rules.clock.now", lambda: "9999-01-01T00:00:00.000Z")
    assert complete(files, begun).problem() == (404, "upload-ended")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["sizeBytes"]),
        ({"sizeBytes": 17 * MIB}, ["sizeBytes"]),
        ({"sizeBytes": 1, "partBytes": PART - 1}, ["partBytes"]),
        ({"sizeBytes": 1, "partBytes": 100 * MIB + 1}, ["partBytes"]),
        ({"sizeBytes": 1, "mediaType": "text/html"}, ["mediaType"]),
    ],
)
def test_an_upload_that_does_not_fit_is_refused(
    files: Files, body: dict[str, Any], fields: list[str]
) -> None:
    answer = files.call("POST", "/uploads", **({"mediaType": "video/mp4"} | body))
    assert answer.problem() == (400, "bad-request")
    assert answer.faulty_fields() == fields


@pytest.mark.parametrize("numbers", [[], [0], [4], [1, 1], [1, 2, 3, 1, 2]])
def test_parts_that_do_not_exist_are_not_signed(
    files: Files, begun: dict[str, Any], numbers: list[int]
) -> None:
    answer = files.call("POST", "/uploads/{uploadId}/parts", uploadId_=begun["uploadId"], partNumbers=numbers)
    assert answer.problem() == (400, "bad-request")


def test_only_editors_of_the_course_upload_parts(files: Files, begun: dict[str, Any]) -> None:
    named = {"uploadId_": begun["uploadId"]}
    routes: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/uploads", {"sizeBytes": 1}),
        ("GET", "/uploads/{uploadId}/parts", named),
        ("POST", "/uploads/{uploadId}/parts", {**named, "partNumbers": [1]}),
        ("POST", "/uploads/{uploadId}/complete", named),
        ("DELETE", "/uploads/{uploadId}", named),
    ]
    for method, path, values in routes:
        for caller in (STUDENT, OTHER_INSTRUCTOR):
            assert files.call(method, path, caller, **values).problem() == (403, "forbidden")
    assert files.call("GET", "/uploads/{uploadId}/parts", ADMINISTRATOR, **named).status == 200
    files.set_course(status="archived")
    for method, path, values in routes:
        assert files.call(method, path, **values).problem() == (409, "course-archived")


def test_every_request_is_a_fixed_number_of_calls(files: Files, begun: dict[str, Any]) -> None:
    files.tables.calls.clear()
    sign(files, begun, 1, 2, 3)
    assert dict(files.tables.calls) == {"GetItem": 1, "BatchGetItem": 1}
