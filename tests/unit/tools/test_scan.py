"""The scan looks at every file whatever its name is, and one that looked at nothing does not pass."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from education.errors import UserError
from tools.checks import scan as scans
from tools.checks import scan_checkov
from tools.checks.scan_checkov import checkov_findings
from tools.checks.scanners import Scanners
from tools.support.paths import ROOT

NAMES = ("two words.py", "prüfung.py", 'quo"te.py', "-dash.py", "line\nend.py", "plain.py")
Answer = Callable[..., None]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of its own, with a file of each name."""
    (tmp_path / "scanning").mkdir()
    (tmp_path / "scanning" / "secrets.json").write_text("{}")
    (tmp_path / "build").mkdir()
    (tmp_path / ".gitignore").write_text("build\nbin\n")
    for name in NAMES:
        (tmp_path / name).touch()
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    monkeypatch.setattr(scans, "ROOT", tmp_path)
    monkeypatch.setattr(scans, "RESULTS", tmp_path / "build")
    return tmp_path


@pytest.fixture
def scanners(tmp_path: Path) -> Scanners:
    """Scanners that a test makes."""
    (tmp_path / "bin").mkdir()
    return Scanners(tmp_path / "bin", tmp_path / "bin")


@pytest.fixture
def answers(scanners: Scanners) -> Answer:
    """Makes a scanner that prints a text and ends with an exit code."""

    def make(name: str, said: str = "", code: int = 0) -> None:
        program = scanners.python / name
        (scanners.python / f"{name}.out").write_text(said)
        program.write_text(f'#!/bin/sh\nprintf "%s\\0" "$@" > "$0.seen"\ncat "$0.out"\nexit {code}\n')
        program.chmod(0o755)

    return make


def test_files_of_every_name_are_looked_at(checkout: Path, scanners: Scanners, answers: Answer) -> None:
    answers("detect-secrets-hook")
    assert scans.secrets(scanners) == []
    seen = (scanners.python / "detect-secrets-hook.seen").read_bytes().decode().split("\0")
    assert set(NAMES) <= set(seen)
    assert seen.index("--") < min(seen.index(name) for name in NAMES), "a name may begin with a hyphen"


def test_without_a_repository_nothing_was_looked_at(
    checkout: Path, scanners: Scanners, answers: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers("detect-secrets-hook")
    monkeypatch.setenv("GIT_DIR", str(checkout / "nowhere"))
    assert scans.secrets(scanners)[0].startswith("looked at nothing: git lists no file here")


def test_a_scanner_that_broke_found_nothing_because_it_did_not_look(
    checkout: Path, scanners: Scanners, answers: Answer
) -> None:
    answers("detect-secrets-hook", "Traceback", code=1)
    assert scans.secrets(scanners)[0].startswith("looked at nothing: detect-secrets ended with exit code 1")


def test_what_it_found_is_told(checkout: Path, scanners: Scanners, answers: Answer) -> None:
    answers("detect-secrets-hook", "Secret Type: Key\nLocation:    two words.py:1\n", code=1)
    assert scans.secrets(scanners) == ["Location:    two words.py:1"]


def test_line_numbers_that_moved_are_no_finding(checkout: Path, scanners: Scanners, answers: Answer) -> None:
    answers("detect-secrets-hook", "The baseline file was updated.", code=3)
    assert scans.secrets(scanners) == []


def test_workflows_that_are_not_there(checkout: Path, scanners: Scanners) -> None:
    assert scans.workflows(scanners) == ["looked at nothing: there is no file in .github/workflows"]


def test_a_lock_without_packages(checkout: Path, scanners: Scanners, answers: Answer) -> None:
    answers("pip-audit", json.dumps({"dependencies": []}))
    assert scans.pip_audit(scanners) == ["looked at nothing: requirements.txt names no package"]


def test_an_npm_lock_without_packages(
    checkout: Path, scanners: Scanners, answers: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers("npm", json.dumps({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 0}}}))
    monkeypatch.setenv("PATH", str(scanners.node), prepend=":")
    assert scans.npm_audit(scanners)[0].startswith("looked at nothing: ")


def test_every_npm_lock_of_the_project_is_audited() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "*package-lock.json"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {Path(lock).parent.as_posix() for lock in tracked} == set(scans.NPM_LOCKS)


def test_a_stack_without_resources(
    scanners: Scanners, answers: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers("checkov", json.dumps({"passed": 0, "failed": 0, "resource_count": 0}))
    monkeypatch.setattr(scan_checkov, "_synthesized", lambda *_: tmp_path / "cdk.tf.json")
    assert checkov_findings(scanners, tmp_path)[0].startswith("looked at nothing: checkov found no resource")


def test_checks_count_where_checkov_counts_no_resources(
    scanners: Scanners, answers: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version 3.3.30 counts none of synthesized JSON."""
    report = {"summary": {"passed": 9, "failed": 0, "resource_count": 0}, "results": {"failed_checks": []}}
    answers("checkov", json.dumps(report))
    (tmp_path / "cdk.tf.json").write_text("{}")
    monkeypatch.setattr(scan_checkov, "_synthesized", lambda *_: tmp_path / "cdk.tf.json")
    assert not [said for said in checkov_findings(scanners, tmp_path) if "looked at nothing" in said]


def test_a_scan_that_looked_at_nothing_fails(
    checkout: Path, scanners: Scanners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scanners, "installed", classmethod(lambda _: scanners))
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(UserError, match="workflows found something"):
        scans.scan(["workflows"])
