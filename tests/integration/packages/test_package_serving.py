"""Packages are served below `/p/`: every file opens with its own token, and with nothing else."""

import http.client
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.integration.support.course_helpers import PAGE, lesson, new_course, upload, upload_package
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Person, SharedUsers
from tests.package_zips import scorm_2004, zip_of

pytestmark = pytest.mark.intrusive

FILM = bytes(range(256)) * 16
FILES = {
    "index.html": PAGE,
    "js/app.mjs": b"export default 1",
    "media/film.mp4": FILM,
    "data/cells & more+50%é.json": b"{}",
    "..well-known/odd..name.txt": b"dots",
    "Übung 1/größe #2 100%?.txt": b"as people name their files",
    "empty.css": b"",
}
ENDED = str(int(time.time()) - 10)


@dataclass
class Opened:
    """A package that the owner has opened: the address of its folder, and the files in it."""

    folder: str
    names: list[str]
    answer: Mapping[str, Any]

    @property
    def token(self) -> str:
        return self.folder.split("/p/")[1].partition("/")[0]

    @property
    def addresses(self) -> list[str]:
        return [self.folder + name for name in self.names]


def opened(deployed: Deployed, owner: Person, *, premium: bool = True, package: bytes = b"") -> Opened:
    course_id = new_course(owner, lessons={"cells": lesson("interactive", premium=premium)})
    upload_package(deployed, owner, course_id, "cells", package or zip_of(FILES), fileName="cells.zip")
    answer = owner.get(f"/courses/{course_id}/lessons/cells/content")
    names = ["launch.json", *(f"files/{quote(name)}" for name in FILES)]
    return Opened(answer["launchUrl"].removesuffix("launch.json"), names, answer)


