"""The gate: an ASGI application in front of the emulator's.

It passes a request on if its `Host` is this machine and if it is public (local_platform.gate.public) or has a valid AWS
signature. The emulator's own pages, such as the one that resets it, are for the root user only.
"""

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from local_platform.gate import signatures
from local_platform.gate.public import HEALTH, is_preflight, is_public
from local_platform.gate.signatures import SignedRequest

# Browsers resolve these names to this machine only. Another name may be one whose owner points it here, to make the
# emulator part of a page's own origin (DNS rebinding).
THIS_MACHINE = re.compile(r"(127\.0\.0\.1|\[::1\]|([a-z0-9-]+\.)*localhost)(:\d+)?", re.IGNORECASE)
OWN_PAGES = re.compile(r"/_(?!aws/execute-api/)")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class Gate:
    """Refuses what AWS would refuse, and passes everything else to `application`."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "websocket":  # nothing of the platform uses one
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        headers = _headers(scope)
        if not THIS_MACHINE.fullmatch(headers.get("host", "")):
            await _refuse(send, headers, "InvalidHost", "This host name is not one of the local platform.")
            return
        query = parse_qs(scope.get("query_string", b"").decode(errors="replace"), keep_blank_values=True)
        if is_preflight(scope["method"], headers):
            # A browser asks for a presigned address with all of it, but its signature is for another method. On AWS,
            # nobody's signature is checked for that. Without the query, the emulator takes nobody for its signer.
            await self._application({**scope, "query_string": b""}, receive, send)
            return
        key = signatures.claimed_key(headers, query)
        if not key and not headers.get("authorization", "").startswith("AWS"):
            if not is_public(scope["method"], scope["path"], query, headers):
                await _refuse(
                    send,
                    headers,
                    "MissingAuthenticationToken",
                    "AWS calls must be signed. The platform's keys are in its outputs file.",
                )
                return
            await self._application(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            return  # the caller has gone
        request = SignedRequest(
            scope["method"], (scope.get("raw_path") or scope["path"].encode()).decode(), query, headers, body
        )
        problem = signatures.problem_of(request)
        if problem is None and _is_own_page(scope["path"]) and not signatures.is_root_key(key):
            problem = "AccessDenied", "Only the root user may ask the emulator itself."
        if problem is not None:
            await _refuse(send, headers, *problem)
            return
        await self._application(scope, _again(body, receive), send)


def _is_own_page(path: str) -> bool:
    return path != HEALTH and bool(OWN_PAGES.match(path))


def _headers(scope: MutableMapping[str, Any]) -> dict[str, str]:
    """The headers by name in lower case. The values of a repeated header are joined, as a signature joins them."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers


async def _body(receive: Receive) -> bytes | None:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read already, and then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return waiting.pop() if waiting else await receive()

    return read


async def _refuse(send: Send, headers: dict[str, str], code: str, message: str) -> None:
    """Answer 403 in the form that AWS clients read: JSON where the call was JSON, else XML."""
    if "x-amz-target" in headers or "json" in headers.get("content-type", ""):
        kind, body = "application/json", json.dumps({"__type": code, "message": message})
    else:
        kind = "application/xml"
        error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        body = f"<ErrorResponse>{error}</ErrorResponse>"
    answered = [(b"content-type", kind.encode()), (b"x-amzn-errortype", code.encode())]
    await send({"type": "http.response.start", "status": 403, "headers": answered})
    await send({"type": "http.response.body", "body": body.encode()})
