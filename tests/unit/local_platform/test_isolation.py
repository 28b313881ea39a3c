"""The local platform and its tests use neither a proxy on the way to this machine nor the user's AWS configuration."""

import os
import sys
import urllib.request
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ConfigParseError, ProfileNotFound

import local_platform.__main__ as command
from local_platform.aws import client
from local_platform.isolation import bypass_proxies, isolate, remove_aws_configuration
from local_platform.platform import Platform

LOCAL = "127.0.0.1,localhost,.localhost"


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own configuration file, which cannot be parsed."""
    file = tmp_path / "config"
    file.write_text("[profile\nregion")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    return file


class TestProxies:
    @pytest.mark.parametrize(
        ("variables", "expected"),
        [
            ({}, LOCAL),
            ({"NO_PROXY": "intranet"}, f"intranet,{LOCAL}"),
            ({"no_proxy": "intranet"}, f"intranet,{LOCAL}"),
            ({"no_proxy": "a, b", "NO_PROXY": "b,c"}, f"a,b,c,{LOCAL}"),
            ({"no_proxy": "localhost,a"}, "localhost,a,127.0.0.1,.localhost"),
            ({"no_proxy": "", "NO_PROXY": "*"}, "*"),
        ],
    )
    def test_both_spellings_have_one_list(self, variables: dict[str, str], expected: str) -> None:
        bypass_proxies(variables)
        assert variables == {"no_proxy": expected, "NO_PROXY": expected}

    @pytest.mark.parametrize("theirs", ["intranet", "*", ""])
    def test_python_goes_to_this_machine_itself(self, theirs: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
        monkeypatch.setenv("no_proxy", theirs)
        monkeypatch.setenv("NO_PROXY", "")
        bypass_proxies(os.environ)
        for host in ("127.0.0.1:4566", "localhost:4566", "files.localhost:4566"):
            assert urllib.request.proxy_bypass(host), host


class TestAwsConfiguration:
    def test_nothing_of_it_is_left(self) -> None:
        variables = {
            "AWS_PROFILE": "prod",
            "AWS_ENDPOINT_URL": "https://x",
            "AWS_REGION": "x",
            "PATH": "/bin",
        }
        remove_aws_configuration(variables)
        assert variables == {
            "PATH": "/bin",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def test_a_profile_that_does_not_exist_is_not_asked_for(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_PROFILE", "nosuch")
        platform = Platform(tmp_path, 1, tmp_path / "local.json")
        with pytest.raises(ProfileNotFound):
            client(platform, "sts")
        isolate(os.environ)
        assert client(platform, "sts").meta.endpoint_url == platform.endpoint

    def test_a_file_that_cannot_be_parsed_is_not_read(self, broken: Path) -> None:
        with pytest.raises(ConfigParseError):
            boto3.Session().client("sts", region_name="us-east-1")
        isolate(os.environ)
        boto3.Session().client("sts", region_name="us-east-1").close()

    def test_the_programs_of_the_platform_read_none(self, tmp_path: Path, broken: Path) -> None:
        """Terraform among them."""
        variables = Platform(tmp_path, 1, tmp_path / "local.json").variables()
        assert variables["AWS_CONFIG_FILE"] == variables["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull

    def test_each_command_isolates_itself_first(
        self,
        tmp_path: Path,
        broken: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("EDUCATION_LOCAL_HOME", str(tmp_path / "home"))
        for name in ("AWS_PROFILE", "NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "nosuch")
        monkeypatch.setattr(sys, "argv", ["local_platform", "status"])
        command.main()
        assert "does not run" in capsys.readouterr().out
        assert "AWS_PROFILE" not in os.environ
        assert os.environ["AWS_CONFIG_FILE"] == os.devnull
        assert os.environ["no_proxy"] == os.environ["NO_PROXY"] == f"nosuch,{LOCAL}"

    def test_a_test_does_not_see_the_configuration_of_its_caller(self) -> None:
        assert os.environ["AWS_CONFIG_FILE"] == os.devnull or os.environ.get("EDUCATION_OUTPUTS")
