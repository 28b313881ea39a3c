"""Files that were uploaded with forms: each is taken once, has no address before, and can be restored.

How forms end is in test_upload_endings.py.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.support.course_helpers import (
    eventually,
    has_content,
    new_course,
    send_file,
    upload,
    versions_of,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import SharedUsers

LESSON = "page"


def _path(course_id: str) -> str:
    return f"/courses/{course_id}/lessons/{LESSON}"


def _is_served(deployed: Deployed, form: dict[str, Any]) -> bool:
    return deployed.fetch(f"{deployed.outputs['content_base_url']}/{form['key']}").ok


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
    eventually(lambda: not versions_of(deployed, form["fields"]["key"]))
    assert len(versions_of(deployed, form["key"])) == 1
    assert _content_key(users, course_id) == form["key"]


@pytest.mark.intrusive
def test_files_of_deleted_lessons_stay_restorable(deployed: Deployed, users: SharedUsers) -> None:
    """What was content once is not deleted for good: an operator can restore it."""
    course_id = new_course(users.owner, LESSON, status="draft")
    key = upload(deployed, users.owner, course_id, LESSON)
    users.owner.delete(_path(course_id))
    eventually(lambda: any(each["IsLatest"] and "ETag" not in each for each in versions_of(deployed, key)))
    assert any("ETag" in each for each in versions_of(deployed, key))


def test_an_upload_that_is_not_noted_has_no_address(deployed: Deployed, users: SharedUsers) -> None:
    """What arrives is below `incoming/`, from where nothing is served."""
    course_id = new_course(users.owner, LESSON, status="draft")
    form = users.owner.post(f"{_path(course_id)}/upload", {})
    assert form["fields"]["key"] == f"incoming/{form['key']}"
    assert not _is_served(deployed, {"key": form["fields"]["key"]})
    assert not _is_served(deployed, form)
