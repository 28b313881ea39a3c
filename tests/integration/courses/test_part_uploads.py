"""Uploads in parts: they go on where they were cut, are whole in the end, and leave nothing when they end otherwise."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.samples.part_uploads import PART, PartUpload
from tests.integration.support.course_helpers import (
    content_of,
    eventually,
    has_content,
    lesson,
    new_course,
    set_status,
    upload_package,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import INSTRUCTORS, People, Person, SharedUsers
from tests.package_zips import scorm_12

LESSON = "film"
# Four whole parts and a small one: the client is cut off twice, between parts and within one.
FILM = secrets.token_bytes(1024) * (4 * PART // 1024) + b"the end"
NAME = "Größe – Film 🎬.mp4"
# An upload of one small part is enough to see how an upload ends.
SMALL = b"a small film"


def _new(owner: Person, *, premium: bool = False) -> tuple[str, str]:
    course_id = new_course(owner, lessons={LESSON: lesson("video", premium=premium)}, status="draft")
    return course_id, f"/courses/{course_id}/lessons/{LESSON}"


def test_an_upload_that_was_cut_twice_is_whole_in_the_end(deployed: Deployed, users: SharedUsers) -> None:
    """After each cut, the list of parts says which are missing. The file is the sent one, byte for byte."""
    _, path = _new(users.owner, premium=True)
    upload = PartUpload(deployed, users.owner, path, FILM, fileName=NAME)
    assert upload.begun["partCount"] == 5
    upload.send([1, 3])
    assert upload.sent() == [1, 3]
    assert upload.complete(expect=409)["detail"] == "These parts are missing or not whole: 2, 4, 5."
    upload.sign([2])  # cut before the bytes were sent
    missing = [each for each in upload.numbers if each not in upload.sent()]
    assert missing == [2, 4, 5]
    upload.send(missing)
    upload.complete()
    upload.complete()
    eventually(lambda: has_content(users.owner, path))
    shown = users.owner.get(f"{path}/content")
    assert shown["fileName"] == NAME
    assert deployed.fetch(shown["url"]).content == FILM
    eventually(lambda: not upload.is_at_s3())


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


def test_an_upload_that_is_given_up_leaves_nothing(deployed: Deployed, users: SharedUsers) -> None:
    _, path = _new(users.owner)
    upload = PartUpload(deployed, users.owner, path, FILM)
    upload.send([1])
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


End = Callable[[Person, str], Any]


def _make_again(owner: Person, path: str) -> None:
    owner.delete(path)
    owner.put(path, lesson("video"), expect=201)


# Each way in which an upload ends. The last two end the right of its person.
ENDS: dict[str, End] = {
    "deleted": lambda owner, path: owner.delete(path),
    "made again": _make_again,
    "premium": lambda owner, path: owner.put(path, lesson("video", premium=True)),
    "another type": lambda owner, path: owner.put(path, lesson("pdf")),
    "archived": lambda owner, path: set_status(owner, path.split("/")[2], "archived"),
    "form replaced": lambda owner, path: owner.post(f"{path}/upload", {}),
    "upload replaced": lambda owner, path: owner.post(f"{path}/uploads", {"sizeBytes": 1}),
    "erased": lambda owner, _: owner.delete("/profile"),
    "role revoked": lambda _, __: None,
}
LESSON_ENDS = ("deleted", "made again", "premium", "another type")
RIGHT_ENDS = ("erased", "role revoked")


@pytest.mark.intrusive
@pytest.mark.parametrize("time", ["before", "during", "after"])
@pytest.mark.parametrize("way", ENDS)
def test_an_upload_in_parts_ends_with_what_it_was_for(
    deployed: Deployed, people: People, users: SharedUsers, way: str, time: str
) -> None:
    """The end comes before, while, or after the parts are put together. Nothing that is not content stays."""
    owner = people.new(INSTRUCTORS)
    _, path = _new(owner)
    upload = PartUpload(deployed, owner, path, SMALL)
    upload.send([1])
    any_status = (202, 401, 403, 404, 409, 503)

    def complete() -> int:
        return int(owner.call("POST", f"{upload.path}/complete", expect=any_status).status)

    def end() -> None:
        ENDS[way](owner, path)
        if way == "role revoked":
            users.administrator.delete(f"/users/{owner.user_id}/groups/{INSTRUCTORS}")

    if time == "before":
        end()
        assert complete() != 202
    elif time == "after":
        assert complete() == 202
        end()
    else:
        with ThreadPoolExecutor(1) as other:
            completed = other.submit(complete)
            end()
            completed.result()
    bucket, s3 = deployed.outputs["content_bucket_name"], deployed.client("s3")

    def versions(key: str) -> list[Any]:
        answer = s3.list_object_versions(Bucket=bucket, Prefix=key)
        return [*answer.get("Versions", ()), *answer.get("DeleteMarkers", ())]

    def is_served() -> bool:
        return deployed.fetch(f"{deployed.outputs['content_base_url']}/{upload.begun['key']}").ok

    eventually(lambda: not versions(f"incoming/{upload.begun['key']}"))
    if (
        way not in RIGHT_ENDS or time == "after"
    ):  # the parts of a person who lost the right expire after a day
        eventually(lambda: not upload.is_at_s3())
    if time == "before" or way in LESSON_ENDS:
        eventually(lambda: not is_served())
    if time == "before":
        assert versions(upload.begun["key"]) == []
