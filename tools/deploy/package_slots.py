"""Whether CloudFront has a key in each slot with which packages are opened, found out without any credentials.

An address with a wrong token is refused (403) where its slot has a key, and cannot be checked (503) where it has none.
"""

import time
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

import requests

from education.naming import SIGNING_KEY_SLOTS

TIMEOUT_SECONDS = 20


def problems(content_base_url: str, session: requests.Session) -> Iterator[str]:
    """What is wrong with the slots of a deployed environment, a sentence each."""
    for slot in SIGNING_KEY_SLOTS:
        code = _answer(wrong_address(content_base_url, slot), session)
        if code == HTTPStatus.SERVICE_UNAVAILABLE:
            yield f"slot {slot} of the keys that open packages is empty: deploy again, which fills it"
        elif code != HTTPStatus.FORBIDDEN:
            yield f"a file of a package with a wrong token (slot {slot}) answers {code}, not 403"


def wrong_address(content_base_url: str, slot: str) -> str:
    """The address of a file of no package, with a token that is complete and wrong."""
    token = f"{int(time.time()) + 60}.{slot}.{'A' * 43}"
    return f"{content_base_url}/p/{token}/verify/verify/{'0' * 32}/launch.json"


def reachable(url: str) -> tuple[str, dict[str, str]]:
    """A URL of the platform as Python can ask for it, and the headers that it then needs."""
    parts, headers = urlsplit(url), {}
    if (parts.hostname or "").endswith(".localhost"):  # this machine, but Python cannot resolve it
        headers["Host"] = parts.netloc
        url = parts._replace(netloc=f"127.0.0.1:{parts.port}").geturl()
    return url, headers


def _answer(url: str, session: requests.Session) -> int:
    url, headers = reachable(url)
    return session.get(url, headers=headers, timeout=TIMEOUT_SECONDS).status_code
