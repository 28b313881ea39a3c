"""What the README, the docs and `make help` tell a person to type is there and works from a fresh shell."""

import re
import subprocess
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from tools.__main__ import build
from tools.support.paths import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = ("education", "tools", "local_platform", "benchmarks")
COMMAND = re.compile(r"-m tools ([a-z][a-z-]*)(?: ([a-z-]+))?")
SNAPSHOTS = ROOT / "tests" / "infrastructure" / "__snapshots__" / "test_snapshots"
COMMANDS = typer.main.get_group(build()).commands
# Folders of Python and Terraform, which are all over the checkout and are no output of the tools.
ELSEWHERE = {"__pycache__", ".terraform"}


def made(*arguments: str) -> str:
    """What make prints."""
    return subprocess.run(
        ["make", "--no-print-directory", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_command_runs_in_the_projects_own_environment(page: Path) -> None:
    """Outside of it, the tools' imports are missing."""
    bare = re.findall(
        r"(?<!\.venv/bin/)python3? -m (?:tools|local_platform|benchmarks|education)\S*", page.read_text()
    )
    assert not bare, f"{page.name}: {bare}: write .venv/bin/python -m …"


def test_each_command_of_the_tools_that_is_named_somewhere_exists() -> None:
    """In the docs, in the Makefile, in the workflows, and in the code's own messages."""
    code = [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]
    named = {
        (path, *found)
        for path in [*PAGES, ROOT / "Makefile", *(ROOT / ".github").rglob("*.yml"), *code]
        for found in COMMAND.findall(path.read_text())
    }
    assert len(named) > 20
    for path, command, following in named:
        place = f"{path.relative_to(ROOT)}: python -m tools {command} {following}"
        assert command in COMMANDS, place
        group = COMMANDS[command]
        if following and isinstance(group, TyperGroup):
            assert following in group.commands, place


def test_each_alarm_has_a_row_in_the_handbook() -> None:
    stack = (SNAPSHOTS / "test_stack[prod].json").read_text()
    alarms = set(re.findall(r'"alarm_name": "education-([\w-]+)-prod"', stack)) | {"portal-blocked"}
    rows = (ROOT / "docs" / "operations.md").read_text().partition("| alarm |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`([\w…-]+)`", rows))
    ends = tuple(name.removeprefix("…") for name in named if name.startswith("…"))
    missing = {alarm for alarm in alarms if alarm not in named and not alarm.endswith(ends)}
    assert missing == set()
    assert {name for name in named if not name.startswith("…")} <= alarms


def test_each_make_target_that_is_named_somewhere_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]
    for path in [*PAGES, *code]:
        named = set(re.findall(r"`make ([a-z][a-z-]*)", path.read_text()))
        assert named <= targets, f"{path.relative_to(ROOT)}: {named - targets}"


def test_each_shell_variable_of_the_readme_is_set_in_it() -> None:
    text = (ROOT / "README.md").read_text()
    commands = "\n".join(line for line in text.splitlines() if line.startswith("    "))
    used = set(re.findall(r"\$\{?([A-Z][A-Z_]*)", commands))
    assert used
    assert used <= set(re.findall(r"^    ([A-Z][A-Z_]*)=", commands, re.MULTILINE))


def test_each_variable_that_a_person_may_set_is_in_the_readme() -> None:
    readers = ("education/settings/load.py", "tools/setup/toolchain.py", "local_platform/platform.py")
    read = {name for file in readers for name in re.findall(r'get\("([A-Z_]+)"', (ROOT / file).read_text())}
    ours = {name for name in read if not name.startswith(("XDG_", "PATH", "HOME"))}
    text = (ROOT / "README.md").read_text()
    assert {name for name in ours if f"`{name}`" not in text} == set()


def test_a_settings_file_refers_to_a_section_that_exists() -> None:
    pages = {page.stem: page.read_text() for page in PAGES}
    for file in (ROOT / "environments").glob("*.toml"):
        for page, section in re.findall(r'([\w-]+)(?:\.md)?, "([^"]+)"', file.read_text()):
            assert re.search(rf"^#+ {re.escape(section)}\b", pages[page], re.MULTILINE), (
                f"{file.name}: {page}, {section}"
            )


def test_make_help_shows_no_variable_of_makes() -> None:
    said = made("help")
    assert "write outputs/<ENV>.json" in said
    assert "$" not in said


def test_make_clean_leaves_nothing_that_the_tools_made() -> None:
    ignored = {
        line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line.endswith("/")
    }
    removed = set(made("--dry-run", "clean").rpartition("rm -rf")[2].replace("\\", " ").split())
    assert ignored - ELSEWHERE <= removed
