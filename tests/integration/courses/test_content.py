"""The files of lessons: the upload to S3, the event of the bucket, and the delivery by CloudFront."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from tests.integration.support.course_helpers import (
    PAGE,
    content_of,
    enroll,
    eventually,
    has_content,
    lesson,
    new_course,
    send_file,
    upload,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import SharedUsers
from tests.integration.support.signed_url import SignedUrl, encoded, ended, public_key_id, published_keys

VIDEO = b"\x00\x00\x00\x18ftypmp42" + secrets.token_bytes(300_000)
PDF = b"%PDF-1.7\n" + secrets.token_bytes(300_000) + b"\n%%EOF\n"
MARKDOWN = "# Grüße\n\nRead *this*.\n".encode()
LESSONS = {
    "film": lesson("video", premium=True),
    "paper": lesson("pdf", position=1),
    "game": lesson("interactive", premium=True, position=2),
    "text": lesson("article", position=3),
    "empty": lesson("article", position=4),
    "sheet": lesson("pdf", premium=True, position=5),
}
FILES: Mapping[str, tuple[bytes, str]] = {
    "film": (VIDEO, "video/mp4"),
    "paper": (PDF, "application/pdf"),
    "game": (PAGE, "text/html"),
    "text": (MARKDOWN, "text/markdown"),
    "sheet": (PDF, "application/pdf"),
}


@pytest.fixture(scope="module")
def course_id(deployed: Deployed, users: SharedUsers) -> str:
    """A published course whose lessons have files, except for `empty`. The student is enrolled."""
    made = new_course(users.owner, lessons=LESSONS)
    for lesson_id, (content, _) in FILES.items():
        upload(deployed, users.owner, made, lesson_id, content)
    enroll(users.student, made)
    return made


@pytest.mark.parametrize("lesson_id", FILES)
def test_a_file_is_served_as_it_was_sent(
    deployed: Deployed, users: SharedUsers, course_id: str, lesson_id: str
) -> None:
    """The bytes and the type are right, and the headers allow a frame only in the portal."""
    content, media_type = FILES[lesson_id]
    shown = users.student.get(f"/courses/{course_id}/lessons/{lesson_id}/content")
    assert shown["premium"] == LESSONS[lesson_id]["premium"]
    answer = deployed.fetch(shown["url"], Origin=deployed.origin)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, media_type)
    assert answer.content == content
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert int(headers["Strict-Transport-Security"].partition("max-age=")[2].partition(";")[0]) >= 31_536_000
    assert headers["Referrer-Policy"]
    policy = headers["Content-Security-Policy"].split("; ")
    (ancestors,) = (each.split()[1:] for each in policy if each.startswith("frame-ancestors "))
    # The player, which frames what is interactive, is on the content's own origin.
    player = ["'self'"] if lesson_id == "game" else []
    assert ancestors[: len(deployed.settings.content.portal_origins) + len(player)] == [
        *player,
        *deployed.settings.content.portal_origins,
    ]
    # A page in an origin of its own has no name that could be listed.
    assert headers["Access-Control-Allow-Origin"] == ("*" if lesson_id == "game" else deployed.origin)
    assert "x-amz-server-side-encryption" not in headers
    assert "x-amz-version-id" not in headers


@pytest.mark.parametrize("lesson_id", ["film", "paper"])
def test_a_file_is_saved_under_the_name_that_its_person_gave_it(
    deployed: Deployed, users: SharedUsers, lesson_id: str
) -> None:
    """Also of a premium file: spaces, umlauts and emoji are in the lesson, in the answer and in the header."""
    course_id = new_course(users.owner, lessons={lesson_id: LESSONS[lesson_id]})
    name = "Größe – Übung 1 🎬.dat"
    upload(deployed, users.owner, course_id, lesson_id, PAGE, fileName=name)
    assert content_of(users.owner, course_id, lesson_id)["fileName"] == name
    shown = users.owner.get(f"/courses/{course_id}/lessons/{lesson_id}/content")
    assert shown["fileName"] == name
    header = deployed.fetch(shown["url"]).headers["Content-Disposition"]
    assert unquote(header.partition("filename*=UTF-8''")[2]) == name
    assert header.startswith('inline; filename="Gro_e')


@pytest.mark.parametrize("lesson_id", ["film", "paper"])
def test_videos_and_documents_are_served_in_ranges(
    deployed: Deployed, users: SharedUsers, course_id: str, lesson_id: str
) -> None:
    """Players and viewers of PDF files need ranges: the answer is 206 with exactly the requested bytes."""
    content, media_type = FILES[lesson_id]
    url = users.student.get(f"/courses/{course_id}/lessons/{lesson_id}/content")["url"]
    for first, last in ((0, 99), (150_000, 150_999), (len(content) - 10, len(content) - 1)):
        answer = deployed.fetch(url, Range=f"bytes={first}-{last}")
        assert answer.status_code == 206
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(content)}"
        assert answer.headers["Content-Type"] == media_type
        assert answer.content == content[first : last + 1]
    assert deployed.fetch(url, Range=f"bytes={len(content)}-").status_code == 416


def test_a_public_file_has_an_unsigned_url(deployed: Deployed, users: SharedUsers, course_id: str) -> None:
    """It has no signature and does not expire."""
    shown = users.student.get(f"/courses/{course_id}/lessons/text/content")
    assert "?" not in shown["url"]
    assert "expiresAt" not in shown
    assert shown["url"].startswith(deployed.outputs["content_base_url"] + "/public/")


@pytest.mark.intrusive
@pytest.mark.parametrize("lesson_id", ["film", "sheet"])
def test_a_premium_url_is_signed_by_a_key_of_the_key_group(
    deployed: Deployed, users: SharedUsers, course_id: str, lesson_id: str
) -> None:
    """A public key of CloudFront's key group verifies it. The policy allows this file's folder for at most an hour."""
    asked = datetime.now(UTC)
    shown = users.student.get(f"/courses/{course_id}/lessons/{lesson_id}/content")
    signed = SignedUrl.parse(shown["url"])
    keys = published_keys(deployed, "premium/*")
    assert len(keys) == 2
    signed.verify(keys[signed.key_pair_id])
    statement = signed.only_statement
    folder = f"{deployed.outputs['content_base_url']}/premium/{course_id}/{lesson_id}/"
    assert statement["Resource"].startswith(folder)
    assert statement["Resource"].endswith("/*")
    assert statement["Resource"].count("*") == 1
    assert signed.covers(signed.url)
    assert set(statement["Condition"]) == {"DateLessThan"}
    limit = timedelta(minutes=deployed.settings.content.premium_url_minutes)
    assert limit <= timedelta(hours=1)
    assert asked < signed.expires <= datetime.now(UTC) + limit
    assert datetime.fromisoformat(shown["expiresAt"]) == signed.expires


def test_a_premium_url_is_not_valid_for_another_lesson(
    deployed: Deployed, users: SharedUsers, course_id: str
) -> None:
    """It covers neither another premium lesson nor another course."""
    film, sheet = (
        SignedUrl.parse(users.student.get(f"/courses/{course_id}/lessons/{lesson_id}/content")["url"])
        for lesson_id in ("film", "sheet")
    )
    assert not film.covers(sheet.url)
    assert not film.covers(film.url.replace(course_id, "another-course"))
    assert deployed.fetch(f"{sheet.url}?{sheet.query}").status_code == 200
    assert deployed.fetch(f"{sheet.url}?{film.query}").status_code == 403


def test_a_premium_file_is_served_by_its_own_link_only(
    deployed: Deployed, users: SharedUsers, course_id: str
) -> None:
    """No signature, a changed policy, a changed signature, an unknown key and another hash are refused."""
    link = users.student.get(f"/courses/{course_id}/lessons/film/content")["url"]
    signed = SignedUrl.parse(link)
    assert deployed.fetch(link).status_code == 200
    longer = signed.policy.replace(b'"AWS:EpochTime":1', b'"AWS:EpochTime":2')
    assert longer != signed.policy
    changed = {
        "no signature": signed.url,
        "a longer policy": link.replace(encoded(signed.policy), encoded(longer)),
        "another signature": link.replace(
            encoded(signed.signature), encoded(signed.signature[:-1] + bytes([signed.signature[-1] ^ 1]))
        ),
        "an unknown key": link.replace(signed.key_pair_id, "K0"),
        "another hash": link.replace("&Hash-Algorithm=SHA256", ""),
        "a doubled slash": link.replace("/premium/", "//premium/"),
    }
    answers = {how: deployed.fetch(each).status_code for how, each in changed.items()}
    assert answers == dict.fromkeys(changed, 403)


@pytest.mark.intrusive
def test_a_link_that_has_ended_is_refused(deployed: Deployed, users: SharedUsers, course_id: str) -> None:
    """The content function's own key has signed both, and only the time differs. A range is refused as well."""
    link = users.student.get(f"/courses/{course_id}/lessons/film/content")["url"]
    assert deployed.fetch(ended(deployed, link, seconds=-60)).status_code == 200
    assert deployed.fetch(ended(deployed, link)).status_code == 403
    assert deployed.fetch(ended(deployed, link), Range="bytes=0-0").status_code == 403


