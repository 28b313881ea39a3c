"""The copies of the repository in which pipeline tests run jobs: they use what is installed and change none of it."""

import json
from pathlib import Path

import pytest

from tests.pipeline.account import check_out
from tools.support.paths import ROOT


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy as a job gets it."""
    return check_out(tmp_path_factory.mktemp("machine"))


def test_a_copy_uses_every_installed_package(copy: Path) -> None:
    """A build that misses one would run `npm ci`, which empties the folder that the link leads to."""
    workspaces = json.loads((ROOT / "package.json").read_text())["workspaces"]
    for folder in (".venv", "node_modules", *(f"{name}/node_modules" for name in workspaces)):
        if (ROOT / folder).is_dir():
            assert (copy / folder).resolve() == ROOT / folder


def test_a_copy_has_the_files_of_the_repository_and_no_link_to_them(copy: Path) -> None:
    """A test changes files of a copy."""
    for name in ("api/openapi.yaml", "lambda_src/catalog/handler.py", "environments/prod.toml"):
        assert (copy / name).read_bytes() == (ROOT / name).read_bytes()
        assert (copy / name).resolve() == copy.resolve() / name
