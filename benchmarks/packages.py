"""The command `python -m benchmarks.packages`: what it takes to unpack a large package, and to serve a file of one.

It needs a running local platform: the one of EDUCATION_OUTPUTS, or of outputs/local.json. With `--write` the figures
replace the section "Packages" of benchmarks/results.md.
"""

import argparse
import http.client
import random
import re
import statistics
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.report import verdict, write_section
from benchmarks.throughput import running_platform
from education.errors import UserError
from tests.integration.support.course_helpers import (
    content_of,
    lesson,
    new_course,
    send_file,
    upload,
    upload_package,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import INSTRUCTORS, People, Person
from tests.package_zips import PAGE, zip_of
from tools.support.command_line import command_line

RESULTS = Path(__file__).with_name("results.md")
HEADING = "# Packages"
FILES, FILE_BYTES = 1_000, 100_000
MOST_SECONDS, MOST_MIB = 60.0, 256
MOST_SHARE = 1.2
SERVED_BYTES = 20_000
_LOOK_SECONDS = 0.05
_MOST_WAITING_SECONDS = 600


@dataclass(frozen=True)
class Unpacking:
    """One package that was unpacked: from the end of its upload to `ready`, and the most memory of the function."""

    seconds: float
    mebibytes: float | None


def main() -> None:
    """Parse the arguments, measure, report."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.packages",
        description=(
            "Measures how long a running local platform takes to unpack a package of 100 MB and 1,000 files, and to "
            "serve a file of a package, compared with a plain file."
        ),
    )
    parser.add_argument("--runs", type=int, default=300, help="number of requests of each kind (300)")
    parser.add_argument("--rounds", type=int, default=3, help="number of packages that are unpacked (3)")
    parser.add_argument("--write", action="store_true", help=f"replace the section in {RESULTS.name}")
    arguments = parser.parse_args()
    if min(arguments.runs, arguments.rounds) < 1:
        parser.error("--runs and --rounds must be at least 1")
    deployed = running_platform()
    if not deployed.is_local:
        raise UserError("this measures a local platform; the outputs are those of an environment on AWS.")
    owner = People(deployed).new(INSTRUCTORS)
    section = as_text(
        measure_unpacking(deployed, owner, arguments.rounds), measure_serving(deployed, owner, arguments.runs)
    )
    deployed.close()
    print(section)
    if arguments.write:
        write_section(RESULTS, HEADING, section, command="python -m benchmarks.packages --write")


def as_text(unpackings: Sequence[Unpacking], served: Mapping[str, list[float]]) -> str:
    """Two Markdown tables: unpacking, and serving. `served` has the seconds of each request, the plain file first."""
    seconds = statistics.median(each.seconds for each in unpackings)
    measured = [each.mebibytes for each in unpackings if each.mebibytes is not None]
    most = max(measured, default=None)
    memory = "not measured" if most is None else f"{most:.0f} MiB"
    is_small = "" if most is None else verdict(most <= MOST_MIB)
    size = f"{FILES * FILE_BYTES / 10**6:.0f} MB in {FILES:,} files"
    lines = [
        f"Unpacking {size}, {len(unpackings)} times: from the end of the upload until the lesson is ready.",
        "The memory is the most that the function's process had, on Linux.",
        "",
        "| what | allowed | measured | |",
        "|---|---:|---:|---|",
        f"| seconds (median) | ≤ {MOST_SECONDS:.0f} s | {seconds:.1f} s | {verdict(seconds <= MOST_SECONDS)} |",
        f"| memory (most) | ≤ {MOST_MIB} MiB | {memory} | {is_small} |",
        "",
        f"Serving a file of {SERVED_BYTES // 1000} kB, in turns over connections that stay open.",
        f"Goal: below `/p/` ≤ {MOST_SHARE:g} times a plain file (medians).",
        "",
        "| file | p50 | p99 | of a plain file | |",
        "|---|---:|---:|---:|---|",
    ]
    plain = statistics.median(next(iter(served.values())))
    for label, found in served.items():
        share = statistics.median(found) / plain
        is_met = verdict(share <= MOST_SHARE) if "/p/" in label else ""
        p99 = statistics.quantiles(found, n=100, method="inclusive")[98] if len(found) > 1 else found[0]
        row = f"{statistics.median(found) * 1000:.2f} ms | {p99 * 1000:.2f} ms | {share:.2f}"
        lines.append(f"| {label} | {row} | {is_met} |")
    return "\n".join(lines) + "\n"


def measure_unpacking(deployed: Deployed, owner: Person, rounds: int) -> list[Unpacking]:
    """Upload the same large package to a lesson, again and again."""
    noise = random.Random(1)  # noqa: S311 - bytes that cannot be compressed, no secret
    files: dict[str, bytes | str] = {
        f"media/{number}.png": noise.randbytes(FILE_BYTES) for number in range(FILES - 1)
    }
    package = zip_of({"index.html": PAGE, **files}, method=zipfile.ZIP_DEFLATED)
    course_id = new_course(owner, status="draft", lessons={"large": lesson("interactive")})
    return [_unpack(deployed, owner, course_id, package, number) for number in range(rounds)]


def _unpack(deployed: Deployed, owner: Person, course_id: str, package: bytes, number: int) -> Unpacking:
    name = f"large-{number}.zip"
    form = owner.post(
        f"/courses/{course_id}/lessons/large/upload", {"mediaType": "application/zip", "fileName": name}
    )
    with _Memory(deployed) as memory:
        answer = send_file(deployed, form, package)
        if not answer.ok:
            raise UserError(f"the package could not be uploaded: {answer.status_code} {answer.text[:200]}")
        begun = time.perf_counter()
        while time.perf_counter() < begun + _MOST_WAITING_SECONDS:
            content = content_of(owner, course_id, "large")
            if content["state"] == "failed":
                raise UserError(f"the package was refused: {content['detail']}")
            if content["state"] == "ready" and content.get("fileName") == name:
                return Unpacking(time.perf_counter() - begun, memory.most)
            time.sleep(_LOOK_SECONDS)
    raise UserError(f"the package was not ready after {_MOST_WAITING_SECONDS} s.")


class _Memory:
    """Looks at the processes that run the function on this machine, as long as it is open.

    Attributes:
        most: MiB of the largest one so far; None if the system does not tell.
    """

    def __init__(self, deployed: Deployed) -> None:
        # The emulator runs each function in a folder of this name, below the platform's own.
        port = urlsplit(deployed.outputs["aws_endpoint_url"]).port
        self._function = f"lambda-education-packages-{deployed.outputs['environment_suffix']}"
        self._emulator = f"GATEWAY_PORT={port}\0".encode()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.most: float | None = None

    def __enter__(self) -> "_Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ends.wait(_LOOK_SECONDS):
            for process in Path("/proc").glob("[0-9]*"):
                found = self._memory_of(process)
                self.most = max(self.most or 0.0, found) if found is not None else self.most

    def _memory_of(self, process: Path) -> float | None:
        try:
            if self._function not in str((process / "cwd").readlink()):
                return None
            if self._emulator not in (process / "environ").read_bytes():
                return None  # of another platform on this machine
            most = re.search(r"VmHWM:\s+(\d+)", (process / "status").read_text())
        except OSError:  # it has ended
            return None
        return int(most[1]) / 1024 if most else None


def measure_serving(deployed: Deployed, owner: Person, runs: int) -> dict[str, list[float]]:
    """The seconds of each request: a plain file first, then others of the same size, in turns."""
    content = random.Random(2).randbytes(SERVED_BYTES)  # noqa: S311 - the same in each run, no secret
    lessons = {
        "plain": lesson("video"),
        "premium": lesson("video", premium=True),
        "package": lesson("interactive", premium=True),
    }
    course_id = new_course(owner, lessons=lessons)
    for lesson_id in ("plain", "premium"):
        upload(deployed, owner, course_id, lesson_id, content)
    upload_package(
        deployed, owner, course_id, "package", zip_of({"index.html": PAGE, "media/film.mp4": content})
    )
    urls = {each: owner.get(f"/courses/{course_id}/lessons/{each}/content")["url"] for each in lessons}
    kinds = {
        "plain": urls["plain"],
        "plain, premium (signed link)": urls["premium"],
        "of a package, below `/p/`": urls["package"].replace("index.html", "media/film.mp4"),
    }
    readers = {label: _reader(url) for label, url in kinds.items()}
    taken: dict[str, list[float]] = {label: [] for label in kinds}
    for turn in range(runs + 10):  # the first ten fill caches
        for label, read in readers.items():
            begun = time.perf_counter()
            length = read()
            seconds = time.perf_counter() - begun
            if length != SERVED_BYTES:
                raise UserError(f"a file has {length} bytes, not {SERVED_BYTES}: {label}")
            if turn >= 10:
                taken[label].append(seconds)
    return taken


def _reader(url: str) -> Callable[[], int]:
    """Reads a URL over a connection of its own that stays open; returns the length of the body."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    path = url.partition(parts.netloc)[2]

    def read() -> int:
        connection.request("GET", path, headers={"Host": parts.netloc})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise UserError(f"{path.partition('?')[0]} answers {answer.status}")
        return len(body)

    return read


if __name__ == "__main__":
    sys.exit(command_line(main))
