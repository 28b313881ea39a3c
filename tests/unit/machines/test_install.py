"""`make install` refuses what is too old, installs once what is wanted, and says what failed."""

import sys
import threading
from pathlib import Path

import pytest

from tools.setup import install
from tools.setup.versions import InstallError, check_node, check_python


def test_an_old_python_is_refused() -> None:
    with pytest.raises(InstallError, match=r"Python 3\.11 or newer is needed and this is 3\.9\.6"):
        check_python((3, 9, 6))


def test_a_missing_node_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InstallError, match=r"`node` is not on PATH .*install Node\.js 20\.19 or newer"):
        check_node()


def test_an_old_node_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v18.19.0\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InstallError, match=r"Node\.js 20\.19 or newer is needed and `node` is v18\.19\.0"):
        check_node()


def test_an_interrupted_environment_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "LOGS", tmp_path / "logs")
    (tmp_path / "requirements.txt").touch()
    half = tmp_path / ".venv" / "half-installed"
    half.mkdir(parents=True)
    calls: list[str] = []

    def run(what: str, *_: object) -> None:
        calls.append(what)
        (tmp_path / ".venv").mkdir(exist_ok=True)

    monkeypatch.setattr(install, "run", run)
    monkeypatch.setattr("education.installers.pip_variables", lambda *_: {})
    monkeypatch.setattr(install, "missing_python_packages", lambda *_: [])
    install.install_python_packages()
    assert not half.exists()
    assert len(calls) == 3, "the environment, uv, and the packages"
    install.install_python_packages()
    assert len(calls) == 3, "what is stamped is not installed again"


def test_packages_are_installed_by_pip_where_uv_cannot_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "ROOT", tmp_path)
    (tmp_path / "requirements.txt").touch()
    calls: list[str] = []

    def run(what: str, *_: object) -> None:
        calls.append(what)
        (tmp_path / ".venv").mkdir(exist_ok=True)
        if what.startswith("installing uv"):
            raise InstallError("no route")

    monkeypatch.setattr(install, "run", run)
    monkeypatch.setattr("education.installers.pip_variables", lambda *_: {})
    monkeypatch.setattr(install, "missing_python_packages", lambda *_: [])
    install.install_python_packages()
    assert calls[1:] == ["installing uv (pip)", "installing the Python packages of requirements.txt (pip)"]


def test_the_bindings_are_compiled_once_for_each_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "ROOT", tmp_path)
    (tmp_path / ".venv").mkdir()
    calls: list[str] = []
    monkeypatch.setattr(install, "run", lambda what, *_: calls.append(what))
    for stamp in ("first", "first", "second"):
        (tmp_path / ".venv" / ".installed").write_text(stamp)
        install.compile_bindings()
    assert len(calls) == 2


def test_python_and_node_packages_are_installed_at_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "LOGS", tmp_path / "logs")
    both = threading.Barrier(2, timeout=30)
    monkeypatch.setattr(install, "check_node", lambda: "v20.0.0")
    monkeypatch.setattr(install, "install_python_packages", both.wait)
    monkeypatch.setattr(install, "install_node_packages", lambda _: both.wait())
    monkeypatch.setattr(install, "link_cdktf", lambda: None)
    install.install()


def test_the_first_synth_is_prepared_while_npm_still_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "LOGS", tmp_path / "logs")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".installed").touch()
    both = threading.Barrier(2, timeout=30)
    prepared: list[str] = []

    def run(what: str, *_: object) -> None:
        both.wait()
        prepared.append(what)

    monkeypatch.setattr(install, "run", run)
    monkeypatch.setattr(install, "check_node", lambda: "v20.0.0")
    monkeypatch.setattr(install, "install_python_packages", lambda: None)
    monkeypatch.setattr(install, "install_node_packages", lambda _: both.wait())
    install.install(synth=True)
    monkeypatch.setattr(install, "install_node_packages", lambda _: None)
    install.install(synth=True)
    assert len(prepared) == 1, "it is prepared once"


def test_a_failing_preparation_is_left_to_the_synth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "LOGS", tmp_path / "logs")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / ".installed").touch()
    (tmp_path / ".venv" / "bin" / "python").symlink_to("/bin/false")
    install.prepare_synth()
    assert not (tmp_path / ".venv" / ".synth-prepared").exists()
    assert "bundling the functions and compiling what a synth imports: FAILED" in capsys.readouterr().out


def test_what_npm_says_is_reported_though_python_packages_are_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> None:
        raise InstallError("npm failed")

    monkeypatch.setattr(install, "LOGS", tmp_path / "logs")
    monkeypatch.setattr(install, "check_node", lambda: "v20.0.0")
    monkeypatch.setattr(install, "install_python_packages", lambda: None)
    monkeypatch.setattr(install, "install_node_packages", fail)
    with pytest.raises(InstallError, match="npm failed"):
        install.install()


def test_what_was_sent_elsewhere_is_not_stamped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "ROOT", tmp_path)
    (tmp_path / "requirements.txt").touch()
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(install, "run", lambda *_: (tmp_path / ".venv").mkdir(exist_ok=True))
    monkeypatch.setattr("education.installers.pip_variables", lambda *_: {})
    monkeypatch.setattr(install, "missing_python_packages", lambda *_: ["a", "b", "c", "d"])
    with pytest.raises(InstallError, match=r"left out a, b, c and 1 more: a setting of pip or npm"):
        install.install_python_packages()
    assert not (tmp_path / ".venv" / ".installed").exists()


@pytest.mark.parametrize("sign", ["OSError: [Errno 28] No space left on device", "npm error code ENOSPC"])
def test_a_full_disk_is_not_taken_for_a_failing_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sign: str
) -> None:
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "LOGS", tmp_path / "logs")
    with pytest.raises(InstallError, match=r"The disk is full\. Make space") as refusal:
        install.run("fetching", "If the network failed, …", ["sh", "-c", f"echo '{sign}'; exit 1"], "fetch")
    assert "network" not in str(refusal.value)


def test_a_failing_installer_is_reported_with_its_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "LOGS", tmp_path / "logs")
    with pytest.raises(InstallError, match=r"(?s)fetching failed \(exit code 3\).*no route.*Try later"):
        install.run("fetching", "Try later.", ["sh", "-c", "echo no route; exit 3"], "fetch")


def test_a_checkout_that_is_not_writable_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "build").touch()
    monkeypatch.setattr(install, "LOGS", tmp_path / "build" / "logs")
    monkeypatch.setattr(sys, "argv", ["install"])
    assert install.main() == 1
    said = capsys.readouterr().err
    assert said.startswith(f"error: {tmp_path}/build/logs: Not a directory; the tools write to this checkout")
    assert said.count("\n") == 1
