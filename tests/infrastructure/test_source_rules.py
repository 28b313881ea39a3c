"""Rules for the source: which way arrows run, where variables are read, what is never written."""

import ast
import re
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from education.functions.bundling import function_names
from tests.infrastructure.synthesized import ROOT

FUNCTIONS = {*function_names()}
IN_LAMBDA = {*FUNCTIONS, "toolkit", "domain"}
OURS = {"main", "education", "tools", "local_platform", "tests", "benchmarks"} | IN_LAMBDA
# Which of our packages each may import.
ARROWS = {
    "education": {"education"},
    "tools": {"tools", "education"},
    "local_platform": {"local_platform", "tools", "education"},
    "benchmarks": {"benchmarks", "tests", "local_platform", "tools", "education"},
    "main.py": {"education"},
}
# The files and folders of education/, from the top down. Each may import those after it, and none before it.
EDUCATION = (
    "tap_stack",
    "education_stack",
    "pipeline",
    "portal",
    "api",
    "functions",
    "monitoring",
    "identity",
    "web_client",
    "firewall",
    "content",
    "data",
    "encryption",
    "iam",
    "environment",
    "aws_context",
    "naming",
    "openapi",
    "settings",
    "preconditions",
    "errors",
    "early_start",
    "bindings",
    "installers",
    "encoding",
)
# Where the permissions of functions are written down.
GRANTS = {f"education/functions/{name}.py" for name in ("api_functions", "event_functions", "grants")}
FOLDERS = ("education", "tools", "local_platform", "lambda_src", "tests", "benchmarks")
CODE_LINES, TEST_LINES, SYSTEM_LINES = 300, 400, 120
FILES_OF_A_FOLDER = 16
SOURCE = {".py", ".ts", ".tsx", ".js", ".cjs", ".mjs"}
STACKS = {"tap_stack.py": "TapStack", "bootstrap_stack.py": "BootstrapStack"}


