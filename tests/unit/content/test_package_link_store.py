"""Addresses of packages: what their token covers, how long they stay the same, and what happens without a key."""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from content.package_link_store import VALID_SECONDS, PackageAddresses
from tests.unit.content_fixture import BASE, COURSE, KEYS, Files
from tests.unit.lambda_api_fixture import OTHER_INSTRUCTOR, OWNER, STUDENT
from toolkit import clients

UPLOAD = "0123456789abcdef0123456789abcdef"
ADDRESS = re.compile(rf"{BASE}/p/([0-9]{{10}})\.([ab])\.([A-Za-z0-9_-]{{43}})/({COURSE}/film/{UPLOAD})/(.*)")
FOUR_O_CLOCK = 1_800_000_000 - 1_800_000_000 % 3600


def package(kind: str = "html-package", entry: str = "index.html") -> dict[str, Any]:
    return {
        "uploadId": UPLOAD,
        "kind": kind,
        "title": "Cells",
        "entry": entry,
        "files": 2,
        "bytes": 20,
        "fileName": "cells.zip",
    }


def with_package(
    files: Files, *, premium: bool = True, content_type: str = "interactive", **named: str
) -> None:
    lesson = {
        "title": "Cells",
        "contentType": content_type,
        "premium": premium,
        "position": 0,
        "package": package(**named),
    }
    files.set_course(lessons={"film": lesson})


@pytest.fixture
def keys(files: Files) -> Iterator[dict[str, Any]]:
    """The secret, as the tools fill it."""
    value = {"active": "a", "a": {"number": 1, "key": "first"}, "b": {"number": 1, "key": "second"}}
    secrets = clients.secrets_manager()
    secrets.create_secret(Name=KEYS, SecretString=json.dumps(value))
    yield value
    secrets.delete_secret(SecretId=KEYS, ForceDeleteWithoutRecovery=True)


def code(key: str, expires: str, folder: str) -> str:
    mac = hmac.new(key.encode(), f"{expires}/{folder}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("premium", [True, False])
def test_one_token_opens_all_files_of_one_version(files: Files, premium: bool) -> None:
    with_package(files, premium=premium, entry="start page/índex.html")
    files.enrol("active")
    body = files.content(caller=STUDENT).body
    entry, launch = ADDRESS.fullmatch(body["url"]), ADDRESS.fullmatch(body["launchUrl"])
    assert entry
    assert launch
    expires, slot, mac, folder, name = entry.groups()
    assert (slot, mac) == ("a", code("first", expires, folder))
    assert entry.groups()[:4] == launch.groups()[:4]
    assert (name, launch[5]) == ("files/start%20page/%C3%ADndex.html", "launch.json")
    assert body["playerUrl"] == f"{BASE}/player/index.html"
    assert (body["kind"], body["premium"]) == ("html-package", premium)
    ends = datetime.fromisoformat(body["expiresAt"])
    assert ends == datetime.fromtimestamp(int(expires), UTC)
    assert 3 * 3600 - 5 <= (ends - datetime.now(UTC)).total_seconds() <= 4 * 3600


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("kind", "shares"), [("scorm-1.2", 1), ("scorm-2004", 1), ("h5p", 0), ("html-package", 0)]
)
def test_only_scorm_shares_the_origin_of_the_player(files: Files, kind: str, shares: int) -> None:
    """The parity of the time says so, which the token covers: education/content/package_gate.py."""
    with_package(files, kind=kind)
    found = ADDRESS.fullmatch(files.content(caller=OWNER).body["url"])
    assert found
    assert int(found[1]) % 2 == shares


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("kind", ["h5p", "html-package"])
def test_a_lesson_that_needs_storage_shares_it_too(files: Files, kind: str) -> None:
    with_package(files, kind=kind)
    assert "needsStorage" not in files.content(caller=OWNER).body
    course = files.tables.get(files.tables.courses, {"courseId": COURSE})
    assert course is not None
    files.set_course(lessons={"film": {**course["lessons"]["film"], "needsStorage": True}})
    files.forget()
    body = files.content(caller=OWNER).body
    found = ADDRESS.fullmatch(body["url"])
    assert found
    assert (int(found[1]) % 2, body["needsStorage"]) == (1, True)


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("premium", [True, False])
def test_an_article_with_pictures_opens_in_the_way_of_packages(files: Files, premium: bool) -> None:
    """No player runs it: the portal reads the text, and finds its pictures beside it."""
    with_package(files, premium=premium, content_type="article", kind="article", entry="words 1.md")
    body = files.content(caller=OWNER).body
    found = ADDRESS.fullmatch(body["url"])
    assert found
    assert (int(found[1]) % 2, found[5]) == (0, "files/words%201.md")
    assert body.keys() == {"url", "premium", "fileName", "expiresAt"}
    assert (body["premium"], body["fileName"]) == (premium, "cells.zip")


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("prefix", ["public", "premium"])
@pytest.mark.parametrize("storage", [{}, {"needsStorage": True}])
def test_a_single_page_opens_in_the_way_of_packages(
    files: Files, prefix: str, storage: dict[str, bool]
) -> None:
    """Also one that a former version has stored, since the file is where it was."""
    files.set_course(
        lessons={
            "film": {
                "title": "Cells",
                "contentType": "interactive",
                "premium": prefix == "premium",
                "position": 0,
                "contentKey": f"{prefix}/{COURSE}/film/interactive-{UPLOAD}/cells.html",
                **storage,
            }
        }
    )
    files.enrol("active")
    body = files.content(caller=STUDENT).body
    page = ADDRESS.fullmatch(body["url"])
    assert page
    expires, _, mac, folder, name = page.groups()
    assert (mac, name) == (code("first", expires, folder), f"{prefix}/cells.html")
    assert int(expires) % 2 == bool(storage)
    assert (body["kind"], body["premium"], body["fileName"]) == (
        "html-file",
        prefix == "premium",
        "cells.html",
    )
    assert body["playerUrl"] == f"{BASE}/player/index.html"
    assert body["expiresAt"]
    assert "launchUrl" not in body


