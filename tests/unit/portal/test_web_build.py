"""The portal's files are built once for their inputs, and the same inputs give the same bytes."""

import shutil
from pathlib import Path

import pytest

from education.errors import UserError
from education.portal.web_build import PROJECT_ROOT, SOURCES, built, files


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A copy of the portal's sources, with the packages of this checkout."""
    copy = tmp_path / "portal"
    shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns("node_modules"))
    for place in ("node_modules", "portal/node_modules"):
        if (PROJECT_ROOT / place).exists():
            (tmp_path / place).symlink_to(PROJECT_ROOT / place)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PROJECT_ROOT / name, tmp_path / name)
    return copy


def content(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files(folder)}


def test_the_same_sources_give_the_same_bytes_in_another_folder(workspace: Path, tmp_path: Path) -> None:
    here = built("player")
    there = built("player", sources=workspace, build=tmp_path / "build")
    assert "index.html" in files(here)
    assert content(here) == content(there)
    assert here.name == there.name


def test_a_changed_source_is_built_anew(workspace: Path, tmp_path: Path) -> None:
    before = built("player", sources=workspace, build=tmp_path / "build")
    page = workspace / "player" / "index.html"
    page.write_text(page.read_text().replace("<title>", "<title>Changed "))
    after = built("player", sources=workspace, build=tmp_path / "build")
    assert after != before
    assert b"Changed" in content(after)["index.html"]


def test_sources_that_do_not_build_are_one_clear_error(workspace: Path, tmp_path: Path) -> None:
    (workspace / "player" / "src" / "main.ts").write_text("const = 1;\n")
    with pytest.raises(UserError, match="the portal could not be built"):
        built("player", sources=workspace, build=tmp_path / "build")
    assert list((tmp_path / "build" / "portal" / "player").iterdir()) == []