def ask(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask for exactly this address. `requests` would tidy dots up."""
    parts = urlsplit(url)
    local = (parts.hostname or "").endswith(".localhost")
    kind = http.client.HTTPConnection if parts.scheme == "http" else http.client.HTTPSConnection
    connection = kind("127.0.0.1" if local else str(parts.hostname), parts.port, timeout=30)
    try:
        place = url.partition(parts.netloc)[2]
        connection.request(method, place, headers={"Host": parts.netloc, **headers})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def package(deployed: Deployed, users: SharedUsers) -> Opened:
    return opened(deployed, users.owner)


@pytest.fixture(scope="module")
def other(deployed: Deployed, users: SharedUsers) -> Opened:
    return opened(deployed, users.owner)


@pytest.mark.parametrize("premium", [True, False])
def test_every_file_opens_with_the_token_of_its_package(
    deployed: Deployed, users: SharedUsers, premium: bool
) -> None:
    found = opened(deployed, users.owner, premium=premium)
    assert ask(found.folder + "launch.json")[0] == 200
    for name, content in FILES.items():
        address = f"{found.folder}files/{quote(name)}"
        assert ask(address)[::2] == (200, content), name
        assert ask(address + "?v=1")[::2] == (200, content), name
        status, headers, body = ask(address, "HEAD")
        assert (status, headers["content-length"], body) == (200, str(len(content)), b"")
    plus = "data/" + quote("cells & more+50%é.json", safe="+")
    assert ask(f"{found.folder}files/{plus}")[0] == 200, "browsers do not escape a plus"


def altered(token: str) -> str:
    return token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]


REFUSED: dict[str, Callable[[str, str], str]] = {
    "no token": lambda address, token: address.replace(f"/p/{token}/", "/packages/"),
    "no token below /p/": lambda address, token: address.replace(f"{token}/", ""),
    "an empty token": lambda address, token: address.replace(token, "."),
    "an altered token": lambda address, token: address.replace(token, altered(token)),
    "a later end": lambda address, token: address.replace(token, f"{int(token[:10]) + 2}{token[10:]}"),
    "the other origin": lambda address, token: address.replace(token, f"{int(token[:10]) + 1}{token[10:]}"),
    "an end that has passed": lambda address, token: address.replace(token, ENDED + token[10:]),
    "the other slot": lambda address, token: address.replace(".a.", ".b."),
    "a slot that is none": lambda address, token: address.replace(".a.", ".__proto__."),
    "dots": lambda address, token: address.replace(f"/{token}/", f"/{token}/../{token}/"),
    "dots before the name": lambda address, token: re.sub("(launch|files/)", r"files/../\1", address),
    "escaped dots": lambda address, token: re.sub("(launch|files/)", r"files/%2e%2E/\1", address),
    "dots escaped twice": lambda address, token: re.sub("(launch|files/)", r"files/%252e%252e/\1", address),
    "an escaped slash": lambda address, token: re.sub("files/|launch", r"files%2Flaunch", address),
    "a doubled slash": lambda address, token: re.sub("(launch|files/)", r"/\1", address),
    "a doubled slash first": lambda address, token: address.replace("/p/", "//p/"),
    "an escaped letter": lambda address, token: address.replace("/p/", "/%70/"),
}


@pytest.mark.parametrize("how", REFUSED)
def test_no_file_opens_in_another_way(package: Opened, how: str) -> None:
    for address in package.addresses:
        changed = REFUSED[how](address, package.token)
        assert changed != address
        for method in ("GET", "HEAD"):
            assert ask(changed, method)[0] == 403, changed


def test_no_file_opens_with_the_token_of_another_package(package: Opened, other: Opened) -> None:
    for one, two in ((package, other), (other, package)):
        for address in one.addresses:
            assert ask(address.replace(one.token, two.token))[0] == 403, address


def test_what_is_not_there_says_no_more_than_a_refusal(package: Opened) -> None:
    assert ask(package.folder + "files/none.html")[0] == 403
    assert ask(package.folder)[0] == 403


def test_only_reading_is_allowed_and_no_service_worker(package: Opened) -> None:
    address = package.answer["url"]
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert ask(address, method)[0] == 403, method
    assert ask(package.folder + "files/js/app.mjs", **{"Service-Worker": "script"})[0] == 403


def test_a_film_in_a_package_is_read_in_parts(package: Opened) -> None:
    address = package.folder + "files/media/film.mp4"
    status, headers, body = ask(address, Range="bytes=100-199")
    assert (status, body) == (206, FILM[100:200])
    assert headers["content-range"] == f"bytes 100-199/{len(FILM)}"
    assert ask(address, Range="bytes=4000-")[2] == FILM[4000:]


def sandbox(headers: Mapping[str, str]) -> list[str]:
    policy = headers["content-security-policy"].split("; ")
    return next((each.split()[1:] for each in policy if each.startswith("sandbox")), [])


def test_pages_have_an_origin_of_their_own_and_anyone_with_the_address_may_read_them(package: Opened) -> None:
    status, headers, _ = ask(package.answer["url"], Origin="null")
    assert status == 200
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"].startswith("private")
    assert "allow-scripts" in sandbox(headers)
    assert "allow-same-origin" not in sandbox(headers)
    again = ask(package.answer["url"], **{"If-None-Match": headers["etag"]})
    assert again[0] == 304
    assert "content-security-policy" not in again[1], "the browser keeps what it has"


def test_scorm_shares_the_origin_of_the_player_and_stays_in_its_frame(
    deployed: Deployed, users: SharedUsers
) -> None:
    found = opened(deployed, users.owner, package=scorm_2004(pages=["one.html", "two.html"], edition="3rd"))
    status, headers, _ = ask(found.answer["url"])
    assert status == 200
    assert {"allow-scripts", "allow-same-origin"} <= set(sandbox(headers))
    assert not [each for each in sandbox(headers) if "top-navigation" in each or "escape" in each]


def test_a_replaced_package_has_another_address(deployed: Deployed, users: SharedUsers) -> None:
    course_id = new_course(users.owner, lessons={"cells": lesson("interactive", premium=True)})
    path = f"/courses/{course_id}/lessons/cells/content"
    seen = []
    for text in (b"one", b"two"):
        zipped, name = zip_of({"index.html": text}), f"{text.decode()}.zip"
        upload_package(deployed, users.owner, course_id, "cells", zipped, fileName=name)
        answer = users.owner.get(path)
        assert users.owner.get(path) == answer, "the address stays the same for a while"
        assert ask(answer["url"])[2] == text
        seen.append(answer["url"])
    assert seen[0] != seen[1]
    first, second = (url.split("/p/")[1].partition("/")[0] for url in seen)
    assert ask(seen[1].replace(second, first))[0] == 403, "a token opens one version"


def test_the_player_is_open_to_all_and_its_h5p_page_has_an_origin_of_its_own(deployed: Deployed) -> None:
    base = f"{deployed.outputs['content_base_url']}/player"
    status, headers, page = ask(f"{base}/index.html", Origin="null")
    assert (status, headers["access-control-allow-origin"], headers["cache-control"]) == (
        200,
        "*",
        "no-cache",
    )
    assert sandbox(headers) == []
    scripts = re.findall(rb'src="(/player/assets/[^"]+)"', page)
    assert scripts
    for script in scripts:
        status, headers, _ = ask(base.removesuffix("/player") + script.decode())
        assert (status, headers["content-type"]) == (200, "text/javascript; charset=utf-8")
        assert headers["cache-control"].endswith("immutable")
    status, headers, _ = ask(f"{base}/h5p.html")
    assert status == 200
    assert "allow-scripts" in sandbox(headers)
    assert "allow-same-origin" not in sandbox(headers)
    configured = json.loads(ask(f"{base}/config.json")[2])
    assert deployed.origin in configured["portalOrigins"]
    assert ask(f"{base}/")[0] == ask(f"{base}/none.js")[0] == 403


@pytest.mark.parametrize("premium", [True, False])
def test_a_single_page_opens_by_its_token_only(deployed: Deployed, users: SharedUsers, premium: bool) -> None:
    """There is one way to everything interactive, also for pages that a former version has stored."""
    lessons = {name: lesson("interactive", premium=premium) for name in ("cells", "atoms")}
    course_id = new_course(users.owner, lessons=lessons)
    answers = {}
    for name in lessons:
        upload(deployed, users.owner, course_id, name, name.encode(), fileName=f"{name}.html")
        answers[name] = users.owner.get(f"/courses/{course_id}/lessons/{name}/content")
    answer = answers["cells"]
    assert (answer["kind"], answer["fileName"], "launchUrl" in answer) == ("html-file", "cells.html", False)
    status, headers, body = ask(answer["url"])
    assert (status, body, headers["content-type"]) == (200, b"cells", "text/html")
    assert "allow-scripts" in sandbox(headers)
    assert "allow-same-origin" not in sandbox(headers)
    token, other = (answers[name]["url"].split("/p/")[1].partition("/")[0] for name in ("cells", "atoms"))
    for wrong in (other, altered(token), ENDED + token[10:], "."):
        assert ask(answer["url"].replace(token, wrong))[0] == 403, wrong
    stored = answer["url"].replace(f"/p/{token}/", "/packages/")
    assert ask(stored)[0] == 403


def test_pages_that_need_storage_share_the_origin_of_the_player(
    deployed: Deployed, users: SharedUsers
) -> None:
    course_id = new_course(users.owner, lessons={"cells": lesson("interactive", premium=True)})
    path = f"/courses/{course_id}/lessons/cells"
    upload_package(deployed, users.owner, course_id, "cells", zip_of(FILES), fileName="cells.zip")
    before = users.owner.get(f"{path}/content")
    assert "needsStorage" not in before
    users.owner.put(path, {**lesson("interactive", premium=True), "needsStorage": True})
    after = users.owner.get(f"{path}/content")
    assert after["needsStorage"] is True
    _, headers, _ = ask(after["url"])
    assert "allow-same-origin" in sandbox(headers)
    assert not [each for each in sandbox(headers) if "top-navigation" in each or "escape" in each]
    assert "allow-same-origin" not in sandbox(ask(before["url"])[1]), "the token says it, and nothing else"
    detail = users.owner.put(path, {**lesson("video"), "needsStorage": True}, expect=400)["errors"]
    assert [fault["field"] for fault in detail] == ["needsStorage"]
