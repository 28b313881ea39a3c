"""Where a platform is, which folders it refuses, and one command at a time."""

from pathlib import Path

import pytest

from education.errors import UserError
from local_platform.down import down
from local_platform.platform import Platform, current_platform
from tools.support.paths import ROOT


def test_by_default_it_is_in_the_checkout() -> None:
    platform = current_platform({})
    assert platform == Platform(ROOT / ".local", 4566, ROOT / "outputs" / "local.json")


def test_variables_move_all_of_it(tmp_path: Path) -> None:
    platform = current_platform({"EDUCATION_LOCAL_HOME": str(tmp_path), "EDUCATION_LOCAL_PORT": "4567"})
    assert platform == Platform(tmp_path, 4567, tmp_path / "outputs" / "local.json")
    assert platform.settings.local_endpoint == "http://127.0.0.1:4567"


@pytest.mark.parametrize("port", ["0", "65536", "x"])
def test_an_invalid_port_is_refused(port: str) -> None:
    with pytest.raises(UserError, match="EDUCATION_LOCAL_PORT is"):
        current_platform({"EDUCATION_LOCAL_PORT": port})


def test_one_command_at_a_time(platform: Platform) -> None:
    with (
        platform.locked(),
        pytest.raises(UserError, match=r"another command .* is at work"),
        platform.locked(),
    ):
        pass


def test_a_command_that_made_nothing_leaves_nothing(platform: Platform) -> None:
    with platform.locked():
        assert platform.home.exists()
    assert not platform.home.exists()


@pytest.mark.parametrize("home", [ROOT, ROOT.parent, Path("/")])
def test_the_project_folder_is_refused(home: Path) -> None:
    platform = current_platform({"EDUCATION_LOCAL_HOME": str(home)})
    with pytest.raises(UserError, match="contains the project itself: name an empty"), platform.locked():
        pass
    with pytest.raises(UserError, match="contains the project itself"):
        down(platform)


@pytest.mark.parametrize("theirs", ["thesis.txt", "lock"])
def test_a_folder_with_other_files_is_neither_used_nor_removed(platform: Platform, theirs: str) -> None:
    platform.home.mkdir()
    (platform.home / theirs).write_text("years of work")
    with pytest.raises(UserError, match="contains other files than a platform's"), platform.locked():
        pass
    with pytest.raises(UserError, match="contains other files than a platform's"):
        down(platform)
    assert [path.name for path in platform.home.iterdir()] == [theirs]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    platform = current_platform({"EDUCATION_LOCAL_HOME": str(tmp_path / "file")})
    with pytest.raises(UserError, match="is not a folder"), platform.locked():
        pass


def test_variables_of_a_real_account_are_left_out(platform: Platform) -> None:
    foreign = {
        "AWS_PROFILE": "prod",
        "AWS_REGION": "eu-west-1",
        "TERRAFORM_STATE_BUCKET": "real",
        "PATH": "/bin",
    }
    variables = platform.variables(foreign)
    assert variables["AWS_ACCESS_KEY_ID"] == platform.keys.access_key
    assert variables["PATH"] == "/bin"
    assert not {"AWS_PROFILE", "AWS_REGION", "TERRAFORM_STATE_BUCKET"} & set(variables)
