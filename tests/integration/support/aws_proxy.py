"""A proxy in front of the AWS emulator: it records the calls of a function and makes calls fail on demand.

Each function has an `AwsProxy` of its own, so that the caller of each call is known. The proxy forwards requests
unchanged. With a meter it also notes the capacity units of calls to DynamoDB.
"""

import contextlib
import http.client
import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.integration.capacity.meter import CapacityMeter, Units
from tests.integration.support.aws_refusals import THROTTLED, conflict, refusal

UPSTREAM_SECONDS = 60
# Longer than the timeout of every client. A call that gets no answer ends when the fault ends.
SILENCE_SECONDS = 60
_SCOPE = re.compile(rb"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
_FORM_SCOPE = re.compile(rb"[A-Z0-9]+/\d{8}/[a-z0-9-]+/(s3)/aws4_request")
_FORM_KEY = re.compile(rb'name="key"\r\n\r\n([^\r]+)\r\n')
_DELETED_KEY = re.compile(rb"<Key>([^<]+)</Key>")
_S3_OBJECT = {"GET": "GetObject", "HEAD": "GetObject", "DELETE": "DeleteObject"}
_S3_MULTIPART = {"GET": "ListMultipartUploadParts", "DELETE": "AbortMultipartUpload"}


class FailureKind(Enum):
    """The ways in which a call can fail."""

    THROTTLE = "throttled"
    ERROR = "answered with 500"
    CUT_OFF = "cut off before it arrives"
    LOST_ANSWER = "done, but its answer was lost"
    SILENCE = "never answered"
    CONFLICT = "in conflict with another transaction"


@dataclass
class Fault:
    """A failure of the calls of one operation, such as `dynamodb:GetItem`, or of all operations.

    Attributes:
        kind: how the calls fail.
        operation: the operation that fails; None means every operation.
        service: if given, only calls of this service fail.
        times: how many calls fail; None means no limit.
        exempt: operations that do not fail.
        failed: the operations of the calls that failed so far.
    """

    kind: FailureKind
    operation: str | None = None
    service: str | None = None
    times: int | None = None
    exempt: frozenset[str] = frozenset()
    failed: list[str] = field(default_factory=list)

    def applies_to(self, operation: str) -> bool:
        """Whether a call of this operation fails. If it does, it is added to `failed`."""
        is_meant = self.operation in (None, operation) and operation not in self.exempt
        is_meant &= self.service in (None, operation.partition(":")[0])
        if not is_meant or len(self.failed) == self.times:
            return False
        self.failed.append(operation)
        return True


@dataclass(frozen=True)
class AwsCall:
    """One call that a function made.

    Attributes:
        operation: `dynamodb:GetItem`, `s3:PutObject`.
        path: the path of the HTTP request. For an upload form it includes the object's key, and for DeleteObjects the
            first one.
        request: the JSON of the request; empty if it has none.
        status: the status of the answer; 0 if there was no answer.
        answer: the JSON of the answer; empty if it has none.
        units: the capacity units of a call to DynamoDB, if the proxy has a meter.
    """

    operation: str
    path: str
    request: Mapping[str, Any] = field(repr=False)
    status: int
    answer: Mapping[str, Any] = field(repr=False)
    units: Units = field(default_factory=Units)


class AwsProxy:
    """The proxy for the calls of one function.

    Attributes:
        meter: measures the calls to DynamoDB; None while their units are not wanted.
    """

    def __init__(self, upstream_port: int) -> None:
        self._upstream_port = upstream_port
        self._lock = threading.Lock()
        self._calls: list[AwsCall] = []
        self._faults: list[Fault] = []
        self._ended = threading.Event()
        self.meter: CapacityMeter | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()

    @property
    def endpoint(self) -> str:
        """The address to set as AWS_ENDPOINT_URL of the function."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def take_calls(self) -> list[AwsCall]:
        """Return the calls since the last time and forget them."""
        with self._lock:
            calls, self._calls = self._calls, []
        return calls

    @contextlib.contextmanager
    def failing(self, *faults: Fault) -> Iterator[None]:
        """Make calls fail inside of the `with` block."""
        self._ended.clear()
        with self._lock:
            self._faults = list(faults)
        try:
            yield
        finally:
            with self._lock:
                self._faults = []
            self._ended.set()

    def close(self) -> None:
        """Stop listening."""
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes] | None:
        """Return the answer to a call, or None if the connection must be closed without an answer."""
        service, operation = _operation(method, path, headers, body)
        with self._lock:
            fault = next((fault for fault in self._faults if fault.applies_to(operation)), None)
        if fault is None or fault.kind is FailureKind.LOST_ANSWER:
            request = _parsed(body)  # empty where the function was ended while it sent
            meter = self.meter
            if meter is not None and service == "dynamodb" and request:
                name = operation.partition(":")[2]
                with meter.measuring(name, request) as units:
                    status, answer_headers, answer = self._forward(method, path, headers, body)
            else:
                units = Units()
                status, answer_headers, answer = self._forward(method, path, headers, body)
            key = _key_in(operation, body)
            noted = f"{path.partition('?')[0].rstrip('/')}/{key}" if key else path
            self._note(operation, noted, body, status, answer, units)
            return None if fault else (status, answer_headers, answer)
        self._note(operation, path, body, 0, b"", Units())
        if fault.kind is FailureKind.SILENCE:
            self._ended.wait(SILENCE_SECONDS)
        if fault.kind in (FailureKind.SILENCE, FailureKind.CUT_OFF):
            return None
        if fault.kind is FailureKind.CONFLICT:
            return conflict(_parsed(body))
        return refusal(service, THROTTLED[service] if fault.kind is FailureKind.THROTTLE else None)

    def _forward(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        upstream = http.client.HTTPConnection("127.0.0.1", self._upstream_port, timeout=UPSTREAM_SECONDS)
        try:
            upstream.request(method, path, body or None, dict(headers))
            answer = upstream.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            upstream.close()

    def _note(self, operation: str, path: str, body: bytes, status: int, answer: bytes, units: Units) -> None:
        call = AwsCall(operation, path, _parsed(body), status, _parsed(answer), units)
        with self._lock:
            self._calls.append(call)


def _handler(proxy: AwsProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Expect", "").lower() == "100-continue":
                self.send_response_only(100)
                self.end_headers()
            answer = proxy.handle(self.command, self.path, dict(self.headers.items()), body)
            if answer is None:
                self.close_connection = True
                return
            status, headers, content = answer
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            # The answer to HEAD says how long the body would be that it does not have.
            lower = {name.lower(): value for name, value in headers.items()}
            length = lower.get("content-length", "0") if self.command == "HEAD" else str(len(content))
            self.send_header("Content-Length", length)
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # the client may have closed the connection
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: Any) -> None:
            """Print nothing."""

    return Handler


def _operation(method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """The service of a call, and its operation with the service as prefix."""
    lower = {name.lower(): value for name, value in headers.items()}
    scope = _SCOPE.search(lower.get("authorization", "").encode())
    if scope is None:
        # A form that a browser posts has its signature in the body.
        if _FORM_SCOPE.search(body):
            return "s3", "s3:PutObject"
        # A URL for a part of an upload has its signature in the query.
        if _FORM_SCOPE.search(unquote(path).encode()):
            return "s3", f"s3:{_s3_operation(method, path)}"
        return "unsigned", f"unsigned:{method}"
    service = scope[1].decode()
    target = lower.get("x-amz-target", "")
    if target:
        return service, f"{service}:{target.rpartition('.')[2]}"
    if service == "lambda":
        return service, "lambda:InvokeFunction"
    return service, f"{service}:{_s3_operation(method, path)}"


def _key_in(operation: str, body: bytes) -> str:
    """The object's key where a call has it in its body."""
    pattern = {"s3:PutObject": _FORM_KEY, "s3:DeleteObject": _DELETED_KEY}.get(operation)
    found = pattern.search(body) if pattern else None
    return found[1].decode() if found else ""


def _s3_operation(method: str, path: str) -> str:
    """The name of the permission, which differs from that of the call if a version is named."""
    query = parse_qs(urlsplit(path).query, keep_blank_values=True)
    if "versions" in query:
        return "ListBucketVersions"
    if "list-type" in query:
        return "ListBucket"
    if "uploads" in query and method == "GET":
        return "ListBucketMultipartUploads"
    if "delete" in query:
        return "DeleteObject"
    if "uploadId" in query:
        return _S3_MULTIPART.get(method, "PutObject")
    return _S3_OBJECT.get(method, "PutObject") + ("Version" if "versionId" in query else "")


def _parsed(text: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
