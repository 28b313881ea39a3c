"""Upload forms end with the lesson, the course's openness and the uploader's right, whenever the file is sent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.support.course_helpers import (
    PAGE,
    eventually,
    has_content,
    lesson,
    new_course,
    send_file,
    set_status,
    upload,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import INSTRUCTORS, People, Person, SharedUsers

End = Callable[[Person, str], Any]
LESSON = "page"


def _path(course_id: str) -> str:
    return f"/courses/{course_id}/lessons/{LESSON}"


def _make_again(owner: Person, course_id: str) -> None:
    owner.delete(_path(course_id))
    owner.put(_path(course_id), lesson(), expect=201)


# Each way in which a form ends, done by the course's owner; the last two need somebody else or end the owner.
ENDS: dict[str, End] = {
    "deleted": lambda owner, course_id: owner.delete(_path(course_id)),
    "made again": _make_again,
    "premium": lambda owner, course_id: owner.put(_path(course_id), lesson(premium=True)),
    "another type": lambda owner, course_id: owner.put(_path(course_id), lesson("interactive")),
    "archived": lambda owner, course_id: set_status(owner, course_id, "archived"),
    "form replaced": lambda owner, course_id: owner.post(f"{_path(course_id)}/upload", {}),
    "erased": lambda owner, _: owner.delete("/profile"),
    "role revoked": lambda _, __: None,
}
LESSON_ENDS = ("deleted", "made again", "premium", "another type")


def _versions(deployed: Deployed, key: str) -> list[Any]:
    bucket = deployed.outputs["content_bucket_name"]
    answer = deployed.client("s3").list_object_versions(Bucket=bucket, Prefix=key)
    return [*answer.get("Versions", ()), *answer.get("DeleteMarkers", ())]


def _is_served(deployed: Deployed, form: dict[str, Any]) -> bool:
    return deployed.fetch(f"{deployed.outputs['content_base_url']}/{form['key']}").ok


@pytest.mark.intrusive
@pytest.mark.parametrize("time", ["before", "during", "after"])
@pytest.mark.parametrize("way", ENDS)
def test_a_file_is_noted_or_deleted_whenever_its_form_ends(
    deployed: Deployed, people: People, users: SharedUsers, way: str, time: str
) -> None:
    """The form's end comes before, while, or after the file is sent. Nothing that is not content stays."""
    owner = people.new(INSTRUCTORS)
    course_id = new_course(owner, LESSON, status="draft")
    form = owner.post(f"{_path(course_id)}/upload", {})

    def end() -> None:
        ENDS[way](owner, course_id)
        if way == "role revoked":
            users.administrator.delete(f"/users/{owner.user_id}/groups/{INSTRUCTORS}")

    if time == "before":
        end()
        assert send_file(deployed, form, PAGE).ok
    elif time == "after":
        assert send_file(deployed, form, PAGE).ok
        end()
    else:
        with ThreadPoolExecutor(1) as other:
            sent = other.submit(send_file, deployed, form, PAGE)
            end()
            assert sent.result().ok
    eventually(lambda: not _versions(deployed, form["fields"]["key"]))
    noted = _content_key(users, course_id) == form["key"]
    if time == "before" or way in LESSON_ENDS:
        eventually(lambda: not _is_served(deployed, form))
        assert not noted
    else:
        assert _is_served(deployed, form) is noted
    if time == "before":
        assert _versions(deployed, form["key"]) == []


def _content_key(users: SharedUsers, course_id: str) -> str | None:
    path = _path(course_id)
    if not has_content(users.administrator, path):
        return None
    url: str = users.administrator.get(f"{path}/content")["url"]
    return "/".join(url.split("/")[3:])


@pytest.mark.intrusive
def test_a_form_is_taken_once(deployed: Deployed, users: SharedUsers) -> None:
    """Of many files of one form exactly one is kept."""
    course_id = new_course(users.owner, LESSON, status="draft")
    form = users.owner.post(f"{_path(course_id)}/upload", {})
    with ThreadPoolExecutor(8) as senders:
        sent = list(senders.map(lambda each: send_file(deployed, form, b"%d" % each), range(8)))
    assert all(answer.ok for answer in sent)
    eventually(lambda: not _versions(deployed, form["fields"]["key"]))
    assert len(_versions(deployed, form["key"])) == 1
    assert _content_key(users, course_id) == form["key"]


@pytest.mark.intrusive
def test_files_of_deleted_lessons_stay_restorable(deployed: Deployed, users: SharedUsers) -> None:
    """What was content once is not deleted for good: an operator can restore it."""
    course_id = new_course(users.owner, LESSON, status="draft")
    key = upload(deployed, users.owner, course_id, LESSON)
    users.owner.delete(_path(course_id))
    eventually(lambda: any(each["IsLatest"] and "ETag" not in each for each in _versions(deployed, key)))
    assert any("ETag" in each for each in _versions(deployed, key))


def test_an_upload_that_is_not_noted_has_no_address(deployed: Deployed, users: SharedUsers) -> None:
    """What arrives is below `incoming/`, from where nothing is served."""
    course_id = new_course(users.owner, LESSON, status="draft")
    form = users.owner.post(f"{_path(course_id)}/upload", {})
    assert form["fields"]["key"] == f"incoming/{form['key']}"
    assert not _is_served(deployed, {"key": form["fields"]["key"]})
    assert not _is_served(deployed, form)
