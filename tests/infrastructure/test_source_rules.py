"""Rules for the source: which way arrows run, where variables are read, what is never written."""

import ast
import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from education.functions.bundling import function_names
from tests.infrastructure.synthesized import ROOT

FUNCTIONS = {*function_names()}
IN_LAMBDA = {*FUNCTIONS, "toolkit", "domain"}
OURS = {"main", "education", "tools", "local_platform", "tests", "benchmarks"} | IN_LAMBDA
# Who may import whom; the standard library and dependencies aside.
ARROWS = {
    "education": {"education"},
    "tools": {"tools", "education"},
    "local_platform": {"local_platform", "tools", "education"},
    "benchmarks": {"benchmarks", "tests", "local_platform", "tools", "education"},
    "main.py": {"education"},
}
CODE_LINES, TEST_LINES = 320, 400
STACKS = {"tap_stack.py": "TapStack", "bootstrap_stack.py": "BootstrapStack"}


def python_files(*places: str) -> list[Path]:
    return sorted(
        path
        for place in places
        for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
        if "__pycache__" not in path.parts
    )


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imports(path: Path) -> frozenset[str]:
    """The dotted names that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{path}: no relative imports"
            names.add(node.module)
    return frozenset(names)


def tops(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("place", ARROWS)
def test_arrows_run_one_way(place: str) -> None:
    for path in python_files(place):
        wrong = tops(path) & OURS - ARROWS[place]
        assert not wrong, f"{shown(path)} must not import {wrong} (DESIGN.md, the house)"


def test_a_function_imports_itself_and_what_is_shared(subtests: pytest.Subtests) -> None:
    allowed = {"toolkit": {"toolkit"}, "domain": {"domain", "toolkit"}}
    for name in IN_LAMBDA:
        with subtests.test(name):
            for path in python_files(f"lambda_src/{name}"):
                wrong = tops(path) & OURS - allowed.get(name, {name, "domain", "toolkit"})
                assert not wrong, (
                    f"{shown(path)} must not import {wrong}: functions import domain and toolkit"
                )


def test_rules_see_no_event_and_tables_no_claim() -> None:
    for path in python_files("lambda_src"):
        if path.name in ("rules.py", "store.py"):
            wrong = {name for name in imports(path) if name in ("toolkit.http", "toolkit.openapi")}
            assert not wrong, f"{shown(path)} must not import {wrong}: HTTP ends in the handler"
        if path.name == "store.py":
            assert "toolkit.caller" not in imports(path), f"{shown(path)}: tables never see a claim"


def test_constructs_import_no_one_above_them() -> None:
    graph = {
        shown(path).removesuffix(".py").replace("/", "."): {
            name for name in imports(path) if name.startswith("education.")
        }
        for path in python_files("education")
    }
    order = [name.removeprefix("education.") for name in TopologicalSorter(graph).static_order()]
    assert (
        order.index("functions.python_function") < order.index("education_stack") < order.index("tap_stack")
    )


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
            f"{shown(path)}: nobody checks an override, and Terraform refused one in the backend; use typed properties"
        )


def test_constructs_read_no_environment_variable() -> None:
    """`main.py` hands them over; the one exception chooses the import and so comes before everything."""
    reading = {
        shown(path)
        for path in python_files("education")
        if re.search(r"os\.(environ|getenv)|from os import", path.read_text())
    }
    assert reading <= {"education/bindings.py", "education/functions/bundling.py"}, (
        f"{reading}: take it as an argument"
    )


def test_no_account_id_is_in_the_source() -> None:
    for path in [*python_files("education", "tools", "main.py"), *(ROOT / "environments").glob("*.toml")]:
        found = re.findall(r"(?<![\w.-])\d{12}(?![\w.-])", path.read_text())
        assert not found, f"{shown(path)}: {found}: account ids come from AwsContext or from settings"


def test_no_path_of_a_person_is_in_the_source() -> None:
    places = ("education", "tools", "local_platform", "lambda_src", "tests", "benchmarks", "main.py")
    files = [
        *python_files(*places),
        ROOT / "Makefile",
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "environments").glob("*"),
    ]
    for path in files:
        found = re.findall(r"""["'\s=(](/(?:root|home|Users)/\w+)""", path.read_text())
        assert not found, f"{shown(path)}: {found} is there on one machine only"


def test_the_function_code_never_scans() -> None:
    for path in python_files("lambda_src"):
        assert not re.search(r"\.scan\(|get_paginator\(.scan", path.read_text()), (
            f"{shown(path)}: read by key or index"
        )


def test_a_file_fits_in_the_head() -> None:
    long = {
        shown(path): lines
        for path in python_files(
            "education", "tools", "local_platform", "lambda_src", "tests", "benchmarks", "main.py"
        )
        if (lines := path.read_text().count("\n")) > (TEST_LINES if "tests" in path.parts else CODE_LINES)
    }
    assert not long, f"{long}: one subject per file; what outgrows it has parts"


def test_every_module_says_what_it_is_for() -> None:
    for path in python_files(
        "education", "tools", "local_platform", "lambda_src", "tests", "benchmarks", "main.py"
    ):
        text = path.read_text().strip()
        assert not text or text.startswith('"""'), f"{shown(path)} has no docstring"
