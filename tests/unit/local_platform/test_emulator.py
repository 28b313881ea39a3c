"""The AWS emulator starts again after a kill, works beside other platforms, and leaves nothing behind.

Only the emulator is started here, which takes half a second. The integration tests deploy to it.
"""

import json
import os
import signal
import socket
import subprocess
import threading
import time

import psutil
import pytest

from education.errors import UserError
from local_platform import emulator, processes
from local_platform.__main__ import on_its_port
from local_platform.aws import client
from local_platform.down import down
from local_platform.platform import MARK, STACK, Platform
from local_platform.reload import reload
from local_platform.state_backend import StateBackend
from local_platform.up import aws_emulator
from tests.ports import free_port


def lock_state(platform: Platform) -> None:
    """Leave behind what a Terraform leaves that was killed while it deployed."""
    state = platform.settings.state
    client(platform, "dynamodb").put_item(
        TableName=state.lock_table,
        Item={"LockID": {"S": f"{state.bucket}/local/{STACK}.tfstate"}, "Info": {"S": "{}"}},
    )


def test_it_starts_once_and_what_a_killed_command_left_beside_it_is_stopped(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    instance = aws_emulator(platform)
    environment = {**os.environ, MARK: str(platform.home)}
    with subprocess.Popen(["sleep", "60"], env=environment, start_new_session=True) as orphan:
        assert aws_emulator(platform) == instance
        assert orphan.pid not in {each.pid for each in processes.marked(f"{MARK}={platform.home}")}
    assert "it runs already" in capsys.readouterr().out


def test_killed_it_starts_again_from_empty(platform: Platform) -> None:
    first = aws_emulator(platform)
    process = psutil.Process(first.pid)
    process.kill()
    deadline = time.monotonic() + 10
    while processes.is_alive(process) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert emulator.running(platform) is None
    second = aws_emulator(platform)
    assert second.id != first.id
    assert StateBackend(platform).version() == ""


def test_with_other_code_it_starts_again_from_empty(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stack of now may need what `local_platform/gate/` mends now."""
    first = aws_emulator(platform)
    monkeypatch.setattr(emulator, "code", lambda: "newer")
    capsys.readouterr()
    second = aws_emulator(platform)
    assert second.id != first.id
    assert "its own code changed" in capsys.readouterr().out
    assert aws_emulator(platform) == second


def test_an_emulator_of_a_version_that_noted_no_code_starts_again(platform: Platform) -> None:
    first = aws_emulator(platform)
    record = platform.home / "emulator.json"
    noted = json.loads(record.read_text())
    del noted["code"]
    record.write_text(json.dumps(noted))
    assert aws_emulator(platform).id != first.id


def test_a_slow_emulator_is_waited_for(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    first = aws_emulator(platform)
    monkeypatch.setattr(emulator, "ANSWER_SECONDS", 0.1)
    os.kill(first.pid, signal.SIGSTOP)
    waking = threading.Timer(0.4, os.kill, (first.pid, signal.SIGCONT))
    waking.start()
    try:
        assert aws_emulator(platform) == first
    finally:
        waking.join()


def test_an_emulator_that_hangs_is_given_up_with_a_remark(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = aws_emulator(platform)
    monkeypatch.setattr(emulator, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(emulator, "BUSY_SECONDS", 0.3)
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.2)
    os.kill(first.pid, signal.SIGSTOP)
    capsys.readouterr()
    assert aws_emulator(platform).id != first.id
    assert "did not answer for 0.3 s, so this starts from empty" in capsys.readouterr().out


def test_a_killed_deploy_makes_it_start_from_empty(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    first = aws_emulator(platform)
    lock_state(platform)
    second = aws_emulator(platform)
    assert second.id != first.id
    assert not StateBackend(platform).is_locked()
    assert "killed half-way" in capsys.readouterr().out


def test_the_message_of_a_taken_port_names_the_variable_to_set(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulator, "PORT_RELEASE_SECONDS", 0.2)
    with socket.socket() as other:
        other.bind(("127.0.0.1", platform.port))
        other.listen()
        with pytest.raises(
            UserError, match=rf"port {platform.port} .*taken.*EDUCATION_LOCAL_PORT={platform.port + 1}"
        ):
            aws_emulator(platform)


def test_another_port_moves_it(platform: Platform) -> None:
    port = free_port()
    aws_emulator(platform)
    terraforms_memory = platform.synthesized / "stacks" / STACK / ".terraform"
    terraforms_memory.mkdir(parents=True)
    moved = Platform(platform.home, port, platform.outputs_file)
    assert aws_emulator(moved).port == port
    assert not terraforms_memory.exists(), "it would look for the state on the old port"
    with socket.socket() as free:
        free.bind(("127.0.0.1", platform.port))


def test_a_port_that_is_taken_does_not_end_what_runs(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = aws_emulator(platform)
    monkeypatch.setattr(emulator, "PORT_RELEASE_SECONDS", 0.2)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        moved = Platform(platform.home, other.getsockname()[1], platform.outputs_file)
        with pytest.raises(UserError, match=r"is taken by another program"):
            aws_emulator(moved)
    assert emulator.running(platform) == before


@pytest.mark.parametrize("alive", [True, False])
def test_it_stays_where_it_was_started(platform: Platform, alive: bool) -> None:
    """A plain `make up` after `EDUCATION_LOCAL_PORT=4611 make up`."""
    started = aws_emulator(platform)
    if not alive:
        psutil.Process(started.pid).kill()
    plain = Platform(platform.home, 4566, platform.outputs_file)
    assert on_its_port(plain, moves=False) == platform
    assert on_its_port(plain, moves=True) == plain


def test_down_leaves_nothing_of_a_half_finished_up(platform: Platform) -> None:
    with platform.locked():
        aws_emulator(platform)
        lock_state(platform)
    with platform.locked():
        down(platform)
    assert processes.marked(f"{MARK}={platform.home}") == []
    assert not platform.home.exists()


def test_down_has_nothing_to_do_where_nothing_is(platform: Platform) -> None:
    down(platform)
    assert not platform.home.exists()


def test_reload_needs_a_running_platform(platform: Platform) -> None:
    with pytest.raises(UserError, match="does not run: start it with `make up`"):
        reload(platform)
