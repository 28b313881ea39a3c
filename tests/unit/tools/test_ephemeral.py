"""Environments of pull requests: which are taken away, and what of them."""

from collections.abc import Iterator

import pytest

from education.errors import UserError
from tests.unit.github_fixture import FakeGithub
from tools.pipeline import ephemeral
from tools.support.account import Account


class Bucket:
    """A state bucket with these states, and how many resources each has."""

    held: dict[str, int]

    def __init__(self, *_: object) -> None:
        """Takes any name."""

    def states(self, prefix: str) -> dict[str, int]:
        """Those of a prefix."""
        return {key: count for key, count in self.held.items() if key.startswith(prefix)}


@pytest.fixture
def did(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done; three environments are deployed or were."""
    did: list[str] = []
    Bucket.held = {f"pr-{n}/TapStackpr-{n}.tfstate": count for n, count in ((1, 0), (2, 9), (12, 9))}
    monkeypatch.setattr(ephemeral, "StateBucket", Bucket)
    monkeypatch.setattr(ephemeral, "client", lambda *_: None)
    account = Account("1" * 12, "aws", "arn:aws:iam::111111111111:user/ada")
    monkeypatch.setattr(ephemeral, "current_account", lambda _: account)
    monkeypatch.setattr(ephemeral, "run_stack", lambda command, suffix, _: did.append(f"{command} {suffix}"))
    return did


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGithub]:
    """The GitHub that is asked."""
    fake = FakeGithub()
    for name, value in (("API_URL", fake.address), ("REPOSITORY", "owner/name"), ("TOKEN", "t")):
        monkeypatch.setenv(f"GITHUB_{name}", value)
    yield fake
    fake.server.shutdown()
    fake.server.server_close()


def test_what_is_deployed_is_destroyed(did: list[str]) -> None:
    ephemeral.dispose("pr-2")
    assert did == ["destroy pr-2"]


@pytest.mark.parametrize("suffix", ["pr-1", "pr-4"])
def test_where_nothing_is_deployed_nothing_is_done(did: list[str], suffix: str) -> None:
    """A destroy would synthesize first, and stop at what already stopped the deploy."""
    ephemeral.dispose(suffix)
    assert did == []


def test_other_environments_are_refused(did: list[str]) -> None:
    with pytest.raises(UserError, match="make destroy ENV=dev"):
        ephemeral.dispose("dev")
    assert did == []


@pytest.mark.parametrize(
    ("still_open", "taken"),
    [({2, 12}, []), ({12}, ["pr-2"]), ({1, 3}, ["pr-2", "pr-12"]), (set(), ["pr-2", "pr-12"])],
)
def test_what_is_left_of_closed_pull_requests_goes(
    did: list[str], github: FakeGithub, still_open: set[int], taken: list[str]
) -> None:
    github.open_pulls = still_open
    assert ephemeral.sweep("dev") == taken
    assert did == [f"destroy {name}" for name in taken]


def test_one_that_is_locked_keeps_no_other(
    did: list[str], github: FakeGithub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_stack(command: str, suffix: str, _: object) -> None:
        if suffix == "pr-2":
            raise UserError("the state is locked")
        did.append(f"{command} {suffix}")

    monkeypatch.setattr(ephemeral, "run_stack", run_stack)
    github.open_pulls = set()
    with pytest.raises(UserError, match=r"^pr-2 is still there: the state is locked$"):
        ephemeral.sweep("dev")
    assert did == ["destroy pr-12"]
