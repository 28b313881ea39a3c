"""Measures one function without AWS. It runs in a process of its own, with the function's unpacked zip on the path.

The handler and botocore are the real ones. Only the connection is replaced: it returns prepared answers. The figures
are processor time of all threads, so that other work on the machine does not count. The probe prints one JSON line
per request: its label, the seconds of each run in total, and those outside of botocore.

benchmarks/own_code.py starts it with three arguments: the function, a JSON file with requests and answers, and the
number of runs.
"""

import importlib
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import botocore.client
import botocore.httpsession
from botocore.awsrequest import AWSResponse, HeadersDict

function, scenario_file, runs = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
scenario = json.loads(scenario_file.read_text())
lock = threading.Lock()
inside_botocore = 0.0
answered = 0
is_new_file = True


class _Raw:
    """The body of a prepared answer, with the interface that botocore reads."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Any:
        """Yield the whole body at once."""
        yield self._body


def send(_self: Any, request: Any) -> AWSResponse:
    """Return the prepared answer to a request. With `is_new_file`, each answer has a different content key."""
    global answered
    answered += 1
    operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
    canned = scenario["answers"][operation]
    if isinstance(canned, dict) and "byTable" in canned:
        table = json.loads(request.body)["TableName"]
        canned = canned["byTable"][table]
    if "Responses" in canned:
        asked = json.loads(request.body)["RequestItems"]
        canned = {"Responses": {table: canned["Responses"][table] for table in asked}}
    body = json.dumps(canned).replace("@number@", str(answered if is_new_file else 0)).encode()
    headers = HeadersDict({"Content-Type": "application/x-amz-json-1.0"})
    return AWSResponse(request.url, 200, headers, _Raw(body))  # type: ignore[arg-type]


def main() -> None:
    """Run every request of the scenario."""
    global inside_botocore, is_new_file
    client: Any = botocore.client.BaseClient
    session: Any = botocore.httpsession.URLLib3Session
    call = client._make_api_call

    def timed_call(self: Any, *arguments: Any) -> Any:
        global inside_botocore
        started = time.thread_time()
        try:
            return call(self, *arguments)
        finally:
            elapsed = time.thread_time() - started
            with lock:
                inside_botocore += elapsed

    session.send = send
    client._make_api_call = timed_call
    handler = importlib.import_module(f"{function}.handler").handler
    real_output, sys.stdout = sys.stdout, Path("/dev/null").open("w")  # noqa: SIM115 - it stays open until the process ends
    for request in scenario["requests"]:
        is_new_file = request["isNewFile"]
        for _ in range(20):
            answer = handler(json.loads(json.dumps(request["event"])), _Context())
            if answer["statusCode"] != request["expect"]:
                raise SystemExit(f"{request['label']}: {answer}")
        total, own = [], []
        for _ in range(runs):
            event = json.loads(json.dumps(request["event"]))
            inside_botocore = 0.0
            started = time.process_time()
            handler(event, _Context())
            elapsed = time.process_time() - started
            total.append(elapsed)
            own.append(elapsed - inside_botocore)
        print(json.dumps({"label": request["label"], "total": total, "own": own}), file=real_output)


class _Context:
    aws_request_id = "probe"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 29_000


main()
