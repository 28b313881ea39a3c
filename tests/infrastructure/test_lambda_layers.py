"""The layers of the function code: `handler` → `rules` ← `store`, in every function and in the domain.

The handler speaks HTTP or reads an event, rules are plain Python and own the Protocols that they need, stores speak
DynamoDB and other services. A file's name says its layer; files with other names are listed here.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.infrastructure.synthesized import ROOT
from tests.infrastructure.test_source_rules import FUNCTIONS, parsed, python_files

LAMBDA_SRC = ROOT / "lambda_src"
HANDLER, CONFIG, RULES, STORE = "handler", "config", "rules", "store"

# The layer of each file that is not called handler.py, config.py, rules.py, …_rules.py, store.py or …_store.py.
LAYER_OF = {
    "content/upload_routes.py": HANDLER,
    "domain/audit.py": RULES,
    "domain/captions.py": RULES,
    "domain/content_paths.py": RULES,
    "domain/courses.py": RULES,
    "domain/enrollments/admission.py": RULES,
    "domain/enrollments/bulk.py": RULES,
    "domain/enrollments/counting.py": RULES,
    "domain/enrollments/guards.py": RULES,
    "domain/enrollments/model.py": RULES,
    "domain/enrollments/results.py": RULES,
    "domain/enrollments/rush.py": RULES,
    "domain/enrollments/seats.py": RULES,
    "domain/enrollments/views.py": RULES,
    "domain/enrollments/withdrawals.py": RULES,
    "domain/files/encodings.py": RULES,
    "domain/files/names.py": RULES,
    "domain/lesson_content.py": RULES,
    "domain/multiparts.py": RULES,
    "domain/people/erasure.py": RULES,
    "domain/people/profiles.py": RULES,
    "domain/people/revocations.py": RULES,
    "domain/people/second_factors.py": RULES,
    "domain/people/tombstones.py": RULES,
    "domain/people/user_pool.py": RULES,
    "domain/permissions.py": RULES,
    "domain/rosters/contacts.py": RULES,
    "domain/rosters/hidden.py": RULES,
    "domain/search/entries.py": RULES,
    "domain/search/words.py": RULES,
    "domain/course_size.py": RULES,
    "domain/staff.py": RULES,
    "domain/positions/folding.py": RULES,
    "domain/positions/model.py": RULES,
    "domain/runtime/model.py": RULES,
    "enrollment/address_column.py": RULES,
    "enrollment/address_text.py": RULES,
    "enrollment/invisible.py": RULES,
    "enrollment/roster_csv.py": HANDLER,
    "enrollment/roster_import.py": RULES,
    "enrollment/roster_rows.py": RULES,
    "enrollment/table_cells.py": RULES,
    "enrollment/table_text.py": RULES,
    "events/outbox.py": STORE,
    "events/statements.py": RULES,
    "identity_triggers/sign_in.py": RULES,
    "identity_triggers/sign_up.py": RULES,
    "identity_triggers/token_groups.py": RULES,
    "packages/archive.py": RULES,
    "packages/articles.py": RULES,
    "packages/kinds.py": RULES,
    "packages/launch.py": RULES,
    "packages/media_types.py": RULES,
    "packages/names.py": RULES,
    "packages/refusals.py": RULES,
    "packages/scorm.py": RULES,
    "profiles/address_lookup.py": RULES,
    "profiles/administrators.py": RULES,
    "profiles/export.py": RULES,
    "profiles/roles.py": RULES,
    "profiles/self_erasure.py": RULES,
    "progress/activities.py": RULES,
    "progress/launches.py": RULES,
    "progress/package_status.py": RULES,
    "progress/positions.py": RULES,
    "uploads/arrival.py": RULES,
    "uploads/caption_text.py": RULES,
}
HTTP = {"toolkit.http", "toolkit.openapi"}
AWS = {"toolkit.clients", "toolkit.dynamo", "toolkit.reads", "toolkit.problems"}
# What a file of a layer never imports.
FORBIDDEN_MODULES = {
    RULES: HTTP | AWS | {"boto3", "botocore", "toolkit.config"},
    STORE: HTTP | {"toolkit.caller", "toolkit.config"},
    CONFIG: HTTP | AWS | {"boto3", "botocore", "toolkit.caller"},
    HANDLER: set[str](),
}
FORBIDDEN_LAYERS = {
    RULES: {STORE, HANDLER, CONFIG},
    STORE: {HANDLER, CONFIG},
    CONFIG: {STORE, HANDLER, RULES},
    HANDLER: set[str](),
}


def name_of(path: Path) -> str:
    return path.relative_to(LAMBDA_SRC).as_posix()


def layer_of(name: str) -> str | None:
    """The layer of a file of a function or of the domain; None if neither its name nor the list says it."""
    stem = name.rpartition("/")[2].removesuffix(".py")
    if stem in (HANDLER, CONFIG):
        return stem
    for layer in (RULES, STORE):
        if stem == layer or stem.endswith(f"_{layer}"):
            return layer
    return LAYER_OF.get(name)


@cache
def imported_modules(path: Path) -> frozenset[str]:
    """The dotted names of the modules that a file imports; `from domain import courses` is `domain.courses`."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            submodules = {f"{node.module}.{alias.name}" for alias in node.names}
            found = {each for each in submodules if file_of(each).exists()}
            names |= found or {node.module}
    return frozenset(names)


def file_of(module: str) -> Path:
    return LAMBDA_SRC / f"{module.replace('.', '/')}.py"


def layered_files() -> list[Path]:
    """Every file of the functions and of the domain but the packages' own docstrings."""
    folders = [f"lambda_src/{name}" for name in sorted({*FUNCTIONS, "domain"})]
    return [path for path in python_files(*folders) if path.name != "__init__.py"]


def wrong_imports(path: Path) -> set[str]:
    layer = layer_of(name_of(path))
    assert layer is not None, f"{name_of(path)}: name it by its layer, or add it to LAYER_OF"
    wrong = set()
    for module in imported_modules(path):
        if module in FORBIDDEN_MODULES[layer] or module.partition(".")[0] in FORBIDDEN_MODULES[layer]:
            wrong.add(module)
        file = file_of(module)
        of_toolkit = module.partition(".")[0] == "toolkit"
        if file.exists() and not of_toolkit and layer_of(name_of(file)) in FORBIDDEN_LAYERS[layer]:
            wrong.add(module)
    return wrong


@pytest.mark.parametrize("path", layered_files(), ids=name_of)
def test_a_file_imports_only_what_its_layer_may(path: Path) -> None:
    wrong = wrong_imports(path)
    assert not wrong, f"{name_of(path)} ({layer_of(name_of(path))}) must not import {sorted(wrong)}"


def test_the_list_names_only_files_that_need_it() -> None:
    names = {name_of(path) for path in layered_files()}
    assert names >= LAYER_OF.keys(), f"{LAYER_OF.keys() - names} are gone"
    conventional = {"handler.py", "config.py", "rules.py", "store.py"}
    assert not {name for name in LAYER_OF if name.rpartition("/")[2] in conventional}


def test_packages_only_have_a_docstring() -> None:
    """But `toolkit`, which sets what must be set before any function's large imports."""
    for path in python_files("lambda_src"):
        if path.name == "__init__.py" and path.parent.name != "toolkit":
            assert len(parsed(path).body) == 1, f"{name_of(path)}: code belongs in a file with a layer"
