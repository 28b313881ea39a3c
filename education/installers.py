"""How uv, pip and npm install what a pinned file says, into the folder that is named, and nothing else.

uv takes a sixth of pip's time for this project's packages. pip installs where uv does not come through.

A person's own settings (variables, pip.conf, .npmrc) may send an installation elsewhere (PIP_TARGET, `user = true`,
`global=true`) or install nothing (`dry-run`). Those are left out. What says where packages come from stays: index,
proxy, certificates. Standard library only, because the installer uses it before anything is installed.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# https://pip.pypa.io/en/stable/topics/configuration/: a long option's name; a variable is PIP_ and the same name.
PIP_KEPT = (
    *("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "keyring-provider"),
    *("proxy", "cert", "client-cert", "timeout", "default-timeout", "retries", "use-feature"),
    *("cache-dir", "no-cache-dir"),
)
# https://docs.astral.sh/uv/reference/environment/: what says where packages come from. The others are left out.
_UV_KEPT = (
    *("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_OFFLINE"),
    *("UV_INSECURE_HOST", "UV_KEYRING_PROVIDER", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS"),
    *("UV_HTTP_TIMEOUT", "UV_HTTP_RETRIES", "UV_CACHE_DIR", "UV_NO_CACHE"),
)
# uv does not read pip's settings. These say the same in both.
_SAME_AS_PIP = {
    "PIP_INDEX_URL": ("UV_DEFAULT_INDEX",),
    "PIP_EXTRA_INDEX_URL": ("UV_INDEX",),
    "PIP_FIND_LINKS": ("UV_FIND_LINKS",),
    "PIP_TRUSTED_HOST": ("UV_INSECURE_HOST",),
    "PIP_CERT": ("SSL_CERT_FILE",),
    "PIP_CLIENT_CERT": ("SSL_CLIENT_CERT",),
    "PIP_PROXY": ("HTTPS_PROXY", "HTTP_PROXY"),
    "PIP_RETRIES": ("UV_HTTP_RETRIES",),
    "PIP_NO_CACHE_DIR": ("UV_NO_CACHE",),
}
# https://docs.npmjs.com/cli/v10/using-npm/config
NPM_KEPT = (
    *("registry", "userconfig", "globalconfig", "cache", "proxy", "https-proxy", "noproxy"),
    *("cafile", "ca", "cert", "key", "strict-ssl", "maxsockets", "fetch-retries", "fetch-timeout"),
)
# What a .npmrc may say otherwise. An option of the command line comes first.
NPM_OPTIONS = (
    *(
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        "--location=project",
        "--global=false",
        "--dry-run=false",
    ),
    *("--package-lock=true", "--package-lock-only=false", "--bin-links=true", "--install-strategy=hoisted"),
    *("--include=prod", "--include=dev", "--include=optional", "--include=peer"),
    "--ignore-scripts=true",  # no package of this project needs a script, and a script runs as the person who installs
)
# Runs in the Python that was installed into, and prints what is missing.
_MISSING = """
import re, sys
from importlib.metadata import distributions
from pathlib import Path
from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name as plain
places = {"path": sys.argv[2:]} if sys.argv[2:] else {}
found = {plain(each.metadata["Name"] or ""): each.version for each in distributions(**places)}
for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
    if re.match(r"\\w", line):
        wanted = Requirement(re.split(r"\\s+(?:\\\\|--hash)|\\s#", line)[0])
        if wanted.marker is None or wanted.marker.evaluate():
            version = found.get(plain(wanted.name))
            if version is None or not wanted.specifier.contains(version, prereleases=True):
                print(wanted.name)
