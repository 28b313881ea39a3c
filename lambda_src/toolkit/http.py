"""Turns an API Gateway proxy event into a checked Request, and a Response into API Gateway's answer.

    handler = api_handler(config, {"getCourse": get_course, …}, present_roles=RevocationTable(…))

api/openapi.yaml describes the parameters and the body of an operation, and this module checks them. The function's
handler and rules do the work. toolkit.problems turns errors into answers, and is called only from here.
"""

import json
import re
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from toolkit import clients, log, openapi, problems, texts
from toolkit.caller import Caller, NoStaffRoutes, PresentRoles, caller_of
from toolkit.config import HttpConfig
from toolkit.cursor import Page
from toolkit.errors import LONGEST_NAME, BadRequest, FieldError, NotFound, RequestError, TooLarge

Event = Mapping[str, Any]

# RFC 9110, section 8.3.1.
_CHARSET = re.compile(r"""(?:^|;)\s*charset\s*=\s*["']?([^\s;"']*)""", re.IGNORECASE)
# API Gateway takes an id that the caller sends.
_LONGEST_REQUEST_ID = 128
# Lambda's limit of a response is 6 MB. Pages are short by their own limits; this finds the one that is not.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_ANSWER_BYTES = 5_500_000
# In Lambda's response the body is a text in JSON once more, where a character takes 12 bytes at most.
_MOST_BYTES_OF_A_CHARACTER = 12


@dataclass(frozen=True)
class Request:
    """One request whose parameters and body are known to match the description.

    Attributes:
        caller: the person who sends the request.
        path: path parameters.
        query: query parameters, of their described types, defaults filled in.
        body: the parsed JSON, or the bytes of another described media type; None without a body.
        media_type: the body's media type in lower case, `""` without a body.
        request_id: API Gateway's id of this request.
        charset: what the Content-Type says of the body's encoding, `""` if it says nothing. It may be wrong.
    """

    caller: Caller
    path: dict[str, Any]
    query: dict[str, Any]
    body: Any
    media_type: str
    request_id: str
    charset: str = ""


@dataclass(frozen=True)
class Response:
    """An answer. `body` is sent as JSON; a str is sent as it is, in the form that `content_type` says."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = openapi.JSON_TYPE


Handler = Callable[[Request], Response]


def ok(body: Any) -> Response:
    """200 with a JSON body; a str is JSON already."""
    return Response(200, body)


def created(body: Any, location: str) -> Response:
    """201 with a JSON body and the path of what was created, relative to the API's root path."""
    return Response(201, body, {"Location": location})


def accepted(body: Any, location: str) -> Response:
    """202 with a JSON body and the path of what is on its way, relative to the API's root path."""
    return Response(202, body, {"Location": location})


def no_content() -> Response:
    """204."""
    return Response(204)


def page(shown: Page[Any]) -> Response:
    """200 with one page of a list; `nextCursor` is there only when there is more."""
    body: dict[str, Any] = {"items": shown.items}
    if shown.next_cursor is not None:
        body["nextCursor"] = shown.next_cursor
    return ok(body)


def api_handler(
    config: HttpConfig, operations: Mapping[str, Handler], *, present_roles: PresentRoles | None = None
) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """Make a Lambda handler that serves the given operations, by operationId.

    A function whose rules ask for the caller's roles needs `present_roles`; without it, such a rule ends in 500.

    The caller's token, the parameters and the body are checked before an operation is called; what
    it raises becomes a problem document. Every answer carries CORS headers and is not cacheable,
    because every answer here depends on the caller.
    """
    log.set_level(config.log_level)
    described: dict[tuple[str, str], openapi.Operation] = {}
    roles = present_roles or NoStaffRoutes()

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        started = time.monotonic()
        request_id = _request_id(event, context)
        _limit_time(context)
        operation_id = "unknown"
        try:
            if not described:
                described.update(openapi.load())
            operation = described.get((event.get("httpMethod", ""), event.get("resource", "")))
            if operation is None or operation.operation_id not in operations:
                raise NotFound("There is no such route.")
            operation_id = operation.operation_id
            response = operations[operation_id](_request(event, operation, request_id, roles))
        except Exception as error:  # noqa: BLE001 - the one place that maps exceptions to answers
            failure = problems.as_request_error(error)
            problems.report(error, failure, request_id, operation_id)
            response = _problem(failure, request_id)
        answer = _answer(response, _headers(event), config.portal_origins)
        if _is_too_long(answer):
            log.write("ERROR", "answer too long", requestId=request_id, operation=operation_id)
            response = _problem(RequestError("The answer would be too long."), request_id)
            answer = _answer(response, _headers(event), config.portal_origins)
        log.request(request_id, operation_id, response.status, time.monotonic() - started)
        return answer

    return handler


