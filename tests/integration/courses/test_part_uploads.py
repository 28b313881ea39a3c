"""Uploads in parts: they go on where they were cut, are whole in the end, and leave nothing when they are given up."""

import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.samples.part_uploads import PART, LongFilm, PartUpload
from tests.integration.support.course_helpers import (
    content_of,
    eventually,
    has_content,
    lesson,
    new_course,
    upload_package,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Person, SharedUsers
from tests.package_zips import scorm_12

LESSON = "film"
# Two whole parts and a small one.
FILM = secrets.token_bytes(1024) * (2 * PART // 1024) + b"the end"
MIB = 1024**2
NAME = "Größe – Film 🎬.mp4"
# An upload of one small part is enough to see how an upload ends.
SMALL = b"a small film"


def _new(owner: Person, *, premium: bool = False) -> tuple[str, str]:
    course_id = new_course(owner, lessons={LESSON: lesson("video", premium=premium)}, status="draft")
    return course_id, f"/courses/{course_id}/lessons/{LESSON}"


def test_an_upload_that_is_cut_twice_is_whole_in_the_end(deployed: Deployed, users: SharedUsers) -> None:
    """300 MB, and the connection breaks within a part, once while other parts are sent, and once in the last part.

    After each cut, the list of parts says which are missing. The served film is the sent one.
    """
    _, path = _new(users.owner, premium=True)
    film = LongFilm(300 * MIB + 7)
    upload = PartUpload(deployed, users.owner, path, film, fileName=NAME, partBytes=32 * MIB)
    assert upload.begun["partCount"] == 10
    with ThreadPoolExecutor(1) as other:
        whole = other.submit(upload.send, [1, 2, 4])
        upload.cut_within(3)
        whole.result()
    assert upload.sent() == [1, 2, 4]
    assert upload.complete(expect=409)["detail"].endswith(" missing or not whole: 3, 5, 6, 7, 8, 9, 10.")
    upload.send([each for each in upload.numbers[:-1] if each not in upload.sent()])
    upload.cut_within(10)
    assert upload.sent() == upload.numbers[:-1]
    upload.send([10])
    upload.complete()
    upload.complete()
    eventually(lambda: has_content(users.owner, path), seconds=60)
    shown = users.owner.get(f"{path}/content")
    assert shown["fileName"] == NAME
    served = deployed.fetch(shown["url"]).content
    assert (len(served), hashlib.sha256(served).hexdigest()) == (len(film), film.hash())
    if deployed.is_local:  # the test role may not list uploads
        eventually(lambda: not upload.is_at_s3())


def test_an_upload_goes_on_after_its_client_was_closed(deployed: Deployed, users: SharedUsers) -> None:
    """A part that was signed and never sent is missing like the others."""
    _, path = _new(users.owner)
    upload = PartUpload(deployed, users.owner, path, FILM)
    assert upload.begun["partCount"] == 3
    upload.send([1, 3])
    upload.sign([2])
    assert upload.complete(expect=409)["detail"] == "These parts are missing or not whole: 2."
    upload.send([2])
    upload.complete()
    eventually(lambda: has_content(users.owner, path))
    assert deployed.fetch(users.owner.get(f"{path}/content")["url"]).content == FILM


def test_a_part_has_exactly_its_size(deployed: Deployed, users: SharedUsers) -> None:
    """The length is signed, so S3 refuses a part that is shorter or longer, and another part at this address."""
    _, path = _new(users.owner)
    upload = PartUpload(deployed, users.owner, path, SMALL)
    (signed,) = upload.sign([1])
    for data in (SMALL + b"!", SMALL[:-1]):
        assert deployed.http.put(signed["url"], data=data, timeout=60).status_code == 403
    other = signed["url"].replace("partNumber=1", "partNumber=2")
    assert deployed.http.put(other, data=SMALL, timeout=60).status_code == 403
    assert upload.sent() == []
    assert upload.send_signed(signed) == 200


@pytest.mark.intrusive
def test_an_upload_that_is_given_up_leaves_nothing(deployed: Deployed, users: SharedUsers) -> None:
    _, path = _new(users.owner)
    upload = PartUpload(deployed, users.owner, path, FILM)
    upload.send([1])
    upload.cut_within(2)
    (waiting,) = upload.sign([2])
    assert upload.is_at_s3()
    users.owner.delete(upload.path)
    eventually(lambda: not upload.is_at_s3())
    assert upload.send_signed(waiting) == 404
    users.owner.call("GET", f"{upload.path}/parts", expect=404)
    assert not has_content(users.owner, path)


def test_a_package_may_be_sent_in_parts(deployed: Deployed, users: SharedUsers) -> None:
    """Every kind of file may: a package is unpacked as usual."""
    course_id = new_course(users.owner, lessons={"quiz": lesson("interactive")}, status="draft")
    path = f"/courses/{course_id}/lessons/quiz"
    upload = PartUpload(deployed, users.owner, path, scorm_12(), fileName="Übung 1.zip")
    upload.send(upload.numbers)
    upload.complete()
    eventually(lambda: content_of(users.owner, course_id, "quiz")["state"] == "ready", seconds=90)
    content = content_of(users.owner, course_id, "quiz")
    assert (content["kind"], content["fileName"]) == ("scorm-1.2", "Übung 1.zip")
    upload_package(deployed, users.owner, course_id, "quiz", scorm_12(), fileName="two.zip")
