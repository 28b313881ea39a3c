"""`make verify` and the smoke test see from outside whether CloudFront has the keys that open packages."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from education.errors import UserError
from local_platform import smoke_test
from tools.deploy import package_slots

BASE = "http://d1.cloudfront.localhost:4999"


class Session:
    """Answers with the status of the slot in the address."""

    def __init__(self, **statuses: int) -> None:
        self.statuses = statuses

    def get(self, url: str, *, headers: dict[str, str], timeout: float) -> Any:
        assert headers == {"Host": "d1.cloudfront.localhost:4999"}
        assert timeout > 0
        found = re.fullmatch(
            r"http://127\.0\.0\.1:4999/p/\d{10}\.([ab])\.[\w-]{43}/\w+/\w+/\w{32}/launch\.json", url
        )
        assert found, url
        return SimpleNamespace(status_code=self.statuses[found[1]])


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ({"a": 403, "b": 403}, []),
        (
            {"a": 403, "b": 503},
            ["slot b of the keys that open packages is empty: deploy again, which fills it"],
        ),
        ({"a": 200, "b": 403}, ["a file of a package with a wrong token (slot a) answers 200, not 403"]),
    ],
)
def test_each_slot_is_asked(statuses: dict[str, int], said: list[str]) -> None:
    session: Any = Session(**statuses)
    assert list(package_slots.problems(BASE, session)) == said


def test_the_smoke_test_ends_with_the_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke_test, "plain_session", lambda: Session(a=503, b=503))
    with pytest.raises(UserError, match="slot a of the keys that open packages is empty"):
        smoke_test.run({"content_base_url": BASE})