def _request(
    event: Event, operation: openapi.Operation, request_id: str, present_roles: PresentRoles
) -> Request:
    caller = caller_of(event, present_roles)
    path = operation.check_path(event.get("pathParameters") or {})
    query = operation.check_query(_single_values(event))
    media_type, body = _body(event, operation)
    return Request(caller, path, query, body, media_type, request_id, _content_type(event)[1])


def _single_values(event: Event) -> dict[str, str]:
    repeated = [
        name
        for name, values in (event.get("multiValueQueryStringParameters") or {}).items()
        if len(values) > 1
    ]
    if repeated:
        raise BadRequest(f"Query parameter {_named(repeated[0])} is given more than once.")
    return dict(event.get("queryStringParameters") or {})


def _content_type(event: Event) -> tuple[str, str]:
    media_type, _, parameters = _headers(event).get("content-type", "").partition(";")
    charset = _CHARSET.search(parameters)
    return media_type.strip().lower(), charset[1] if charset else ""


def _body(event: Event, operation: openapi.Operation) -> tuple[str, Any]:
    raw = event.get("body") or ""
    try:
        data = b64decode(raw, validate=True) if event.get("isBase64Encoded") else raw.encode()
    except ValueError as error:
        raise BadRequest("The body is not readable text.") from error
    if len(data) > operation.maximum_body_bytes:
        raise TooLarge(f"The body may have at most {operation.maximum_body_bytes} bytes.")
    if not operation.takes_body:
        if data.strip() not in (b"", b"{}", b"null") and operation.method != "GET":
            raise BadRequest("This request takes no body.")
        return "", None
    if not data.strip():
        if operation.body_required:
            raise BadRequest("This request needs a body.")
        return "", None
    media_type, _ = _content_type(event)
    operation.require_media_type(media_type)
    if media_type != openapi.JSON_TYPE:
        # API Gateway hands these over in base64 (binary_media_types), so they are what the client sent.
        return media_type, data
    body = _parsed(data)
    body = operation.check_body(media_type, body)
    if b"\\u" in data:
        _refuse_halves(body)
    return media_type, body


def _parsed(data: bytes) -> Any:
    try:
        text = data.decode()
        return json.loads(
            text, parse_constant=_refuse_constant, parse_float=_number, object_pairs_hook=_object
        )
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body is not valid JSON.") from error


def _number(text: str) -> int | float:
    # In JSON Schema 1.0 is an integer, so the rules must get an int too.
    number = float(text)
    if not isfinite(number):
        raise ValueError("1e999 is JSON, but no number that can be stored")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; one that gives a field twice is refused, because nobody knows which of them is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        twice = _named(name)
        fault = FieldError(twice, "is given more than once")
        raise BadRequest(f"The body is not valid: {twice} is given more than once.", errors=(fault,))
    return found


def _refuse_halves(body: Any) -> None:
    """An escaped lone surrogate is JSON but not text: no AWS service would accept it."""
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body is not valid: it has half of a character.") from error


def _named(name: str) -> str:
    """A name of the caller's as an answer repeats it; an error has to name its field, and `""` is a name in JSON."""
    return texts.excerpt(name, LONGEST_NAME) or openapi.NO_NAME


def _request_id(event: Event, context: Any) -> str:
    request_id = (event.get("requestContext") or {}).get("requestId")
    return str(request_id or getattr(context, "aws_request_id", "unknown"))[:_LONGEST_REQUEST_ID]


def _limit_time(context: Any) -> None:
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    clients.set_deadline(remaining() if remaining else None)


def _headers(event: Event) -> dict[str, str]:
    return {name.lower(): value for name, value in (event.get("headers") or {}).items() if value is not None}


def _problem(error: RequestError, request_id: str) -> Response:
    return Response(
        error.status,
        problems.document(error, request_id),
        dict(error.headers),
        content_type=problems.CONTENT_TYPE,
    )


def _is_too_long(answer: dict[str, Any]) -> bool:
    """Whether Lambda would refuse to send an answer; only a long one is measured."""
    if len(answer["body"]) * _MOST_BYTES_OF_A_CHARACTER < MOST_ANSWER_BYTES:
        return False
    return len(json.dumps(answer)) > MOST_ANSWER_BYTES


def _answer(
    response: Response, request_headers: Mapping[str, str], origins: tuple[str, ...]
) -> dict[str, Any]:
    origin = request_headers.get("origin", "")
    headers = {
        "Access-Control-Allow-Origin": origin if origin in origins else origins[0],
        "Access-Control-Expose-Headers": "Content-Disposition, Link, Location, Retry-After",
        "Vary": "Origin",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **response.headers,
    }
    if response.status == 204:
        return {"statusCode": 204, "headers": headers, "body": ""}
    headers["Content-Type"] = response.content_type
    body = response.body
    if not isinstance(body, str):
        body = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return {"statusCode": response.status, "headers": headers, "body": body}
