"""Bundles: the same bytes anywhere, nothing but what a function needs, and enough to run by themselves."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest

from education.errors import UserError
from education.functions.bundling import BUILD, REQUIREMENTS, SOURCES, Bundle, bundle, function_names
from education.functions.dependencies import install_dependencies

FUNCTIONS = (
    *("admissions", "catalog", "content", "enrollment", "erasure", "events", "followups"),
    *("identity_triggers", "packages", "profiles", "progress", "sweep", "uploads"),
)
# What the Lambda runtime ships beside the standard library.
RUNTIME_MODULES = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
MOST_BYTES = 1_000_000

# Gives every declared variable a value of its form, then imports the handler as Lambda would.
IMPORT_HANDLER = """
import dataclasses, importlib, os, sys, typing
name, *folders = sys.argv[1:]
sys.path[:0] = folders
samples = {str: "x", int: "1", bool: "true", tuple[str, ...]: "https://x", dict[str, str]: '{"a": "b"}'}
config = importlib.import_module(name + ".config").Config
for field, wanted in typing.get_type_hints(config).items():
    os.environ[field.upper()] = samples[wanted]
handler = importlib.import_module(name + ".handler").handler
assert callable(handler)
for module in list(sys.modules.values()):
    file = getattr(module, "__file__", None) or ""
    assert "site-packages" not in file, file
"""


@pytest.fixture(scope="session")
def bundles() -> dict[str, Bundle]:
    return {name: bundle(name) for name in function_names()}


def names_in(built: Bundle) -> list[str]:
    with zipfile.ZipFile(built.path) as archive:
        return archive.namelist()


def test_every_function_is_known() -> None:
    assert function_names() == FUNCTIONS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_bundle_has_what_is_needed_and_nothing_else(bundles: dict[str, Bundle], name: str) -> None:
    names = names_in(bundles[name])
    tops = {entry.split("/")[0] for entry in names}
    allowed = {name, "toolkit", "domain", "api.json", "fastjsonschema"}
    if name == "packages":
        allowed |= {"defusedxml"}
    if name == "uploads":
        allowed |= {"webvtt"}
    assert tops <= allowed
    assert all(entry.endswith(".py") or entry == "api.json" for entry in names)
    assert not any("test" in entry.split("/")[-1] or "__pycache__" in entry for entry in names)
    assert names == sorted(names)
    assert bundles[name].path.stat().st_size <= MOST_BYTES
    if name in ("identity_triggers", "uploads"):
        assert "api.json" not in names
        assert "fastjsonschema" not in tops


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_handler_is_imported_from_its_own_zip_with_nothing_but_the_runtime(
    bundles: dict[str, Bundle], tmp_path: Path, name: str
) -> None:
    runtime, unpacked = tmp_path / "runtime", tmp_path / "task"
    runtime.mkdir()
    for module in RUNTIME_MODULES:
        spec = find_spec(module)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (runtime / source.name).symlink_to(source)
    with zipfile.ZipFile(bundles[name].path) as archive:
        archive.extractall(unpacked)
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", IMPORT_HANDLER, name, str(unpacked), str(runtime)],
        capture_output=True,
        text=True,
        # The runtime names the region, and a handler may make its clients while it is imported.
        env={"PATH": os.environ.get("PATH", ""), "AWS_DEFAULT_REGION": "us-east-1"},
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_the_hashes_are_those_of_the_bytes(bundles: dict[str, Bundle]) -> None:
    built = bundles["catalog"]
    digest = hashlib.sha256(built.path.read_bytes())
    assert built.digest == digest.hexdigest()
    assert built.source_code_hash == base64.b64encode(digest.digest()).decode()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The functions' sources elsewhere, at another time, with other permissions, and used already."""
    sources = tmp_path / "elsewhere" / "lambda_src"
    shutil.copytree(SOURCES, sources, ignore=shutil.ignore_patterns("__pycache__"))
    for number, path in enumerate(sorted(sources.rglob("*.py"), reverse=True)):
        path.chmod(0o600)
        os.utime(path, (1_000_000_000 + number, 1_000_000_000 + number))
    cache = sources / "catalog" / "__pycache__"
    cache.mkdir()
    (cache / "handler.cpython-311.pyc").write_bytes(b"compiled")
    (sources / "catalog" / ".handler.py.swp").write_bytes(b"an editor's")
    return sources


@pytest.fixture
def elsewhere(copy: Path, tmp_path: Path) -> Path:
    """Another build folder, with the dependencies in place."""
    build = tmp_path / "build"
    (build / "dependencies").mkdir(parents=True)
    installed = install_dependencies(SOURCES / REQUIREMENTS, BUILD)
    shutil.copytree(installed, build / "dependencies" / installed.name)
    return build


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_same_sources_give_the_same_bytes(
    bundles: dict[str, Bundle], copy: Path, elsewhere: Path, name: str
) -> None:
    again = bundle(name, sources=copy, build=elsewhere)
    assert again.path.read_bytes() == bundles[name].path.read_bytes()
    assert again.source_code_hash == bundles[name].source_code_hash


