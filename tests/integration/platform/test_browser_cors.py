"""CORS as a real browser enforces it: the portal's pages may use API, uploads and content; other pages may not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.support.browser import Browser, browser_of
from tests.integration.support.course_helpers import PAGE, new_course, upload
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, Person, SharedUsers

pytestmark = pytest.mark.intrusive

ELSEWHERE = "http://127.0.0.1:3999"  # an origin that no environment's settings allow

# One request by the page: what a script there may see of the answer, or that the browser refused.
ASK = """
const ask = async (method, url, token, body) => {
  const headers = token ? {Authorization: `Bearer ${token}`} : {};
  if (body) headers["Content-Type"] = "application/json";
  try {
    const answer = await fetch(url, {method, headers, body: body && JSON.stringify(body)});
    const text = await answer.text();
    return {status: answer.status, location: answer.headers.get("Location"), text};
  } catch (error) {
    return {refused: String(error)};
  }
};
"""


@pytest.fixture(scope="module")
def chromium(deployed: Deployed) -> Iterator[Browser]:
    """The browser."""
    with browser_of(deployed) as running:
        yield running


def _script(deployed: Deployed, person: Person, requests: list[tuple[str, str, Any]], token: str = "") -> str:
    api = deployed.outputs["api_endpoint"]
    calls = [[method, api + path, token or person.token, body] for method, path, body in requests]
    return f"{ASK} return await Promise.all({json.dumps(calls)}.map(call => ask(...call)));"


def test_the_portal_may_use_the_api(
    deployed: Deployed, users: SharedUsers, people: People, chromium: Browser
) -> None:
    """Preflights and requests of every method; errors, the gateway's too, can be read by the page."""
    course_id = new_course(users.owner, "one")
    student = people.new()
    answers = chromium.run(
        deployed.origin,
        _script(
            deployed,
            student,
            [
                ("GET", "/courses", None),
                ("POST", "/enrollments", {"courseId": course_id}),
                ("PATCH", "/profile", {"locale": "en-GB"}),
                ("GET", "/courses/unknown", None),
                ("POST", "/enrollments", {"unknown": 1}),
                ("DELETE", "/enrollments/unknown", None),
            ],
        ),
    )
    assert [answer.get("status") for answer in answers] == [200, 201, 200, 404, 400, 404]
    assert json.loads(answers[1]["text"])["userId"] == student.user_id
    assert json.loads(answers[3]["text"])["title"] == "Not Found"
    (done,) = chromium.run(
        deployed.origin,
        _script(deployed, student, [("PUT", f"/progress/{course_id}/lessons/one", {"completed": True})]),
    )
    assert json.loads(done["text"])["completedLessons"] == ["one"]
    (denied,) = chromium.run(deployed.origin, _script(deployed, student, [("GET", "/courses", None)], "bad"))
    assert (denied["status"], json.loads(denied["text"])["title"]) == (401, "Unauthorized")


def test_the_portal_may_read_where_a_new_course_is(
    deployed: Deployed, users: SharedUsers, chromium: Browser
) -> None:
    """`Location` is exposed to scripts."""
    (answer,) = chromium.run(
        deployed.origin, _script(deployed, users.owner, [("POST", "/courses", {"title": "x"})])
    )
    assert answer["status"] == 201
    assert answer["location"].endswith(json.loads(answer["text"])["courseId"])


def test_a_page_from_elsewhere_is_refused(deployed: Deployed, users: SharedUsers, chromium: Browser) -> None:
    """Even with a good token: its preflight is not answered for it, and its requests change nothing."""
    course_id = new_course(users.owner)
    requests = [("GET", "/courses", None), ("POST", "/enrollments", {"courseId": course_id})]
    answers = chromium.run(ELSEWHERE, _script(deployed, users.student, requests))
    assert ["refused" in answer for answer in answers] == [True, True]
    assert not [entry for entry in users.student.get_all("/enrollments") if entry["courseId"] == course_id]


def test_the_portal_uploads_and_shows_a_lesson(
    deployed: Deployed, users: SharedUsers, chromium: Browser
) -> None:
    """The form's POST to S3 and the file from CloudFront, by scripts of the portal and by no others."""
    course_id = new_course(users.owner, "page")
    key = upload(deployed, users.owner, course_id, "page")
    form = users.owner.post(f"/courses/{course_id}/lessons/page/upload", {})
    script = f"""
        {ASK}
        const data = new FormData();
        for (const [name, value] of Object.entries({json.dumps(form["fields"])})) data.append(name, value);
        data.append("file", new Blob([{json.dumps(PAGE.decode())}]), "index.html");
        const sent = await fetch({json.dumps(form["url"])}, {{method: "POST", body: data}})
            .then(answer => ({{status: answer.status}}), error => ({{refused: String(error)}}));
        const url = {json.dumps(deployed.outputs["content_base_url"] + "/" + key)};
        return [sent, await ask("GET", url)];
    """
    sent, shown = chromium.run(deployed.origin, script)
    assert sent.get("status") in (200, 201, 204)
    assert (shown.get("status"), shown.get("text")) == (200, PAGE.decode())
    sent, shown = chromium.run(ELSEWHERE, script)
    assert "refused" in sent
    assert "refused" in shown