@pytest.mark.intrusive
@pytest.mark.parametrize("slot", ["a", "b"])
def test_links_of_both_slots_open_a_file(
    deployed: Deployed, users: SharedUsers, course_id: str, slot: str
) -> None:
    """So no link breaks in a rotation. CloudFront's keys are those of KMS, and one of them signs now."""
    link = users.student.get(f"/courses/{course_id}/lessons/film/content")["url"]
    active = deployed.settings.content.signing_keys.active
    assert (SignedUrl.parse(link).key_pair_id == public_key_id(deployed, slot)) is (slot == active)
    assert deployed.fetch(ended(deployed, link, seconds=-60, slot=slot)).status_code == 200


@pytest.mark.intrusive
def test_a_changed_policy_does_not_verify(deployed: Deployed, users: SharedUsers, course_id: str) -> None:
    """This shows that the check of signatures can fail."""
    signed = SignedUrl.parse(users.student.get(f"/courses/{course_id}/lessons/film/content")["url"])
    key = published_keys(deployed, "premium/*")[signed.key_pair_id]
    with pytest.raises(AssertionError):
        signed.with_policy(signed.policy.replace(b"film", b"game")).verify(key)


def test_only_enrolled_students_and_editors_get_content(users: SharedUsers, course_id: str) -> None:
    """This is true for published courses too. The owner and administrators need no enrolment."""
    path = f"/courses/{course_id}/lessons/film/content"
    for person in (users.other_student, users.other_instructor):
        person.get(path, expect=403)
    for person in (users.student, users.owner, users.administrator):
        assert person.get(path)["premium"]