def python_files(*folders: str) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in ([ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*.py"))
        if "__pycache__" not in path.parts
    )


def written_files() -> list[Path]:
    """Every file of the project's own folders that a person writes."""
    return [
        path
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.*")
        if path.is_file() and not {"__pycache__", "__snapshots__", "node_modules"} & {*path.parts}
    ]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imports(path: Path) -> frozenset[str]:
    """The dotted names that a file imports, wherever in it; `from a import b` is `a` and `a.b`."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{path}: no relative imports"
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


def tops(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("place", ARROWS)
def test_arrows_run_one_way(place: str) -> None:
    for path in python_files(place):
        wrong = tops(path) & OURS - ARROWS[place]
        assert not wrong, f"{shown(path)} must not import {wrong}: see docs/architecture.md"


def test_a_function_imports_itself_and_what_is_shared(subtests: pytest.Subtests) -> None:
    allowed = {"toolkit": {"toolkit"}, "domain": {"domain", "toolkit"}}
    for name in IN_LAMBDA:
        with subtests.test(name):
            for path in python_files(f"lambda_src/{name}"):
                wrong = tops(path) & OURS - allowed.get(name, {name, "domain", "toolkit"})
                assert not wrong, (
                    f"{shown(path)} must not import {wrong}: functions import domain and toolkit"
                )


def test_arrows_between_the_folders_of_education_run_down() -> None:
    rooms = {
        path: path.relative_to(ROOT / "education").parts[0].removesuffix(".py")
        for path in python_files("education")
        if path.parent.name != "education" or path.name != "__init__.py"
    }
    assert set(rooms.values()) == set(EDUCATION), "say in EDUCATION what a new file or folder may import"
    for path, own in rooms.items():
        for name in imports(path):
            other = name.split(".")[1] if name.startswith("education.") else own
            assert other == own or EDUCATION.index(own) < EDUCATION.index(other), (
                f"{shown(path)} must not import {name}: {own} is below {other}"
            )


def test_no_files_of_education_import_each_other_in_a_circle() -> None:
    graph = {
        shown(path).removesuffix(".py").replace("/", "."): {
            name for name in imports(path) if name.startswith("education.")
        }
        for path in python_files("education")
    }
    assert list(TopologicalSorter(graph).static_order())


def test_the_grants_of_functions_are_in_one_place() -> None:
    granting = {
        shown(path)
        for path in python_files("education")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Grant"
    }
    assert granting == GRANTS, "a reviewer of privileges reads two files and their helpers"


def test_the_stack_tells_the_whole_system_on_one_page() -> None:
    lines = (ROOT / "education/education_stack.py").read_text().count("\n")
    assert lines < SYSTEM_LINES, f"{lines} lines: move details into the constructs"


def test_only_the_stacks_are_terraform_stacks() -> None:
    found = {
        path.name: node.name
        for path in python_files("education", "main.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and "TerraformStack" in {ast.unparse(base) for base in node.bases}
    }
    assert found == STACKS, (
        "below a stack are Constructs, or synth ends with 'Found resources without a matching provider construct'"
    )


def test_no_escape_hatch_is_used() -> None:
    hatch = re.compile(
        r"\.(add_override|add_deletion_override|override_logical_id|reset_override_logical_id)\("
    )
    for path in python_files("education", "main.py"):
        assert not hatch.search(path.read_text()), (
            f"{shown(path)}: no type checks an override, and Terraform refused one in the backend; use typed properties"
        )


def test_constructs_read_no_environment_variable() -> None:
    """`main.py` hands them over. Exceptions choose the import or the encoding, or are programs that are started."""
    reading = {
        shown(path)
        for path in python_files("education")
        if re.search(r"os\.(environ|getenv)|from os import", path.read_text())
    }
    programs = {
        "education/functions/bundling.py",
        "education/functions/dependencies.py",
        "education/portal/web_build.py",
    }
    starts = {"education/bindings.py", "education/early_start.py", "education/encoding.py"}
    assert reading <= starts | programs, f"{reading}: take it as an argument"


def test_no_account_id_is_in_the_source() -> None:
    for path in [*python_files("education", "tools", "main.py"), *(ROOT / "environments").glob("*.toml")]:
        found = re.findall(r"(?<![\w.-])\d{12}(?![\w.-])", path.read_text())
        assert not found, f"{shown(path)}: {found}: account ids come from AwsContext or from settings"


def test_no_path_of_a_person_is_in_the_source() -> None:
    files = [
        *python_files(*FOLDERS, "main.py"),
        ROOT / "Makefile",
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "environments").glob("*"),
    ]
    for path in files:
        found = re.findall(r"""["'\s=(](/(?:root|home|Users)/\w+)""", path.read_text())
        assert not found, f"{shown(path)}: {found} is there on one machine only"


def test_the_function_code_never_scans() -> None:
    """But for the sweep, which has to see everybody once."""
    for path in python_files("lambda_src"):
        if shown(path) == "lambda_src/sweep/store.py":
            continue
        assert not re.search(r"\.scan\(|get_paginator\(.scan", path.read_text()), (
            f"{shown(path)}: read by key or index"
        )


def test_no_file_is_too_long() -> None:
    long = {
        shown(path): lines
        for path in written_files()
        if path.suffix in SOURCE
        and (lines := path.read_text().count("\n"))
        > (TEST_LINES if path.is_relative_to(ROOT / "tests") else CODE_LINES)
    }
    assert not long, f"{long}: one subject per file; split what is longer"


def test_no_folder_has_too_many_files() -> None:
    count = Counter(shown(path.parent) for path in written_files())
    full = {folder: files for folder, files in count.items() if files > FILES_OF_A_FOLDER}
    assert not full, (
        f"{full}: a folder has at most {FILES_OF_A_FOLDER} files of its own; group them by subject"
    )


def test_every_module_says_what_it_is_for() -> None:
    for path in python_files(*FOLDERS, "main.py"):
        text = path.read_text().strip()
        assert not text or text.startswith('"""'), f"{shown(path)} has no docstring"
