"""After a mistake nothing is left half-made: `make up` stops what it started. `make down` needs no valid settings."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from education.errors import UserError
from local_platform import emulator
from local_platform import platform as platform_module
from local_platform import up as up_module
from local_platform.down import down
from local_platform.emulator import Instance
from local_platform.platform import Platform
from local_platform.up import up

Fail = Callable[..., None]
LIVING = Instance(1, 4566, "living")


class Emulator:
    """A fake AWS emulator. It remembers which run is recorded, and how often it was started and stopped."""

    def __init__(self, platform: Platform) -> None:
        self._record = platform.home / "emulator.json"
        self.starts = self.stops = 0

    def run(self, instance: Instance) -> None:
        self._record.parent.mkdir(parents=True, exist_ok=True)
        self._record.write_text(json.dumps(asdict(instance)))

    def start(self, *_: object) -> Instance:
        """Start one, where none is recorded."""
        if self._record.is_file():
            return Instance(**json.loads(self._record.read_text()))
        self.starts += 1
        self.run(Instance(2, 4566, "new"))
        return Instance(2, 4566, "new")

    def stop(self, *_: object) -> int:
        self.stops += 1
        self._record.unlink(missing_ok=True)
        return 1


def refused(*_: object, **__: object) -> None:
    raise UserError("environments/local.toml: identity.mfa is 'MAYBE'")


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    home = tmp_path / "home"
    return Platform(home, 4566, home / "outputs" / "local.json")


@pytest.fixture
def emulated(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """An up() in which everything before the deploy succeeds, without an AWS emulator."""
    fake = Emulator(platform)
    toolchain = type("Toolchain", (), {"mirror": None, "terraform_version": "1"})
    monkeypatch.setattr(up_module, "find_toolchain", lambda: toolchain)
    monkeypatch.setattr(up_module, "aws_emulator", fake.start)
    monkeypatch.setattr(up_module, "built", lambda part: None)
    monkeypatch.setattr(emulator, "stop", fake.stop)
    return fake


def synth_that(fail: Fail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up_module, "cdktf", lambda *_: type("Cdktf", (), {"synth": fail}))


def test_bad_settings_start_nothing(
    platform: Platform, emulated: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform_module, "load_settings", refused)
    with pytest.raises(UserError, match="mfa is 'MAYBE'"):
        up(platform)
    assert emulated.starts == 0


def test_a_broken_description_of_the_api_starts_nothing(
    platform: Platform, emulated: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up_module, "load_api_description", refused)
    with pytest.raises(UserError):
        up(platform)
    assert emulated.starts == 0


@pytest.mark.parametrize("fail", [refused, interrupted])
def test_what_fails_before_the_deploy_stops_what_was_started_for_it(
    platform: Platform, emulated: Emulator, monkeypatch: pytest.MonkeyPatch, fail: Fail
) -> None:
    synth_that(fail, monkeypatch)
    with pytest.raises((UserError, KeyboardInterrupt)):
        up(platform)
    assert (emulated.starts, emulated.stops) == (1, 1)
    assert emulator.recorded(platform) is None


def test_the_portal_is_built_while_the_emulator_starts(
    platform: Platform, emulated: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_three = threading.Barrier(3, timeout=30)
    begun: list[str] = []

    def built(part: str) -> None:
        all_three.wait()
        begun.append(part)

    def start(platform: Platform) -> Instance:
        all_three.wait()
        return emulated.start(platform)

    monkeypatch.setattr(up_module, "built", built)
    monkeypatch.setattr(up_module, "aws_emulator", start)
    synth_that(refused, monkeypatch)
    with pytest.raises(UserError):
        up(platform)
    assert sorted(begun) == ["app", "player"], "both are there before the synth asks for them"


def test_a_portal_that_does_not_build_stops_what_was_started_for_it(
    platform: Platform, emulated: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up_module, "built", refused)
    synth_that(lambda: None, monkeypatch)
    with pytest.raises(UserError, match="mfa is 'MAYBE'"):
        up(platform)
    assert (emulated.starts, emulated.stops) == (1, 1)


def test_a_platform_that_ran_before_keeps_running(
    platform: Platform, emulated: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulated.run(LIVING)
    synth_that(refused, monkeypatch)
    with pytest.raises(UserError):
        up(platform)
    assert emulated.stops == 0
    assert emulator.recorded(platform) == LIVING


def test_what_fails_in_the_deploy_leaves_the_platform_for_the_next_one(
    platform: Platform, emulated: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    synth_that(lambda: None, monkeypatch)
    monkeypatch.setattr(up_module, "StateBackend", refused)
    with pytest.raises(UserError):
        up(platform)
    assert emulated.stops == 0


def test_down_needs_no_valid_settings(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Emulator(platform)
    platform.home.mkdir()
    (platform.home / "lock").touch()
    monkeypatch.setattr(emulator, "stop", fake.stop)
    monkeypatch.setattr(platform_module, "load_settings", refused)
    down(platform)
    assert fake.stops == 1
    assert not platform.home.exists()


def unwritable(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied", "build/toolchain/mirror.tfrc")


def test_a_folder_that_may_not_be_written_to_is_refused(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.home.mkdir()
    monkeypatch.setattr(Path, "open", unwritable)
    refusal = r"cannot be made or written to \(Permission denied\).*EDUCATION_LOCAL_HOME"
    with pytest.raises(UserError, match=refusal), platform.locked():
        pass


def test_a_folder_that_may_not_be_read_is_refused(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.home.mkdir()
    monkeypatch.setattr(Path, "iterdir", unwritable)
    with pytest.raises(UserError, match=r"cannot be read \(Permission denied\)"):
        down(platform)