@pytest.mark.usefixtures("keys")
def test_who_may_not_read_gets_no_address(files: Files) -> None:
    with_package(files, premium=False)
    assert files.content(caller=STUDENT).problem() == (403, "forbidden")
    assert files.content(caller=OTHER_INSTRUCTOR).problem() == (403, "forbidden")


@pytest.mark.usefixtures("files", "keys")
def test_an_address_stays_the_same_for_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = PackageAddresses(secret_arn=KEYS, slot="b", base_url=BASE)
    seen = []
    for moment in (FOUR_O_CLOCK, FOUR_O_CLOCK + 3599, FOUR_O_CLOCK + 3600):
        monkeypatch.setattr(time, "time", lambda moment=moment: float(moment))
        address, ends = addresses.address(COURSE, "film", UPLOAD, shares_origin=True)
        seen.append(address)
        left = datetime.fromisoformat(ends).timestamp() - moment
        assert VALID_SECONDS * 3 / 4 - 2 <= left <= VALID_SECONDS
    assert seen[0] == seen[1] != seen[2]
    assert ".b." in seen[0]


@pytest.mark.usefixtures("files", "keys")
def test_the_key_is_read_once_in_fifteen_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = PackageAddresses(secret_arn=KEYS, slot="a", base_url=BASE)
    calls = []
    real = clients.secrets_manager()

    class Counted:
        def get_secret_value(self, **arguments: Any) -> Any:
            calls.append(arguments)
            return real.get_secret_value(**arguments)

    monkeypatch.setattr(clients, "secrets_manager", Counted)
    now = time.monotonic()
    for later in (0, 10, 899, 901, 910):
        monkeypatch.setattr(time, "monotonic", lambda later=later: now + later)
        addresses.address(COURSE, "film", UPLOAD, shares_origin=False)
    assert len(calls) == 2


@pytest.mark.parametrize("filled", [None, {"active": "b", "b": {"number": 1, "key": "second"}}])
def test_without_a_key_the_caller_tries_again(files: Files, filled: Any) -> None:
    """Between the first deployment and the step after it."""
    secrets = clients.secrets_manager()
    secrets.create_secret(Name=KEYS, **({"SecretString": json.dumps(filled)} if filled else {}))
    try:
        with_package(files)
        assert files.content(caller=OWNER).problem() == (503, "unavailable")
        missing = {"active": "a", "a": {"number": 1, "key": "first"}}
        secrets.put_secret_value(SecretId=KEYS, SecretString=json.dumps(missing))
        assert files.content(caller=OWNER).status == 200
    finally:
        secrets.delete_secret(SecretId=KEYS, ForceDeleteWithoutRecovery=True)


@pytest.mark.parametrize(
    ("error", "status"), [("InternalServiceError", 503), ("ThrottlingException", 503), ("AccessDenied", 500)]
)
def test_a_failing_secrets_manager_is_said_as_it_is(
    files: Files, monkeypatch: pytest.MonkeyPatch, error: str, status: int
) -> None:
    class Failing:
        def get_secret_value(self, **_: Any) -> Any:
            raise ClientError({"Error": {"Code": error, "Message": "arn:secret"}}, "GetSecretValue")

    monkeypatch.setattr(clients, "secrets_manager", Failing)
    with_package(files)
    answer = files.content(caller=OWNER)
    assert answer.status == status
    assert "secret" not in json.dumps(answer.body)
