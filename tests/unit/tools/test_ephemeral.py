"""Environments of pull requests: which are taken away, and what of them."""

from collections.abc import Iterator

import boto3
import pytest

from education.errors import UserError
from local_platform.strict.instance import ROOT_KEYS
from tests.unit.github_fixture import FakeGithub
from tools.operate.signing_key_store import environments_with_keys
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


class Store:
    """A signing key's store that notes what was done, with the environment."""

    def __init__(self, did: list[str], suffix: str) -> None:
        self.did, self.suffix = did, suffix

    def create(self) -> None:
        """Noted."""
        self.did.append(f"key for {self.suffix}")

    def delete(self, *, now: bool) -> None:
        """Noted."""
        assert now, "a secret that waits for its end keeps its name"
        self.did.append(f"no key for {self.suffix}")


@pytest.fixture
def did(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done; three environments are deployed or were, and two have a key only."""
    did: list[str] = []
    Bucket.held = {f"pr-{n}/TapStackpr-{n}.tfstate": count for n, count in ((1, 0), (2, 9), (12, 9))}
    monkeypatch.setattr(ephemeral, "StateBucket", Bucket)
    monkeypatch.setattr(ephemeral, "client", lambda *_: None)
    account = Account("1" * 12, "aws", "arn:aws:iam::111111111111:user/ada")
    monkeypatch.setattr(ephemeral, "current_account", lambda _: account)
    monkeypatch.setattr(ephemeral, "environments_with_keys", lambda _: {"dev", "pr-3", "pr-12", "pr-x"})
    monkeypatch.setattr(ephemeral, "open_store", lambda suffix, **_: Store(did, suffix))
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


def test_what_is_deployed_is_destroyed_with_its_key(did: list[str]) -> None:
    ephemeral.dispose("pr-2")
    assert did == ["key for pr-2", "destroy pr-2", "no key for pr-2"]


@pytest.mark.parametrize("suffix", ["pr-1", "pr-3", "pr-4"])
def test_where_nothing_is_deployed_only_the_key_goes(did: list[str], suffix: str) -> None:
    """A destroy would synthesize first, and stop at what already stopped the deploy."""
    ephemeral.dispose(suffix)
    assert did == [f"no key for {suffix}"]


def test_other_environments_are_refused(did: list[str]) -> None:
    with pytest.raises(UserError, match="make destroy ENV=dev"):
        ephemeral.dispose("dev")
    assert did == []


@pytest.mark.parametrize(
    ("still_open", "taken"),
    [({2, 3, 12}, []), ({2, 12}, ["pr-3"]), ({1, 3}, ["pr-2", "pr-12"]), (set(), ["pr-2", "pr-3", "pr-12"])],
)
def test_what_is_left_of_closed_pull_requests_goes(
    did: list[str], github: FakeGithub, still_open: set[int], taken: list[str]
) -> None:
    github.open_pulls = still_open
    assert ephemeral.sweep("dev") == taken
    assert [what.removeprefix("no key for ") for what in did if what.startswith("no key")] == taken


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
    assert did[-4:] == ["no key for pr-3", "key for pr-12", "destroy pr-12", "no key for pr-12"]


def test_keys_are_found_by_their_public_halves(emulator: str) -> None:
    parameters = boto3.client(
        "ssm",
        endpoint_url=emulator,
        region_name="us-east-1",
        aws_access_key_id="555555555555",
        aws_secret_access_key=ROOT_KEYS.secret_key,
    )
    names = [f"/education/pr-{number}/signing-key/{slot}" for number in range(8) for slot in "ab"]
    for name in (*names, "/education/pr-9/something-else", "/elsewhere/pr-10/signing-key/a"):
        parameters.put_parameter(Name=name, Value="x", Type="String")
    assert environments_with_keys(parameters) == {f"pr-{number}" for number in range(8)}, "over two pages"
