"""What cdktf gets to read of Terraform, and that a signal still reaches it."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.deploy.progress import ResourceCounter
from tools.setup.quiet_terraform import write_program

PLAN = """\
aws_kms_key.a: Refreshing state... [id=1]

Terraform will perform the following actions:

  # aws_s3_bucket.b will be created
  + resource "aws_s3_bucket" "b" {
      + bucket = "b"
    }

\033[1mPlan:\033[0m 1 to add, 0 to change, 0 to destroy.
aws_s3_bucket.b: Creating...
aws_s3_bucket.b: Creation complete after 1s [id=b]

Apply complete! Resources: 1 added, 0 changed, 0 destroyed.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose name a shell must not split."""
    folder = tmp_path / "it's a folder"
    folder.mkdir()
    return folder


def quiet(folder: Path, script: str) -> Path:
    """The program in front of a Terraform that does what a shell script says."""
    terraform = folder / "real terraform"
    terraform.write_text(f"#!/bin/sh\n{script}\n")
    terraform.chmod(0o700)
    return write_program(folder / "terraform", terraform, folder / "plan.log")


@pytest.mark.parametrize("command", ["apply", "destroy"])
def test_the_description_of_the_plan_goes_to_a_file(folder: Path, command: str) -> None:
    program = quiet(folder, f"cat <<'END'\n{PLAN}END")
    said = subprocess.run(
        [program, command, "-auto-approve"], capture_output=True, text=True, check=True
    ).stdout
    described = (folder / "plan.log").read_text()
    assert "aws_s3_bucket.b will be created" in described
    assert "will be created" not in said
    assert said.startswith("aws_kms_key.a: Refreshing")
    assert sorted(described.splitlines() + said.splitlines()) == sorted(PLAN.splitlines())
    shown: list[str] = []
    counter = ResourceCounter(shown.append)
    for line in said.replace("\033[1m", "").replace("\033[0m", "").splitlines():
        counter(line)
    assert counter.text == "1 of 1 resources"


def test_another_command_is_terraforms_own(folder: Path) -> None:
    program = quiet(folder, f"echo \"$@\"; cat <<'END'\n{PLAN}END")
    said = subprocess.run([program, "show", "a b"], capture_output=True, text=True, check=True).stdout
    assert said == f"show a b\n{PLAN}"


def test_the_exit_code_and_the_error_are_passed_on(folder: Path) -> None:
    program = quiet(folder, "echo 'Error: no such bucket' >&2; exit 3")
    done = subprocess.run([program, "apply"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "Error: no such bucket\n")


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Programs that are started can be interrupted, also where the tests run as a background job, which cannot."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_terraform_gets_an_interrupt_once_and_ends_by_itself(folder: Path) -> None:
    """Ctrl-C reaches all processes of a group. At a second interrupt Terraform would not save its state."""
    script = "trap 'echo interrupted' INT; echo begun; for i in 1 2 3 4 5 6; do sleep 0.2; done; echo saved"
    program = quiet(folder, script)
    with subprocess.Popen([program, "apply"], stdout=subprocess.PIPE, text=True, process_group=0) as running:
        assert running.stdout is not None
        said = [running.stdout.readline()]
        os.killpg(running.pid, signal.SIGINT)
        said += running.stdout.readlines()
    assert said == ["begun\n", "interrupted\n", "saved\n"]
    assert running.returncode == 0
