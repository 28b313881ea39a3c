"""The pages name what exists: paths, make targets, links, sections; and they are readable in a terminal."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tools.support.paths import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.md")])
WRITTEN_BY_A_COMMAND = {"aws-calls.md"}
LONGEST_LINE = 110
TEXT = {".py", ".toml", ".yaml", ".in"}
# Paths that a command makes, and examples: not in a fresh checkout.
NOT_COMMITTED = re.compile(r"(?:build|outputs|cdktf\.out|\.venv|\.local|node_modules)(?:/|$)|.*[<>{}…*]")
# A path has a folder that is there, or ends as a file of this project does.
TOP = {path.name for path in ROOT.iterdir() if path.is_dir()}
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
TARGET = re.compile(r"\bmake ([a-z][a-z-]+)")


@cache
def prose(page: Path) -> str:
    """A page without its drawings and its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


@cache
def anchors(page: Path) -> frozenset[str]:
    """The names by which a link reaches the page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


def paths(text: str) -> set[str]:
    """The paths of this checkout that a text names in backticks."""
    named = {span.partition("::")[0].partition(" ")[0].rstrip("/") for span in CODE.findall(text)}
    return {
        path
        for path in named
        if "/" in path and path.split("/", 1)[0] in TOP and not NOT_COMMITTED.match(path)
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_path_that_a_page_names_is_there(page: Path) -> None:
    assert {path for path in paths(page.read_text()) if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_make_target_that_a_page_names_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = "\n".join(
        [*CODE.findall(page.read_text()), *re.findall(r"^ {4,}make .*$", page.read_text(), re.M)]
    )
    assert set(TARGET.findall(commands)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if target.startswith("https://"):
            continue
        file, _, section = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.exists(), f"{page.name}: {target}"
        assert not section or section in anchors(found), f"{page.name}: {target}"


def test_the_code_refers_to_no_page_that_is_not_there() -> None:
    folders = (
        "api",
        "benchmarks",
        "education",
        "environments",
        "lambda_src",
        "local_platform",
        "tests",
        "tools",
    )
    files = [file for folder in folders for file in (ROOT / folder).rglob("*") if file.suffix in TEXT]
    for file in [
        *files,
        ROOT / "main.py",
        ROOT / "Makefile",
        ROOT / "pyproject.toml",
        ROOT / "requirements.in",
    ]:
        for page in re.findall(r"\b(?:docs/[\w-]+|[A-Z_]{4,})\.md\b", file.read_text()):
            assert (ROOT / page).is_file(), f"{file.relative_to(ROOT)}: {page}"


def test_the_portal_refers_to_no_test_that_is_not_there() -> None:
    for file in (ROOT / "portal").rglob("*.ts*"):
        if "node_modules" not in file.parts:
            for test in re.findall(r"\btests/[\w/]+\.py\b", file.read_text()):
                assert (ROOT / test).is_file(), f"{file.relative_to(ROOT)}: {test}"


def test_each_page_is_linked_from_the_readme() -> None:
    linked = set(re.findall(r"\]\(([^)\s#]+\.md)", (ROOT / "README.md").read_text()))
    ours = {str(page.relative_to(ROOT)) for page in PAGES if ".github" not in page.parts} - {"README.md"}
    assert ours - linked == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_line_fits_into_a_terminal(page: Path) -> None:
    if page.name in WRITTEN_BY_A_COMMAND:
        return
    # A single word, such as the name of a test or an address, cannot be broken.
    long = [line for line in prose(page).splitlines() if len(line) > LONGEST_LINE and " " in line.strip("- ")]
    assert long == []


def test_the_index_of_the_decisions_is_complete() -> None:
    text = (ROOT / "docs" / "decisions.md").read_text()
    areas = [area for area in re.findall(r"^## (.*)$", text, re.MULTILINE) if area != "Index"]
    assert re.findall(r"^- \[(.*)\]\(#", text, re.MULTILINE) == areas


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_title_stands_on_a_page_twice(page: Path) -> None:
    titles = Counter(re.findall(r"^##+ (.*)$", prose(page), re.MULTILINE))
    assert [title for title, times in titles.items() if times > 1] == []


def test_each_decision_says_why_and_when_to_think_again() -> None:
    text = (ROOT / "docs" / "decisions.md").read_text()
    for entry in re.findall(r"^### (.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL):
        title = entry.partition("\n")[0]
        assert entry.count("**Why.** ") == 1, title
        assert entry.count("**Think again** ") == 1, title
