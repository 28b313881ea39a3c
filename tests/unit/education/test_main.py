"""`python main.py` with a mistake in its variables or files: exit code 1, one sentence, no traceback.

What it writes when all is well is tested in `tests/infrastructure/`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import main

ROOT = Path(main.__file__).resolve().parent


def run(checkout: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "main.py"],
        cwd=checkout,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def assert_refused(result: subprocess.CompletedProcess[str], sentence: str) -> None:
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1, "one sentence, no traceback"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the app that a test may spoil."""
    for folder in ("education", "environments", "api"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("main.py", "requirements.txt"):
        shutil.copy(ROOT / file, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"ENVIRONMENT_SUFFIX": "Prod!"}, "ENVIRONMENT_SUFFIX is 'Prod!'; allowed: a lower-case letter"),
        ({"AWS_REGION": "nowhere"}, "AWS_REGION is 'nowhere'; allowed: an AWS region"),
        ({"TERRAFORM_STATE_BUCKET": "X"}, "TERRAFORM_STATE_BUCKET is 'X'; allowed: the name of an S3 bucket"),
        (
            {"TERRAFORM_STATE_BUCKET_REGION": "x"},
            "TERRAFORM_STATE_BUCKET_REGION is 'x'; allowed: an AWS region",
        ),
        ({"EDUCATION_LOCAL_PORT": "x"}, "EDUCATION_LOCAL_PORT is 'x'; allowed: a port number"),
        ({"EDUCATION_STACK": "foo"}, "EDUCATION_STACK is 'foo'; allowed: bootstrap, or nothing"),
        (
            {"PATH": "/nowhere"},
            "`node` is not on PATH, and CDKTF runs in it: install Node.js 20",
        ),
        (
            {"JSII_NODE": "/bin/false"},
            "/bin/false does not print a version, so it is not a working Node.js: install",
        ),
        ({"JSII_NODE": "/bin/echo"}, "/bin/echo does not print a version"),
        (
            {"TMPDIR": "/nowhere"},
            "TMPDIR is '/nowhere', which does not exist: name another folder, or unset it.",
        ),
        ({"TMPDIR": __file__}, f"TMPDIR is {__file__!r}, which is not a folder"),
        (
            {"CDKTF_OUTDIR": __file__},
            f"the stack cannot be written to {__file__}, because {__file__} is not a folder",
        ),
        (
            {"CDKTF_OUTDIR": f"{__file__}/a/b"},
            f"the stack cannot be written to {__file__}/a/b, because {__file__} is",
        ),
    ],
)
def test_a_bad_variable(
    variables: Mapping[str, str],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main.main() == 1
    said = capsys.readouterr()
    assert said.err.startswith(f"error: {sentence}")
    assert (said.out, said.err.count("\n")) == ("", 1)


def test_a_bad_variable_as_cdktf_sees_it() -> None:
    assert_refused(run(ROOT, ENVIRONMENT_SUFFIX="Prod!"), "ENVIRONMENT_SUFFIX is 'Prod!'")


def test_a_python_without_the_packages_is_told_what_to_do(tmp_path: Path) -> None:
    """As in `cdktf synth`, typed where the project's environment is not active."""
    bare = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "main.py")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert_refused(bare, "is not the project's Python (3.11 or newer, with its packages): run `make install`")


def test_python_may_leave_the_scripts_folder_out_of_its_path() -> None:
    assert_refused(run(ROOT, ENVIRONMENT_SUFFIX="Prod!", PYTHONSAFEPATH="1"), "ENVIRONMENT_SUFFIX is 'Prod!'")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "[functions]",
            "[functions]\ncolour = 1",
            "functions.colour = 1 is not a known setting; allowed here:",
        ),
        (
            "memory_mib = 512",
            'memory_mib = "much"',
            "functions.memory_mib is 'much'; allowed: a whole number.",
        ),
        ('second_factors = ["TOTP"]', "second_factors = []", "mfa is OPTIONAL but second_factors is empty"),
        (
            "log_retention_days = 30",
            "log_retention_days = 7",
            "functions.log_retention_days is 7; allowed: 30",
        ),
    ],
)
def test_a_bad_setting(old: str, new: str, sentence: str, checkout: Path) -> None:
    file = checkout / "environments" / "dev.toml"
    file.write_text(file.read_text().replace(old, new))
    assert_refused(run(checkout), sentence)
    assert not (checkout / "cdktf.out").exists(), "nothing half-made is left behind"


def test_a_broken_description_of_the_api(checkout: Path) -> None:
    (checkout / "api" / "openapi.yaml").write_text("openapi: 3.0.3\npaths: {}\n")
    assert_refused(run(checkout), "api/openapi.yaml: ")
    assert not (checkout / "cdktf.out").exists(), "nothing half-made is left behind"


def test_a_description_that_is_a_folder(checkout: Path) -> None:
    file = checkout / "api" / "openapi.yaml"
    file.unlink()
    file.mkdir()
    assert_refused(run(checkout), f"{file}: Is a directory; check that it exists")


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_settings_that_are_a_folder(checkout: Path, environment: str) -> None:
    file = checkout / "environments" / f"{environment}.toml"
    file.unlink()
    file.mkdir()
    result = run(checkout, ENVIRONMENT_SUFFIX=environment)
    assert_refused(result, f"environments/{environment}.toml cannot be read (Is a directory): restore it")


def test_a_folder_that_cannot_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        os, "access", lambda _, mode: not mode & os.W_OK
    )  # root, as who tests may run, may write anywhere
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "new"))
    assert main.main() == 1
    assert f"{tmp_path} cannot be written to: move it away" in capsys.readouterr().err


def test_a_bundle_that_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(main, "check_preconditions", full)
    assert main.main() == 1
    assert capsys.readouterr().err.startswith("error: No space left on device; the disk is full: make space")
