"""Long steps show that they move: what is counted of Terraform's output, and how a step shows it."""

import os
import re
import sys
import time
from pathlib import Path

import pytest

from tools.deploy.progress import ResourceCounter
from tools.deploy.saved_plan import Record
from tools.deploy.terraform import Terraform
from tools.setup.toolchain import Toolchain
from tools.support import steps
from tools.support.programs import INTERRUPT_SECONDS, run_logged
from tools.support.steps import step

# Recorded from `make up`: cdktf puts the stack's name or blanks before each line of Terraform's.
DEPLOY = """\
TapStacklocal  data.aws_partition.education_aws_5FF06893 (education/aws/partition): Reading...
TapStacklocal  data.aws_partition.education_aws_5FF06893 (education/aws/partition): Read complete after 0s [id=aws]
               Plan: 3 to add, 1 to change, 1 to destroy.
TapStacklocal  aws_kms_key.education_records-key_2BFFB804 (education/records-key/key): Creating...
TapStacklocal  aws_kms_key.education_records-key_2BFFB804 (education/records-key/key): Still creating... [10s elapsed]
               aws_kms_key.education_records-key_2BFFB804 (education/records-key/key): Creation complete after 12s
TapStacklocal  aws_sqs_queue.education_C97F01DF (education/dead-letters/queue): Modifications complete after 1s [id=x]
TapStacklocal  aws_iam_role.education_catalog_role_D445118F (education/catalog/role): Destruction complete after 0s
               Apply complete! Resources: 3 added, 1 changed, 1 destroyed.
"""

LONG_LAST_WORDS = """\
import signal

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # not while it prints
print("working", flush=True)
signal.sigwait({signal.SIGINT})
print("x" * 200_000 + "saved", flush=True)
"""


def test_what_terraform_has_done_is_counted_of_what_it_planned() -> None:
    shown: list[str] = []
    counter = ResourceCounter(shown.append)
    for line in DEPLOY.splitlines():
        counter(line)
    assert shown == ["planning"] + [f"{done} of 5 resources" for done in range(4)]
    assert counter.text == "3 of 5 resources"


def test_a_saved_plan_names_the_total_since_terraform_does_not_print_it() -> None:
    changes = {"create": 2, "update": 1, "delete": 0, "replace": 1}
    record = Record("dev", "1" * 12, "c", "1.11.4", "l", 1, changes, {})
    counter = ResourceCounter(lambda _: None, total=record.operations)
    counter("aws_sqs_queue.a: Destruction complete after 0s")
    assert counter.text == "1 of 5 resources", "a replaced resource is destroyed and created"


def test_without_a_plan_the_resources_alone_are_counted() -> None:
    counter = ResourceCounter(lambda _: None)
    counter("aws_sqs_queue.a: Creation complete after 0s [id=a]")
    assert counter.text == "1 resources"


def until_shown(pattern: str, capsys: pytest.CaptureFixture[str]) -> str:
    """All output until a line matches the pattern; a busy machine may need a while."""
    said, deadline = "", time.monotonic() + 20
    while not re.search(pattern, said):
        assert time.monotonic() < deadline, said
        time.sleep(0.02)
        said += capsys.readouterr().out
    return said


class TestStep:
    def test_in_a_log_a_long_step_adds_lines(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(steps, "LOG_SECONDS", 0.05)
        with step("deploying") as current:
            current.progress("41 of 123 resources")
            said = until_shown(r"\n    41 of 123 resources, \d+ s\n", capsys)
            current.note("123 of 123 resources")
        assert said.startswith("  deploying … \n    ")
        assert re.search(
            r"^    \d+\.\d s \(123 of 123 resources\)\n\Z", capsys.readouterr().out, re.MULTILINE
        )

    def test_on_a_terminal_its_line_is_rewritten(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(steps, "TERMINAL_SECONDS", 0.05)
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "30")
        with step("deploying"):
            said = until_shown(r"\r  deploying … \d+ s\x1b\[K", capsys)
        said += capsys.readouterr().out
        assert re.search(r"\r  deploying … \d+\.\d s\x1b\[K\n\Z", said)
        assert said.count("\n") == 1

    def test_a_title_is_cut_to_fit_since_a_line_that_wraps_cannot_be_rewritten(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(steps, "TERMINAL_SECONDS", 0.05)
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "30")
        with step("a step whose title is wider than the terminal") as current:
            current.progress("9 resources")
            said = until_shown(r"\r  a st\w*… … 9 resources, \d+ s\x1b", capsys)
        lines = [line.removesuffix("\x1b[K") for line in said.split("\r")]
        assert all(len(line) < 30 for line in lines), lines

    def test_a_dumb_terminal_gets_lines(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(steps, "LOG_SECONDS", 0.05)
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        monkeypatch.setenv("TERM", "dumb")
        with step("deploying"):
            said = until_shown(r"\n    \d+ s\n", capsys)
        assert "\x1b" not in said


class TestPrograms:
    def test_each_line_is_handed_on_as_it_comes_and_is_in_the_log(self, tmp_path: Path) -> None:
        log, found = tmp_path / "x.log", []

        def on_line(line: str) -> None:
            found.append((line, log.read_text()))

        script = "echo one; sleep 0.1; echo two >&2"
        run_logged(["sh", "-c", script], log=log, environment=os.environ, advice="", on_line=on_line)
        assert found == [("one", "one\n"), ("two", "one\ntwo\n")]

    def test_what_an_interrupted_program_still_prints_is_in_the_log(self, tmp_path: Path) -> None:
        """Also where that is more than fits into a pipe: Terraform must be able to save its state."""

        def interrupt(_: str) -> None:
            raise KeyboardInterrupt

        log = tmp_path / "x.log"
        program = tmp_path / "program.py"
        program.write_text(LONG_LAST_WORDS)
        start = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            run_logged(
                [sys.executable, program], log=log, environment=os.environ, advice="", on_line=interrupt
            )
        assert time.monotonic() - start < INTERRUPT_SECONDS
        assert log.read_text().startswith("working\nxxx")
        assert log.read_text().endswith("xxxsaved\n")

    def test_terraforms_output_is_counted_and_logged(self, tmp_path: Path) -> None:
        (tmp_path / "recorded").write_text(DEPLOY)
        terraform = tmp_path / "terraform"
        terraform.write_text(f"#!/bin/sh\ncat {tmp_path}/recorded\n")
        terraform.chmod(0o755)
        toolchain = Toolchain(terraform, "1.11.4", None, tmp_path / "cli.tfrc")
        counter = ResourceCounter(lambda _: None)
        Terraform(tmp_path, toolchain, dict(os.environ), tmp_path / "logs").apply(on_line=counter)
        assert counter.text == "3 of 5 resources"
        assert (tmp_path / "logs" / "terraform-apply.log").read_text() == DEPLOY
