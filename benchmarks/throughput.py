"""The command `python -m benchmarks.throughput`: requests per second through the local API.

The figures to compare with are those of functions that do nothing (benchmarks/floors.py). It needs a running
platform: the one of EDUCATION_OUTPUTS, or of outputs/local.json.
"""

import argparse
import contextlib
import http.client
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.floors import FLOORS, deployed_floor
from benchmarks.operations.own_code import percentile
from benchmarks.report import verdict
from education.errors import UserError
from tests.integration.support.course_helpers import new_course
from tests.integration.support.deployed import OUTPUTS_VARIABLE, Deployed
from tests.integration.support.people import INSTRUCTORS, STUDENTS, People, Person
from tools.support.command_line import command_line
from tools.support.paths import ROOT

LEAST_READ_SHARE = 0.8
SECONDS, CLIENTS = 6.0, 8

# Method, path, body, token.
Request = tuple[str, str, str | None, str]


@dataclass(frozen=True)
class Rate:
    """The requests per second of one kind of request, and the `seconds` of each single one."""

    label: str
    per_second: float
    seconds: list[float]


def main() -> None:
    """The command line: measure, print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.throughput",
        description=(
            "Measures the requests per second that a running local platform answers. `make up` starts one; "
            "EDUCATION_OUTPUTS names the outputs file of another one."
        ),
    )
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="how long to send each kind of request (6)"
    )
    parser.add_argument(
        "--clients", type=int, default=CLIENTS, help="how many clients send requests at the same time (8)"
    )
    arguments = parser.parse_args()
    print(as_table(measure(arguments.seconds, arguments.clients), arguments.clients))


def measure(seconds: float, clients: int, turns: int = 6) -> list[Rate]:
    """Send every kind of request for `seconds` in all, in turns, from `clients` clients at the same time."""
    deployed = running_platform()
    with contextlib.ExitStack() as stack:
        floors = {floor.label: stack.enter_context(deployed_floor(deployed, floor)) for floor in FLOORS}
        kinds = _kinds(deployed, floors, clients)
        taken: dict[str, list[float]] = {label: [] for label in kinds}
        spent: dict[str, float] = dict.fromkeys(kinds, 0.0)
        for turn in range(turns + 1):
            for label, request_of in kinds.items():
                length = seconds / turns if turn else 1.0  # the first turn starts the functions
                elapsed, single = _drive(deployed, request_of, length, clients)
                if turn:
                    taken[label] += single
                    spent[label] += elapsed
    deployed.close()
    return [Rate(label, len(taken[label]) / spent[label], taken[label]) for label in kinds]


def as_table(rates: Sequence[Rate], clients: int) -> str:
    """A Markdown table of the throughput, with the share of each floor that it reaches."""
    floors = [rate.per_second for rate in rates[: len(FLOORS)]]
    lines = [
        "## Through the local API",
        "",
        f"{clients} clients send requests at the same time. The floors are Lambda functions that do nothing. A",
        "share is the part of their requests per second that a request reaches.",
        f"Goal: reads ≥ {LEAST_READ_SHARE:g} of the function that returns a constant. This share is too friendly: the",
        "AWS emulator waits 50 ms for the log of a function that logs nothing. The share of the function that logs is",
        "too strict: the emulator runs Lambda and DynamoDB in one process, so no request that reads an item can reach",
        "it. Compare with the last share, that of a function that reads one item and logs.",
        "",
        f"| request | per second | {' | '.join(['share of constant', 'of logging', 'of reading'])} | p50 | p99 | |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for number, rate in enumerate(rates):
        shares = [rate.per_second / floor for floor in floors]
        text = " | ".join(f"{share:.2f}" for share in shares)
        p50, p99 = (percentile(rate.seconds, percent) * 1000 for percent in (50, 99))
        reached = verdict(shares[0] >= LEAST_READ_SHARE) if rate.label.startswith("read") else ""
        label = f"floor: {rate.label}" if number < len(FLOORS) else rate.label
        lines.append(
            f"| {label} | {rate.per_second:.0f} | {text} | {p50:.0f} ms | {p99:.0f} ms | {reached} |"
        )
    return "\n".join(lines) + "\n"


def running_platform() -> Deployed:
    """The platform of EDUCATION_OUTPUTS, or of outputs/local.json.

    Raises:
        UserError: there is none.
    """
    file = Path(os.environ.get(OUTPUTS_VARIABLE) or ROOT / "outputs" / "local.json")
    if not file.is_file():
        raise UserError("the local platform is not running: start it with `make up`.")
    return Deployed(json.loads(file.read_text()))


def _kinds(
    deployed: Deployed, floors: Mapping[str, str], clients: int
) -> dict[str, Callable[[int], Request]]:
    people = People(deployed)
    owner = people.new(INSTRUCTORS)
    students = people.many(clients, STUDENTS)
    base = urlsplit(deployed.outputs["api_endpoint"]).path
    course_id = new_course(owner, "one", "two")
    for student in students:
        student.post("/enrollments", {"courseId": course_id})
    fresh = [new_course(owner) for _ in range(40)]

    def of(student: Person, method: str, path: str, body: Any = None) -> Request:
        return method, base + path, None if body is None else json.dumps(body), student.token or ""

    def pick(number: int) -> Person:
        return students[number % clients]

    def of_floor(path: str) -> Callable[[int], Request]:
        return lambda number: ("GET", path, None, pick(number).token or "")

    return {label: of_floor(path) for label, path in floors.items()} | {
        "read a course": lambda number: of(pick(number), "GET", f"/courses/{course_id}"),
        "read progress": lambda number: of(pick(number), "GET", f"/progress/{course_id}"),
        "read own enrolments": lambda number: of(pick(number), "GET", "/enrollments"),
        "record a position": lambda number: of(
            pick(number), "PUT", f"/progress/{course_id}/lessons/one", {"positionSeconds": number}
        ),
        "enrol": lambda number: of(
            pick(number), "POST", "/enrollments", {"courseId": fresh[number // clients % len(fresh)]}
        ),
    }


def _drive(
    deployed: Deployed, request_of: Callable[[int], Request], seconds: float, clients: int
) -> tuple[float, list[float]]:
    """Send requests from several clients at the same time. Returns the elapsed seconds, and those of each request."""
    address = urlsplit(deployed.outputs["api_endpoint"])
    taken: list[float] = []
    failed: list[str] = []
    started = time.perf_counter()

    def client(own: int) -> None:
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
        number = own
        while (begun := time.perf_counter()) < started + seconds and not failed:
            method, path, body, token = request_of(number)
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status >= 300:
                failed.append(f"{method} {path}: {answer.status} {content[:200]!r}")
            taken.append(time.perf_counter() - begun)
            number += clients
        connection.close()

    threads = [threading.Thread(target=client, args=(own,)) for own in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise UserError(failed[0])
    return time.perf_counter() - started, taken


if __name__ == "__main__":
    sys.exit(command_line(main))