"""


def pip_variables(python: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables for `python -I -m pip install`: of pip's settings, those that say where packages come from.

    pip itself is asked, because its settings are in variables and in up to four files.
    """
    asked = subprocess.run(
        [python, "-I", "-m", "pip", "config", "list"],
        env={**variables, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    settings = {name: value for name, value in variables.items() if not name.upper().startswith("PIP_")}
    given = [line.partition("=") for line in asked.stdout.splitlines()]
    for section in ("global.", "install.", ":env:."):  # a later one wins
        for name, _, value in given:
            key = name.removeprefix(section)
            if key != name and key in PIP_KEPT:
                settings["PIP_" + key.upper().replace("-", "_")] = str(ast.literal_eval(value))
    return {**settings, "PIP_CONFIG_FILE": os.devnull}


@dataclass(frozen=True)
class Installation:
    """One way to install: the program's name, the command, and its environment variables."""

    program: str
    command: Sequence[str | Path]
    variables: Mapping[str, str]


def installations(
    python: Path, requirements: Path, variables: Mapping[str, str], target: Path | None = None
) -> list[Installation]:
    """The ways to install the exact hashes of `requirements` for `python`, to be tried in this order.

    Args:
        python: the interpreter of a virtual environment. uv is the one beside it.
        requirements: a pinned file with a hash of each file.
        variables: the caller's environment variables.
        target: a folder to install into, of wheels only; else the virtual environment.
    """
    pip_settings = pip_variables(python, variables)
    pinned: list[str | Path] = ["--require-hashes", "--no-deps", "--requirement", requirements]
    if target is not None:
        pinned = ["--only-binary", ":all:", "--target", target, *pinned]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    # Python compiles what is used at its first use.
    pip: list[str | Path] = [python, "-I", "-m", "pip", "install", *quiet, "--no-compile", *pinned]
    ways = [Installation("pip", pip, pip_settings)]
    uv = python.parent / "uv"
    # pip's `no-index` says that packages come from folders alone.
    if uv.is_file() and "PIP_NO_INDEX" not in pip_settings:
        # Every index is asked, as pip does it: the hashes decide what is taken.
        options = ["--quiet", "--no-config", "--index-strategy", "unsafe-best-match", "--link-mode", "copy"]
        command: list[str | Path] = [uv, "pip", "install", "--python", python, *options, *pinned]
        ways.insert(0, Installation("uv", command, uv_variables(pip_settings)))
    return ways


def uv_variables(pip_settings: Mapping[str, str]) -> dict[str, str]:
    """The variables for `uv pip install`, from those for pip. What is said to uv itself comes first."""
    kept = {
        name: value
        for name, value in pip_settings.items()
        if not name.startswith("PIP_") and (not name.startswith("UV_") or name in _UV_KEPT)
    }
    for name, others in _SAME_AS_PIP.items():
        for other in others:
            if name in pip_settings and not kept.get(other):
                kept[other] = pip_settings[name]
    if not takes_files(Path(kept.get("UV_CACHE_DIR") or Path(kept.get("HOME") or "/", ".cache", "uv"))):
        kept["UV_NO_CACHE"] = "1"
    return kept


def npm_variables(variables: Mapping[str, str], cache: Path) -> dict[str, str]:
    """The variables for npm; `cache` is used where HOME cannot hold one."""

    def stays(name: str) -> bool:
        setting = name.lower()
        if not setting.startswith("npm_config_"):
            return True
        key = setting.removeprefix("npm_config_")
        return "//" in key or "@" in key or key.replace("_", "-") in NPM_KEPT

    kept = {name: value for name, value in variables.items() if stays(name)}
    if "npm_config_cache" not in {name.lower() for name in kept} and not takes_files(
        Path(variables.get("HOME") or "/", ".npm")
    ):
        kept["npm_config_cache"] = str(cache)
    return kept


def missing_python_packages(python: Path, requirements: Path, folder: Path | None = None) -> list[str]:
    """The packages of a pinned file that are not installed for `python` (or in `folder`), in their versions."""
    places = [] if folder is None else [str(folder)]
    asked = subprocess.run(
        [python, "-I", "-c", _MISSING, requirements, *places],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return asked.stdout.split() if asked.returncode == 0 else ["pip"]


def missing_node_packages(folder: Path) -> list[str]:
    """The packages of package-lock.json in `folder` that are not in its node_modules, in their versions."""
    packages = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    missing = []
    for place, wanted in packages.items():
        if place and not wanted.get("optional") and not wanted.get("link"):
            try:
                found = json.loads((folder / place / "package.json").read_text(encoding="utf-8"))["version"]
            except (OSError, ValueError, KeyError):
                found = None
            if found != wanted.get("version"):
                missing.append(place.removeprefix("node_modules/"))
    return missing


def takes_files(folder: Path) -> bool:
    """Whether a folder, which need not exist yet, can be made and written to. Leaves nothing behind.

    It is tried, because the mode of a folder does not tell: not in /proc, and not on a read-only disk.
    """
    try:
        there = next(path for path in (folder, *folder.parents) if path.exists())
        Path(tempfile.mkdtemp(dir=there)).rmdir()
    except OSError:
        return False
    return True