def test_a_withdrawn_student_cannot_read_content(
    deployed: Deployed, users: SharedUsers, course_id: str
) -> None:
    """A student who withdrew gets 403."""
    path = f"/courses/{course_id}/lessons/text/content"
    enroll(users.other_student, course_id)
    users.other_student.get(path)
    users.other_student.delete(f"/enrollments/{course_id}")
    users.other_student.get(path, expect=403)


def test_missing_content_is_not_found(users: SharedUsers, course_id: str) -> None:
    """404 for a lesson without a file, an unknown lesson and an unknown course."""
    users.student.get(f"/courses/{course_id}/lessons/empty/content", expect=404)
    users.student.get(f"/courses/{course_id}/lessons/unknown/content", expect=404)
    users.student.get("/courses/unknown/lessons/text/content", expect=404)
    users.owner.post(f"/courses/{course_id}/lessons/unknown/upload", {}, expect=404)


def test_a_lesson_has_content_only_after_the_upload(deployed: Deployed, users: SharedUsers) -> None:
    """The request for a form changes nothing. The event of the uploaded file does."""
    course_id = new_course(users.owner, "page", status="draft")
    path = f"/courses/{course_id}/lessons/page"
    form = users.owner.post(f"{path}/upload", {})
    version = users.owner.get(f"/courses/{course_id}")["version"]
    assert not has_content(users.owner, path)
    users.owner.get(f"{path}/content", expect=404)
    assert send_file(deployed, form, PAGE).ok
    eventually(lambda: has_content(users.owner, path))
    assert users.owner.get(f"{path}/content")["url"].endswith(form["key"])
    assert (
        users.owner.get(f"/courses/{course_id}")["version"] == version
    )  # so that an open browser tab can still save


def test_a_replaced_file_has_a_new_url(deployed: Deployed, users: SharedUsers) -> None:
    """So no cache can serve the old file."""
    course_id = new_course(users.owner, "page", status="draft")
    first = upload(deployed, users.owner, course_id, "page", b"<p>first</p>")
    second = upload(deployed, users.owner, course_id, "page", b"<p>second</p>")
    assert first != second
    url = users.owner.get(f"/courses/{course_id}/lessons/page/content")["url"]
    assert deployed.fetch(url).content == b"<p>second</p>"


