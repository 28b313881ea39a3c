"""The local platform recovers from whatever was killed, shares a machine with others, and leaves nothing behind.

Only the AWS emulator is started here, which takes half a second; deploying to it is for the integration tests.
"""

import os
import signal
import socket
import string
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from education.errors import UserError
from local_platform import emulator, processes
from local_platform.accounts import random_password
from local_platform.aws import client
from local_platform.deployment import Deployment, digest
from local_platform.down import down
from local_platform.platform import MARK, STACK, Platform, current_platform
from local_platform.reload import reload
from local_platform.state_backend import StateBackend
from local_platform.up import aws_emulator
from tests.ports import free_port
from tools.support.paths import ROOT


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """A platform on a free port, stopped afterwards."""
    port = free_port()
    home = tmp_path / "home"
    platform = Platform(home, port, home / "outputs" / "local.json")
    yield platform
    emulator.stop(platform)


def lock_state(platform: Platform) -> None:
    """Leave behind what a Terraform leaves that was killed while it deployed."""
    state = platform.settings.state
    client(platform, "dynamodb").put_item(
        TableName=state.lock_table,
        Item={"LockID": {"S": f"{state.bucket}/local/{STACK}.tfstate"}, "Info": {"S": "{}"}},
    )


class TestPlace:
    def test_by_default_it_is_in_the_checkout(self) -> None:
        platform = current_platform({})
        assert platform == Platform(ROOT / ".local", 4566, ROOT / "outputs" / "local.json")

    def test_variables_move_all_of_it(self, tmp_path: Path) -> None:
        platform = current_platform({"EDUCATION_LOCAL_HOME": str(tmp_path), "EDUCATION_LOCAL_PORT": "4567"})
        assert platform == Platform(tmp_path, 4567, tmp_path / "outputs" / "local.json")
        assert platform.settings.local_endpoint == "http://127.0.0.1:4567"

    @pytest.mark.parametrize("port", ["0", "65536", "x"])
    def test_a_port_that_is_none_is_refused(self, port: str) -> None:
        with pytest.raises(UserError, match="EDUCATION_LOCAL_PORT is"):
            current_platform({"EDUCATION_LOCAL_PORT": port})

    def test_one_command_at_a_time(self, platform: Platform) -> None:
        with (
            platform.locked(),
            pytest.raises(UserError, match=r"another command .* is at work"),
            platform.locked(),
        ):
            pass

    def test_a_command_that_made_nothing_leaves_nothing(self, platform: Platform) -> None:
        with platform.locked():
            assert platform.home.exists()
        assert not platform.home.exists()

    @pytest.mark.parametrize("home", [ROOT, ROOT.parent, Path("/")])
    def test_the_project_is_no_place_for_it(self, home: Path) -> None:
        platform = current_platform({"EDUCATION_LOCAL_HOME": str(home)})
        with pytest.raises(UserError, match="holds the project itself: name an empty"), platform.locked():
            pass
        with pytest.raises(UserError, match="holds the project itself"):
            down(platform)

    @pytest.mark.parametrize("theirs", ["thesis.txt", "lock"])
    def test_a_folder_of_somebody_else_is_neither_used_nor_removed(
        self, platform: Platform, theirs: str
    ) -> None:
        platform.home.mkdir()
        (platform.home / theirs).write_text("years of work")
        with pytest.raises(UserError, match="holds something else than a platform"), platform.locked():
            pass
        with pytest.raises(UserError, match="holds something else than a platform"):
            down(platform)
        assert [path.name for path in platform.home.iterdir()] == [theirs]

    def test_a_file_is_no_place_for_it(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        platform = current_platform({"EDUCATION_LOCAL_HOME": str(tmp_path / "file")})
        with pytest.raises(UserError, match="is no folder"), platform.locked():
            pass

    def test_no_real_account_slips_in(self, platform: Platform) -> None:
        foreign = {
            "AWS_PROFILE": "prod",
            "AWS_REGION": "eu-west-1",
            "TERRAFORM_STATE_BUCKET": "real",
            "PATH": "/bin",
        }
        variables = platform.variables(foreign)
        assert variables["AWS_ACCESS_KEY_ID"] == "test"
        assert variables["PATH"] == "/bin"
        assert not {"AWS_PROFILE", "AWS_REGION", "TERRAFORM_STATE_BUCKET"} & set(variables)


class TestProcesses:
    def test_a_stubborn_child_of_a_dead_parent_is_found_and_stopped(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(processes, "STOP_SECONDS", 0.3)
        mark = f"{MARK}={tmp_path}"
        child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
        parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}])"
        with subprocess.Popen(
            [sys.executable, "-c", parent],
            env={**os.environ, MARK: str(tmp_path)},
            stdout=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.wait()
            assert len(processes.marked(mark)) == 1
            assert processes.stop(processes.marked(mark)) == 1
        assert processes.marked(mark) == []


class TestAwsEmulator:
    def test_it_starts_once_and_what_a_killed_command_left_beside_it_is_stopped(
        self, platform: Platform, capsys: pytest.CaptureFixture[str]
    ) -> None:
        instance = aws_emulator(platform)
        environment = {**os.environ, MARK: str(platform.home)}
        with subprocess.Popen(["sleep", "60"], env=environment, start_new_session=True) as orphan:
            assert aws_emulator(platform) == instance
            assert orphan.pid not in {each.pid for each in processes.marked(f"{MARK}={platform.home}")}
        assert "it runs already" in capsys.readouterr().out

    def test_killed_it_starts_again_from_empty(self, platform: Platform) -> None:
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

    def test_a_slow_one_is_waited_for(self, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
        first = aws_emulator(platform)
        monkeypatch.setattr(emulator, "ANSWER_SECONDS", 0.1)
        os.kill(first.pid, signal.SIGSTOP)
        waking = threading.Timer(0.4, os.kill, (first.pid, signal.SIGCONT))
        waking.start()
        try:
            assert aws_emulator(platform) == first
        finally:
            waking.join()

    def test_one_that_hangs_is_given_up_and_that_is_said(
        self, platform: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
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
        self, platform: Platform, capsys: pytest.CaptureFixture[str]
    ) -> None:
        first = aws_emulator(platform)
        lock_state(platform)
        second = aws_emulator(platform)
        assert second.id != first.id
        assert not StateBackend(platform).is_locked()
        assert "killed half-way" in capsys.readouterr().out

    def test_a_taken_port_is_told_with_the_variable_to_set(
        self, platform: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(emulator, "PORT_RELEASE_SECONDS", 0.2)
        with socket.socket() as other:
            other.bind(("127.0.0.1", platform.port))
            other.listen()
            with pytest.raises(
                UserError, match=rf"port {platform.port} .*taken.*EDUCATION_LOCAL_PORT={platform.port + 1}"
            ):
                aws_emulator(platform)

    def test_another_port_moves_it(self, platform: Platform) -> None:
        port = free_port()
        aws_emulator(platform)
        terraforms_memory = platform.synthesized / "stacks" / STACK / ".terraform"
        terraforms_memory.mkdir(parents=True)
        moved = Platform(platform.home, port, platform.outputs_file)
        assert aws_emulator(moved).port == port
        assert not terraforms_memory.exists(), "it would look for the state on the old port"
        with socket.socket() as free:
            free.bind(("127.0.0.1", platform.port))

    def test_down_leaves_nothing_of_a_half_finished_up(self, platform: Platform) -> None:
        with platform.locked():
            aws_emulator(platform)
            lock_state(platform)
        with platform.locked():
            down(platform)
        assert processes.marked(f"{MARK}={platform.home}") == []
        assert not platform.home.exists()

    def test_down_has_nothing_to_do_where_nothing_is(self, platform: Platform) -> None:
        down(platform)
        assert not platform.home.exists()

    def test_reload_needs_a_running_platform(self, platform: Platform) -> None:
        with pytest.raises(UserError, match="does not run: start it with `make up`"):
            reload(platform)


class TestDeployment:
    def test_only_an_unchanged_stack_on_the_same_aws_emulator_is_not_deployed_again(
        self, platform: Platform
    ) -> None:
        stack = platform.synthesized / "stacks" / STACK
        (stack / "assets" / "a").mkdir(parents=True)
        (stack / "cdk.tf.json").write_text("{}")
        asset = stack / "assets" / "a" / "archive.zip"
        asset.write_bytes(b"1")
        first = digest(platform.synthesized)
        (stack / ".terraform.lock.hcl").write_text("Terraform's own")
        assert digest(platform.synthesized) == first
        asset.write_bytes(b"2")
        assert digest(platform.synthesized) != first

    def test_nothing_is_known_of_a_new_platform(self, platform: Platform) -> None:
        instance = emulator.Instance(1, platform.port, "new")
        assert Deployment(platform, instance, StateBackend(platform)).outputs() is None


def test_passwords_satisfy_any_policy() -> None:
    passwords = {random_password() for _ in range(50)}
    assert len(passwords) == 50
    for password in passwords:
        for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation):
            assert set(password) & set(kind)
