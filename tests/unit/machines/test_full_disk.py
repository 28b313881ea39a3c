"""A program that found the disk full gets the advice to make space, not the one for its usual failures."""

import os
from pathlib import Path

import pytest

from education.errors import UserError
from tools.support.programs import run_logged


def test_a_full_disk_is_told_instead_of_other_advice(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="What to do: the disk is full: make space") as refusal:
        run_logged(
            ["sh", "-c", "echo write plan: no space left on device; exit 1"],
            log=tmp_path / "log",
            environment=os.environ,
            advice="sign in again",
        )
    assert "sign in" not in str(refusal.value)
