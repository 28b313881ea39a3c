"""Captions: the forms for them, and where they are for a player."""

from typing import Any

import pytest
import requests

from domain import captions
from tests.unit.content_fixture import BASE, COURSE, Files, verify
from tests.unit.lambda_api_fixture import ADMINISTRATOR, OTHER_INSTRUCTOR, STUDENT


def put(files: Files, language: str = "de", **values: Any) -> Any:
    return files.call("PUT", "/captions/{language}", language_=language, **values)


def note(files: Files, *languages: str) -> None:
    """What the uploads function does with a file that arrived."""
    entries = {each: {"uploadId": "c" * 32, "label": each.upper()} for each in languages}
    files.set_course(lessons={"film": {**files.lesson(), "captions": entries}})
    files.forget()


@pytest.mark.parametrize(
    ("given", "language", "label"),
    [
        ("de", "de", "Deutsch"),
        ("DE-at", "de-AT", "Deutsch (AT)"),
        ("zh-hant-tw", "zh-Hant-TW", "中文 (Hant-TW)"),
        ("es-419", "es-419", "Español (419)"),
        ("gsw", "gsw", "gsw"),
        ("sl-rozaj", "sl-rozaj", "Slovenščina (rozaj)"),
    ],
)
def test_a_language_has_a_form_and_a_label(files: Files, given: str, language: str, label: str) -> None:
    form = put(files, given)
    assert form.status == 201
    assert form.body["maxBytes"] == captions.MOST_BYTES
    assert form.body["key"].startswith(f"premium/{COURSE}/film/captions-")
    assert form.body["key"].endswith(f"/{language}.vtt")
    assert form.body["fields"]["key"] == f"incoming/{form.body['key']}"
    stored = files.lesson()["captions"][language]["form"]
    assert stored == {"uploadId": form.body["key"].split("/")[-2][-32:], "label": label}


def test_languages_have_forms_side_by_side_and_a_newer_one_replaces(files: Files) -> None:
    assert [put(files, each).status for each in ("de", "en")] == [201, 201]
    first = files.lesson()["captions"]
    assert put(files, "de", label="German, simple").status == 201
    second = files.lesson()["captions"]
    assert second["en"] == first["en"]
    assert second["de"]["form"]["uploadId"] != first["de"]["form"]["uploadId"]
    assert second["de"]["form"]["label"] == "German, simple"


def test_a_form_keeps_the_captions_until_the_new_ones_have_arrived(files: Files) -> None:
    note(files, "de")
    assert put(files, "de").status == 201
    entry = files.lesson()["captions"]["de"]
    assert (entry["uploadId"], entry["label"]) == ("c" * 32, "DE")


def test_the_player_gets_captions_under_the_protection_of_the_video(files: Files) -> None:
    files.arrive(files.upload().body["key"])
    assert files.content().body["captions"] == []
    note(files, "en", "de")
    body = files.content().body
    assert [(each["language"], each["label"]) for each in body["captions"]] == [("de", "DE"), ("en", "EN")]
    for each in body["captions"]:
        assert each["url"].startswith(
            f"{BASE}/premium/{COURSE}/film/captions-{'c' * 32}/{each['language']}.vtt?"
        )
        assert each["url"].partition("?")[2] == body["url"].partition("?")[2], "one signature for both"
        verify(each["url"], files.key_arn)


@pytest.mark.parametrize("language", ["d", "deutsch", "de_AT", "de-", "de-AT-", "de%2Fx", "de.vtt"])
def test_what_is_no_language_tag_is_refused(files: Files, language: str) -> None:
    assert put(files, language).problem()[0] == 400


def test_only_videos_have_captions_and_only_so_many(files: Files) -> None:
    assert put(files, lesson_id="text").problem() == (409, "no-video")
    note(files, *(f"{a}{b}" for a in "abcde" for b in "abcd"))
    assert put(files, "zz").problem() == (409, "too-many-captions")
    assert put(files, "aa").status == 201
    assert put(files, sizeBytes=captions.MOST_BYTES + 1).problem() == (400, "bad-request")


def test_captions_are_removed_with_their_form(files: Files) -> None:
    put(files, "de")
    assert files.call("DELETE", "/captions/{language}", language_="DE").status == 204
    assert files.lesson()["captions"] == {}
    again = files.call("DELETE", "/captions/{language}", language_="de")
    assert again.problem() == (404, "not-found")
    assert put(files, "de").status == 201


def test_only_editors_of_the_course_write_captions(files: Files) -> None:
    note(files, "de")
    for method in ("PUT", "DELETE"):
        for caller in (STUDENT, OTHER_INSTRUCTOR):
            answer = files.call(method, "/captions/{language}", caller, language_="de")
            assert answer.problem() == (403, "forbidden")
    files.set_course(status="archived")
    for method in ("PUT", "DELETE"):
        answer = files.call(method, "/captions/{language}", ADMINISTRATOR, language_="de")
        assert answer.problem() == (409, "course-archived")


def test_the_form_takes_the_declared_size_only(files: Files) -> None:
    form = put(files, sizeBytes=5).body
    assert form["maxBytes"] == 5
    for data, status in [(b"1234", 400), (b"12345", 204)]:
        sent = requests.post(form["url"], data=form["fields"], files={"file": ("any", data)}, timeout=10)
        assert sent.status_code == status
