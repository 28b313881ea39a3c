"""Measures one function without AWS. It runs in a process of its own, with the function's unpacked zip on the path.

The handler and botocore are the real ones. Only the connection is replaced: it returns prepared answers. The figures
are processor time of all threads, so that other work on the machine does not count. The probe prints one JSON line
per request: its label, the seconds of each run in total, and those outside of botocore.

own_code.py starts it with three arguments: the function, a JSON file with requests and answers, and the number of runs.
"""

import importlib
import io
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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
    target = request.headers.get("X-Amz-Target")
    if target is None:
        # An operation of S3: its method, and the first name of the query, which tells it from the others.
        operation = f"{request.method} ?{urlsplit(request.url).query.partition('=')[0]}"
        body = scenario["answers"][operation].encode()
        return AWSResponse(request.url, 200, HeadersDict({}), _Raw(body))  # type: ignore[arg-type]
    canned = _answer_of(target.decode().rpartition(".")[2], json.loads(request.body))
    body = json.dumps(canned).replace("@number@", str(answered if is_new_file else 0)).encode()
    headers = HeadersDict({"Content-Type": "application/x-amz-json-1.0"})
    return AWSResponse(request.url, 200, headers, _Raw(body))  # type: ignore[arg-type]


def _answer_of(operation: str, asked: Any) -> Any:
    """What DynamoDB has by key, by partition or by table, and what the scenario says for all other operations."""
    if operation == "GetItem":
        found = _item(asked["TableName"], asked["Key"])
        return {"Item": found} if found else {}
    if operation == "BatchGetItem":
        pairs = {
            table: [_item(table, key) for key in wanted["Keys"]]
            for table, wanted in asked["RequestItems"].items()
        }
        return {"Responses": {table: [each for each in found if each] for table, found in pairs.items()}}
    canned = scenario["answers"][operation]
    for value in asked.get("ExpressionAttributeValues", {}).values():
        found = canned.get("byPartition", {}).get(value.get("S"))
        if found is not None:
            return found
    return canned["byTable"].get(asked["TableName"], {}) if "byTable" in canned else canned


def _item(table: str, key: dict[str, Any]) -> Any:
    return next((item for item in scenario["items"].get(table, ()) if key.items() <= item.items()), None)


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
    real_output, sys.stdout = sys.stdout, io.StringIO()
    for request in scenario["requests"]:
        is_new_file = request["isNewFile"]
        for _ in range(20):
            answer = handler(json.loads(json.dumps(request["event"])), _Context())
            if answer["statusCode"] != request["expect"]:
                raise SystemExit(
                    f"{request['label']}: {answer['statusCode']} {sys.stdout.getvalue()[-1500:]}"
                )
            sys.stdout = io.StringIO()
        total, own = [], []
        for _ in range(runs):
            sys.stdout = io.StringIO()
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