@pytest.mark.parametrize(
    "left",
    [
        *(
            ".#handler.py",
            "._handler.py",
            "#handler.py",
            ".handler.py",
            ".ipynb_checkpoints/handler-checkpoint.py",
        ),
        *(
            "handler (conflicted copy 2026-11-26).py",
            "handler-DESKTOP-7.py",
            "handler 2.py",
            "Kopie von handler.py",
        ),
        *(
            "handler.sync-conflict-20261126-101010.py",
            "rules.orig.py",
            ".trash/rules.py",
            "__pycache__/rules.py",
        ),
    ],
)
def test_what_editors_and_synchronised_folders_leave_is_in_no_bundle(
    bundles: dict[str, Bundle], copy: Path, elsewhere: Path, left: str
) -> None:
    file = copy / "catalog" / left
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"\x00\x05\x16\x07 no Python")
    assert bundle("catalog", sources=copy, build=elsewhere).digest == bundles["catalog"].digest


def test_the_lock_of_an_editor_points_nowhere(
    bundles: dict[str, Bundle], copy: Path, elsewhere: Path
) -> None:
    (copy / "catalog" / ".#handler.py").symlink_to("teacher@laptop.4711")
    assert bundle("catalog", sources=copy, build=elsewhere).digest == bundles["catalog"].digest


@pytest.mark.parametrize("folder", ["catalog copy", ".catalog", "catalog (1)", "catalog-PC7"])
def test_a_copy_of_a_functions_folder_is_no_function(copy: Path, folder: str) -> None:
    shutil.copytree(copy / "catalog", copy / folder)
    assert function_names(copy) == FUNCTIONS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_line_ends_of_a_checkout_change_no_bundle(
    bundles: dict[str, Bundle], copy: Path, elsewhere: Path, name: str
) -> None:
    for path in copy.rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert bundle(name, sources=copy, build=elsewhere).digest == bundles[name].digest


def test_a_changed_or_renamed_source_is_another_bundle(copy: Path, elsewhere: Path) -> None:
    def digest() -> str:
        return bundle("catalog", sources=copy, build=elsewhere).digest

    extra = copy / "catalog" / "extra.py"
    seen = [digest()]
    extra.write_text("x = 1\n")
    seen.append(digest())
    extra.write_text("x = 2\n")
    seen.append(digest())
    extra.rename(copy / "catalog" / "other.py")
    seen.append(digest())
    assert len(set(seen)) == 4
    (copy / "catalog" / "other.py").unlink()
    assert digest() == seen[0]


def test_a_shared_module_that_nothing_imports_changes_no_bundle(copy: Path, elsewhere: Path) -> None:
    before = bundle("uploads", sources=copy, build=elsewhere)
    (copy / "toolkit" / "http.py").write_text("x = 1\n")
    assert bundle("uploads", sources=copy, build=elsewhere) == before


def test_a_bundle_is_rewritten_only_when_its_inputs_changed(copy: Path, elsewhere: Path) -> None:
    first = bundle("uploads", sources=copy, build=elsewhere)
    written = first.path.stat().st_mtime_ns
    assert bundle("uploads", sources=copy, build=elsewhere) == first
    assert first.path.stat().st_mtime_ns == written
    first.path.write_bytes(b"broken off half-way")
    assert bundle("uploads", sources=copy, build=elsewhere) == first
    assert hashlib.sha256(first.path.read_bytes()).hexdigest() == first.digest


def test_bundles_may_be_built_at_the_same_time(copy: Path, elsewhere: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        built = list(threads.map(lambda _: bundle("uploads", sources=copy, build=elsewhere), range(16)))
    assert len(set(built)) == 1
    assert [path.name for path in (elsewhere / "functions").iterdir()] == ["uploads.zip"]


def test_an_unknown_function_is_refused() -> None:
    with pytest.raises(UserError, match="there is no function 'catalogue'"):
        bundle("catalogue")


@pytest.mark.parametrize(
    "requirement", ["fastjsonschema==2.22.3", f"fastjsonschema==2.22.3 --hash=sha256:{'0' * 64}"]
)
def test_dependencies_that_cannot_be_installed_are_reported_in_one_sentence(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, requirement: str
) -> None:
    for name, value in {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
        "PIP_NO_CACHE_DIR": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    (copy / "requirements.txt").write_text(requirement + "\n")
    with pytest.raises(UserError, match=r"dependencies .* could not be installed") as refusal:
        bundle("catalog", sources=copy, build=tmp_path / "build")
    assert "\n" not in str(refusal.value)
    assert list((tmp_path / "build" / "dependencies").iterdir()) == []
    assert not (tmp_path / "build" / "functions").exists()


def test_a_function_that_is_not_python_is_named_with_its_line(copy: Path, elsewhere: Path) -> None:
    (copy / "catalog" / "table.py").write_text("def tables(\n")
    with pytest.raises(UserError, match=r"^catalog/table\.py:1 is not valid Python \(.*\): correct it"):
        bundle("catalog", sources=copy, build=elsewhere)
