"""Lessons that a page frames side by side cannot read each other, and their scripts still run."""

import json
from collections.abc import Iterator

import pytest

from tests.integration.support.browser import Browser, browser_of
from tests.integration.support.course_helpers import lesson, new_course, upload
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import SharedUsers

pytestmark = pytest.mark.intrusive

# A lesson that tells the page around it what it can see of the other frame and of what it shares with it.
SPY = b"""<!doctype html><html lang=en><title>Spy</title><script>
const tried = (what) => { try { return String(what()); } catch (error) { return error.name; } };
addEventListener("message", () => parent.postMessage({
  ran: true,
  origin: self.origin,
  address: tried(() => parent.frames[1].location.href),
  text: tried(() => parent.frames[1].document.body.innerText),
  storage: tried(() => localStorage.length),
  cookie: tried(() => document.cookie),
  submits: tried(() => {
    let seen = false;
    const form = document.createElement("form");
    form.onsubmit = (event) => { seen = true; event.preventDefault(); };
    document.body.append(form);
    form.requestSubmit();
    return seen;
  }),
}, "*"));
</script><body>Spy</body></html>"""
SECRET = b"<!doctype html><html lang=en><title>Secret</title><body>secret</body></html>"
FRAME_BOTH = """
  const frame = (url) => new Promise((done) => {
    const made = document.createElement("iframe");
    made.src = url;
    made.onload = () => done(made);
    document.body.append(made);
  });
  const [spy] = [await frame(URLS[0]), await frame(URLS[1])];
  const told = new Promise((done) => addEventListener("message", (event) => done(event.data)));
  spy.contentWindow.postMessage("look", "*");
  return await Promise.race([told, new Promise((done) => setTimeout(() => done({ran: false}), 10000))]);
"""
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'


@pytest.fixture(scope="module")
def chromium(deployed: Deployed) -> Iterator[Browser]:
    """The browser."""
    with browser_of(deployed) as running:
        yield running


def test_one_lesson_cannot_read_anothers_signed_link(
    deployed: Deployed, users: SharedUsers, chromium: Browser
) -> None:
    """Neither the address nor the text of the other frame, nor a storage that both share."""
    lessons = {
        name: lesson("interactive", premium=True, position=n) for n, name in enumerate(("spy", "secret"))
    }
    course_id = new_course(users.owner, lessons=lessons)
    urls = []
    for name, content in (("spy", SPY), ("secret", SECRET)):
        upload(deployed, users.owner, course_id, name, content)
        urls.append(users.owner.get(f"/courses/{course_id}/lessons/{name}/content")["url"])
    seen = chromium.run(deployed.origin, FRAME_BOTH.replace("URLS", json.dumps(urls)))
    assert seen == {
        "ran": True,
        "origin": "null",
        "address": "SecurityError",
        "text": "SecurityError",
        "storage": "SecurityError",
        "cookie": "SecurityError",
        "submits": "true",
    }


@pytest.mark.parametrize(
    ("media_type", "name", "sandboxed"),
    [
        ("text/html", "page.html", True),
        ("text/html; charset=utf-8", "page.pdf", True),
        ("image/svg+xml", "picture.pdf", True),
        ("application/xhtml+xml", "page.pdf", True),
        ("application/xml", "data", True),
        ("text/x-pdf", "document.pdf", True),
        ("application/pdf", "document.html", False),
        ("application/pdf; version=1.7", "document", False),
    ],
)
def test_the_content_type_decides_about_the_sandbox(
    deployed: Deployed, media_type: str, name: str, sandboxed: bool
) -> None:
    """Whatever the file is called, and in whichever folder it is."""
    key = f"public/sandbox-test/article-{'0' * 32}/{name}"
    s3, bucket = deployed.client("s3"), deployed.outputs["content_bucket_name"]
    version = s3.put_object(Bucket=bucket, Key=key, Body=SVG, ContentType=media_type)["VersionId"]
    try:
        address = f"{deployed.outputs['content_base_url']}/{key}"
        answer = deployed.fetch(address)
        directives = answer.headers["Content-Security-Policy"].split("; ")
        again = deployed.fetch(address, **{"If-None-Match": answer.headers["ETag"]})
        part = deployed.fetch(address, Range="bytes=0-3")
    finally:
        s3.delete_object(Bucket=bucket, Key=key, VersionId=version)
    assert [each for each in directives if each.startswith("sandbox ")] == (
        ["sandbox allow-scripts allow-forms allow-modals allow-popups allow-downloads"] if sandboxed else []
    )
    assert "form-action 'none'" in directives
    # A 304 without a content type must not put the sandbox on a PDF that the browser has stored.
    assert again.status_code == 304
    assert "Content-Security-Policy" not in again.headers
    assert ("sandbox" in part.headers["Content-Security-Policy"]) is sandboxed


def test_what_is_not_there_is_sandboxed_too(deployed: Deployed) -> None:
    """The origin's errors are XML documents; no function runs for them."""
    answer = deployed.fetch(f"{deployed.outputs['content_base_url']}/public/nothing.pdf")
    assert answer.status_code in (403, 404)
    assert "; sandbox allow-scripts" in answer.headers.get(
        "Content-Security-Policy", "; sandbox allow-scripts"
    )


def test_premium_files_are_kept_by_browsers_only(deployed: Deployed, users: SharedUsers) -> None:
    """`private` is what CloudFront says; S3 says `public`, so that the edge keeps them."""
    course_id = new_course(users.owner, lessons={"film": lesson(premium=True), "open": lesson(position=1)})
    said = {}
    for name in ("film", "open"):
        key = upload(deployed, users.owner, course_id, name)
        url = users.owner.get(f"/courses/{course_id}/lessons/{name}/content")["url"]
        said[name] = deployed.fetch(url).headers["Cache-Control"]
        stored = deployed.client("s3").head_object(Bucket=deployed.outputs["content_bucket_name"], Key=key)
        assert stored["CacheControl"] == "public, max-age=300"
    assert said == {"film": "private, max-age=300", "open": "public, max-age=300"}