@pytest.mark.parametrize(
    ("fields", "content", "status"),
    [
        ({"Content-Type": "text/javascript"}, PAGE, 403),
        ({"key": "premium/other/lesson/index.html"}, PAGE, 403),
        ({"Cache-Control": "no-cache"}, PAGE, 403),
        ({"acl": "public-read"}, PAGE, 403),
        ({}, PAGE + b"x", 400),
        ({}, PAGE[:-1], 400),
        ({}, b"", 400),
    ],
    ids=["type", "key", "cache-control", "acl", "too-large", "too-small", "nothing"],
)
def test_s3_accepts_only_what_the_form_allows(
    deployed: Deployed, users: SharedUsers, fields: dict[str, str], content: bytes, status: int
) -> None:
    """The form fixes key, type and size. A refused file never becomes content."""
    course_id = new_course(users.owner, "page", status="draft")
    path = f"/courses/{course_id}/lessons/page"
    form = users.owner.post(f"{path}/upload", {"sizeBytes": len(PAGE)})
    assert form["maxBytes"] == len(PAGE)
    assert send_file(deployed, form, content, fields=fields).status_code == status
    assert not has_content(users.owner, path)
    assert send_file(deployed, form, PAGE).ok  # this shows that the form itself is valid


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"mediaType": "application/pdf"}, {"mediaType"}),
        ({"mediaType": "text/html"}, {"mediaType"}),
        ({"mediaType": "application/x-msdownload"}, {"mediaType"}),
        ({"fileName": ""}, {"fileName"}),
        ({"sizeBytes": 0}, {"sizeBytes"}),
        ({"sizeBytes": 5 * 1024**3}, {"sizeBytes"}),
        ({"bucket": "mine"}, {"bucket"}),
    ],
)
def test_an_upload_form_for_an_invalid_file_is_refused(
    users: SharedUsers, course_id: str, body: dict[str, Any], wrong: set[str]
) -> None:
    """The file of an article must be Markdown with a limited size."""
    answer = users.owner.call("POST", f"/courses/{course_id}/lessons/text/upload", body, expect=400)
    assert answer.wrong_fields in (wrong, {"body"})


@pytest.mark.parametrize(("given", "kept"), [("../../up/x.html", "x.html"), ("../..", "article.md")])
def test_an_upload_form_keeps_no_folders_of_a_file_name(
    users: SharedUsers, course_id: str, given: str, kept: str
) -> None:
    """A name of which nothing is left becomes the usual one."""
    form = users.owner.post(f"/courses/{course_id}/lessons/text/upload", {"fileName": given})
    *folders, name = form["key"].split("/")
    assert name == kept
    assert not {"..", "up"} & set(folders)


def test_only_the_owner_and_administrators_get_upload_forms(users: SharedUsers, course_id: str) -> None:
    """Other callers may only read."""
    path = f"/courses/{course_id}/lessons/text/upload"
    for person in (users.student, users.other_student, users.other_instructor):
        person.post(path, {}, expect=403)
    users.administrator.post(path, {})


def test_files_that_no_lesson_uses_any_more_are_not_served(deployed: Deployed, users: SharedUsers) -> None:
    """An old unsigned URL stops working when its lesson becomes premium, is replaced or is deleted."""
    course_id = new_course(users.owner, "page", "other", status="draft")
    path = f"/courses/{course_id}/lessons"
    addresses = []
    for lesson_id in ("page", "page", "other"):
        upload(deployed, users.owner, course_id, lesson_id)
        addresses.append(users.owner.get(f"{path}/{lesson_id}/content")["url"])
    assert deployed.fetch(addresses[-1]).ok
    users.owner.put(f"{path}/page", lesson(premium=True))
    users.owner.delete(f"{path}/other")
    eventually(lambda: not any(deployed.fetch(address).ok for address in addresses))


def test_a_lesson_that_becomes_premium_needs_a_new_upload(deployed: Deployed, users: SharedUsers) -> None:
    """The public file is no longer served, not even after a late upload with an old form."""
    course_id = new_course(users.owner, "page", status="draft")
    path = f"/courses/{course_id}/lessons/page"
    late = users.owner.post(f"{path}/upload", {})
    upload(deployed, users.owner, course_id, "page")
    users.owner.put(path, lesson(premium=True))
    assert send_file(deployed, late, PAGE).ok
    users.owner.get(f"{path}/content", expect=404)
    upload(deployed, users.owner, course_id, "page")
    assert "/premium/" in users.owner.get(f"{path}/content")["url"]
