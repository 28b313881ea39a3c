"""Measures the time in our own code per request: each handler runs from its zip and gets prepared answers of AWS."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3

from benchmarks.operations.requests import requests
from benchmarks.operations.scenario import ENVIRONMENT, answers, stored_items
from education.errors import UserError
from education.functions.bundling import bundle

PROBE = Path(__file__).with_name("handler_probe.py")


@dataclass(frozen=True)
class Timing:
    """The seconds of each run of one request: `total` includes botocore, `own` does not."""

    function: str
    label: str
    total: list[float]
    own: list[float]


def measure(runs: int) -> list[Timing]:
    """Send every request `runs` times."""
    return [timing for function in requests() for timing in of_function(function, runs)]


def percentile(seconds: list[float], percent: int) -> float:
    """A percentile (1 to 99) of some seconds."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]


def unpacked(function: str, folder: Path) -> Path:
    """Unpack a function's zip below `folder`, as Lambda does, and return the new folder."""
    task = folder / function
    with zipfile.ZipFile(bundle(function).path) as archive:
        archive.extractall(task)
    return task


def of_function(function: str, runs: int) -> Iterator[Timing]:
    """Send every request of one function `runs` times."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        task = unpacked(function, folder)
        scenario = folder / "scenario.json"
        scenario.write_text(
            json.dumps({"items": stored_items(), "answers": answers(), "requests": requests()[function]})
        )
        done = subprocess.run(
            [sys.executable, "-S", "-B", str(PROBE), function, str(scenario), str(runs)],
            env={
                "PATH": os.environ.get("PATH", ""),
                "PYTHONPATH": f"{task}:{runtime_folder()}",
                **ENVIRONMENT,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise UserError(f"the probe of {function} failed: {done.stderr[-2000:]}")
        for line in done.stdout.splitlines():
            yield Timing(function=function, **json.loads(line))


def runtime_folder() -> Path:
    """The folder that has boto3, which is part of the Lambda runtime."""
    return Path(boto3.__file__).parent.parent
