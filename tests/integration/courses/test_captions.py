"""Captions: from people's files to a player, under the protection of the video, and what becomes of them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.samples.part_uploads import CAPTIONS, send_captions, shown_lesson, upload_captions
from tests.integration.support.course_helpers import (
    enroll,
    eventually,
    lesson,
    new_course,
    send_file,
    upload,
    versions_of,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Person, SharedUsers
from tests.integration.support.signed_url import SignedUrl, published_keys

LESSON = "film"
SRT = "1\n00:00:01,000 --> 00:00:02,500\nGrüße aus Köln\n"
FROM_SRT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nGrüße aus Köln\n"


def _new(owner: Person, *, premium: bool = False, status: str = "draft") -> tuple[str, str]:
    course_id = new_course(owner, lessons={LESSON: lesson("video", premium=premium)}, status=status)
    return course_id, f"/courses/{course_id}/lessons/{LESSON}"


def _is_served(deployed: Deployed, key: str) -> bool:
    return deployed.fetch(f"{deployed.outputs['content_base_url']}/{key}").ok


@pytest.mark.intrusive
@pytest.mark.parametrize("premium", [False, True], ids=["free", "premium"])
def test_captions_are_served_beside_the_video(deployed: Deployed, users: SharedUsers, premium: bool) -> None:
    """An SRT file in Windows-1252 becomes WebVTT. Captions have the labels of menus, and the video's signature."""
    course_id, path = _new(users.owner, premium=premium, status="published")
    upload(deployed, users.owner, course_id, LESSON, b"film")
    upload_captions(deployed, users.owner, path, "de", SRT.encode("windows-1252"))
    upload_captions(deployed, users.owner, path, "PT-br", SRT.encode("utf-16"), label="Legendas")
    assert shown_lesson(users.owner, path)["captions"] == [
        {"language": "de", "label": "Deutsch"},
        {"language": "pt-BR", "label": "Legendas"},
    ]
    enroll(users.student, course_id)
    # A student may get a course that is five seconds old.
    eventually(lambda: len(users.student.get(f"{path}/content")["captions"]) == 2)
    shown = users.student.get(f"{path}/content")
    assert [each["language"] for each in shown["captions"]] == ["de", "pt-BR"]
    for each in shown["captions"]:
        answer = deployed.fetch(each["url"], Origin=deployed.origin)
        assert answer.content.decode() == FROM_SRT
        assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
        assert answer.headers["Access-Control-Allow-Origin"] == deployed.origin
        assert ("private" in answer.headers["Cache-Control"]) is premium
        if premium:
            signed = SignedUrl.parse(each["url"])
            signed.verify(published_keys(deployed, "premium/*")[signed.key_pair_id])
    users.other_student.call("GET", f"{path}/content", expect=403)


@pytest.mark.intrusive
def test_a_refused_file_says_why_and_the_language_keeps_what_it_had(
    deployed: Deployed, users: SharedUsers
) -> None:
    _, path = _new(users.owner)
    key = upload_captions(deployed, users.owner, path, "de")
    refused = send_captions(deployed, users.owner, path, "de", b"no captions")
    eventually(lambda: "refusedCaptions" in shown_lesson(users.owner, path))
    found = shown_lesson(users.owner, path)
    assert found["captions"] == [{"language": "de", "label": "Deutsch"}]
    assert found["refusedCaptions"] == [
        {"language": "de", "code": "captions-format", "detail": "The file is neither WebVTT nor SRT."}
    ]
    assert _is_served(deployed, key)
    eventually(lambda: not versions_of(deployed, refused["fields"]["key"]))
    assert not versions_of(deployed, refused["key"])
    newer = upload_captions(deployed, users.owner, path, "de", CAPTIONS.replace("Grüße", "Hallo").encode())
    eventually(lambda: "refusedCaptions" not in shown_lesson(users.owner, path))
    eventually(lambda: not _is_served(deployed, key))
    assert "Hallo" in deployed.fetch(f"{deployed.outputs['content_base_url']}/{newer}").content.decode()


def test_captions_go_when_they_are_removed(deployed: Deployed, users: SharedUsers) -> None:
    _, path = _new(users.owner)
    keys = [upload_captions(deployed, users.owner, path, each) for each in ("de", "en")]
    users.owner.delete(f"{path}/captions/de")
    assert [each["language"] for each in shown_lesson(users.owner, path)["captions"]] == ["en"]
    eventually(lambda: not _is_served(deployed, keys[0]))
    assert _is_served(deployed, keys[1])
    users.owner.call("DELETE", f"{path}/captions/de", expect=404)


def test_a_new_video_keeps_its_captions(deployed: Deployed, users: SharedUsers) -> None:
    course_id, path = _new(users.owner)
    key = upload_captions(deployed, users.owner, path, "de")
    for film in (b"one", b"two"):
        upload(deployed, users.owner, course_id, LESSON, film)
    assert [each["url"].endswith(key) for each in users.owner.get(f"{path}/content")["captions"]] == [True]
    assert _is_served(deployed, key)


@pytest.mark.intrusive
def test_a_form_for_captions_is_taken_once(deployed: Deployed, users: SharedUsers) -> None:
    """Of many files of one form exactly one is kept."""
    _, path = _new(users.owner)
    form = users.owner.call("PUT", f"{path}/captions/de", expect=201).body
    files = [CAPTIONS.replace("Grüße", str(number)).encode() for number in range(6)]
    with ThreadPoolExecutor(6) as senders:
        assert all(each.ok for each in senders.map(lambda data: send_file(deployed, form, data), files))
    eventually(lambda: not versions_of(deployed, form["fields"]["key"]))
    assert len(versions_of(deployed, form["key"])) == 1
    served = deployed.fetch(f"{deployed.outputs['content_base_url']}/{form['key']}").content
    assert served in files
