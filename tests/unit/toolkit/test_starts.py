"""What the start of a function does besides importing."""

import subprocess
import sys
from pathlib import Path

from benchmarks.operations.own_code import runtime_folder, unpacked

_COLLECTIONS = "import gc; print(sum(generation['collections'] for generation in gc.get_stats()))"


def _collections(code: str, *folders: Path) -> int:
    path = ":".join(str(folder) for folder in (*folders, runtime_folder()))
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"{code}\n{_COLLECTIONS}"],
        env={"PYTHONPATH": path, "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def test_a_start_hardly_looks_for_garbage(tmp_path: Path) -> None:
    """There is none yet, and with Python's usual settings looking takes a fifth of the start."""
    client = "boto3.client('dynamodb')"
    usual = _collections(f"import boto3\n{client}")
    of_a_function = _collections(
        f"from toolkit import clients\nclients.dynamodb()\nimport boto3\n{client}",
        unpacked("profiles", tmp_path),
    )
    assert usual > 100
    assert of_a_function < usual / 3
