"""What every function shares at its edge: routing, checks of requests, problem documents, headers."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from tests.unit.lambda_api_fixture import ORIGIN, STUDENT, Answer, Context, LambdaApi
from toolkit import clients, http, log
from toolkit.errors import Conflict, NotFound, Unavailable

Make = Callable[..., LambdaApi]


@pytest.fixture
def write(make: Make) -> Callable[..., Answer]:
    """POSTs a body and answers with what the operation got."""

    def shown(request: http.Request) -> http.Response:
        body = list(request.body) if isinstance(request.body, bytes) else request.body
        return http.ok([request.path, request.media_type, body, request.charset])

    served = make(write=shown)

    def write(body: str, content_type: str | None = "application/json", **changes: Any) -> Answer:
        headers = {"content-type": content_type} if content_type else {}

        def with_body(event: dict[str, Any], context: Any) -> dict[str, Any]:
            return served.handler({**event, "body": body}, context)

        return LambdaApi(with_body).call("POST", "/things/{id}", {"id": "one"}, headers=headers, **changes)

    return write


def test_a_valid_request_reaches_its_operation(write: Callable[..., Answer]) -> None:
    answer = write('{"title": "a", "count": 3.0}', "Application/JSON; charset=utf-8")
    assert (answer.status, answer.body) == (
        200,
        [{"id": "one"}, "application/json", {"title": "a", "count": 3}, "utf-8"],
    )


def test_another_described_media_type_arrives_as_its_bytes(write: Callable[..., Answer]) -> None:
    assert write("a,é", "text/csv").body[1:] == ["text/csv", [97, 44, 0xC3, 0xA9], ""]
    utf_16 = write("//5hAA==", "Text/CSV; header=present; Charset='UTF-16'", isBase64Encoded=True)
    assert utf_16.body[1:] == ["text/csv", [0xFF, 0xFE, 97, 0], "UTF-16"]


def test_an_encoded_body_is_decoded(write: Callable[..., Answer]) -> None:
    assert write("eyJ0aXRsZSI6ICJhIn0=", isBase64Encoded=True).body[2] == {"title": "a"}
    assert write("!!", isBase64Encoded=True).problem() == (400, "bad-request")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("{}", ["title"]),
        ('{"title": ""}', ["title"]),
        ('{"title": "too long"}', ["title"]),
        ('{"title": "a", "count": "3"}', ["count"]),
        ('{"title": "a", "count": true}', ["count"]),
        ('{"title": "a", "other": 1}', ["other"]),
        ('{"title": 1, "count": 10, "other": 1}', ["title", "count", "other"]),
        ('{"title": "a", "list": ["x", 1]}', ["list.1"]),
        ("[]", ["body"]),
        ("null", ["body"]),
    ],
)
def test_every_field_at_fault_is_named(write: Callable[..., Answer], body: str, fields: list[str]) -> None:
    answer = write(body)
    assert answer.problem() == (400, "bad-request")
    assert answer.faulty_fields() == fields
    assert all(error["message"] and "data" not in error["message"] for error in answer.body["errors"])


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "{",
        "nothing",
        '{"title": NaN}',
        '{"title": "\\ud800"}',
        "[" * 190,
        '{"title": "a", "count": 1e999999}',
        '{"title": "a", "ratio": -1e400}',
        '{"title": "a", "title": "b"}',
        '{"title": "a", "list": [{"x": 1, "x": 1}]}',
        "1" * 190,
    ],
)
def test_what_is_no_json_is_a_bad_request(write: Callable[..., Answer], body: str) -> None:
    assert write(body).problem() == (400, "bad-request")


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "application/xml", "application/jsonx"])
def test_another_media_type_is_refused(write: Callable[..., Answer], content_type: str | None) -> None:
    assert write('{"title": "a"}', content_type).problem() == (415, "unsupported-media-type")


def test_a_body_that_is_too_long_is_refused_before_it_is_read(write: Callable[..., Answer]) -> None:
    assert write("{" * 201).problem() == (413, "too-large")


def test_an_operation_without_a_body_takes_none(make: Make) -> None:
    served = make(act=lambda _: http.no_content())
    assert served.call("DELETE", "/things").status == 204
    assert served.call("DELETE", "/things", body={}).status == 204
    assert served.call("DELETE", "/things", body={"a": 1}).problem() == (400, "bad-request")


@pytest.mark.parametrize(
    ("query", "outcome"),
    [
        ({}, {"limit": 20}),
        ({"limit": "3", "dryRun": "true"}, {"limit": 3, "dryRun": True}),
        ({"limit": "0"}, ["limit"]),
        ({"limit": "101"}, ["limit"]),
        ({"limit": "abc"}, ["limit"]),
        ({"limit": "--1"}, ["limit"]),
        ({"limit": "1.0"}, ["limit"]),
        ({"limit": "9" * 5000}, ["limit"]),
        ({"dryRun": "yes"}, ["dryRun"]),
        ({"unknown": "1"}, ["unknown"]),
        ({"": "1"}, ["(empty name)"]),
    ],
)
def test_the_query_is_converted_and_checked(
    make: Make, query: dict[str, str], outcome: dict[str, object] | list[str]
) -> None:
    answer = make(list=lambda request: http.ok(request.query)).call("GET", "/things", query=query)
    if isinstance(outcome, dict):
        assert (answer.status, answer.body) == (200, outcome)
    else:
        assert answer.problem() == (400, "bad-request")
        assert answer.faulty_fields() == outcome


def test_a_repeated_query_parameter_is_refused(make: Make) -> None:
    served = make(list=lambda request: http.ok(request.query))
    answer = served.call("GET", "/things", multiValueQueryStringParameters={"limit": ["1", "2"]})
    assert answer.problem() == (400, "bad-request")


@pytest.mark.parametrize("value", ["", "ONE", "one\n", "a%2Fb", "../x"])
def test_the_path_is_checked(make: Make, value: str) -> None:
    served = make(write=lambda request: http.ok(request.body))
    answer = served.call("POST", "/things/{id}", {"id": value}, body={"title": "a"})
    assert answer.problem() == (400, "bad-request")
    assert answer.faulty_fields() == ["id"]


def test_an_unknown_route_is_not_found(make: Make) -> None:
    served = make(list=lambda _: http.ok([]))
    assert served.call("GET", "/nothing").problem() == (404, "not-found")
    assert served.call("PUT", "/things").problem() == (404, "not-found")


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": "u", "email": "e"},
        {"sub": "u", "token_use": "access"},
        {"email": "e", "token_use": "id"},
    ],
)
def test_only_an_id_token_counts(make: Make, claims: dict[str, str]) -> None:
    served = make(list=lambda _: http.ok([]))
    context = {"requestId": "request-1", "authorizer": {"claims": claims}}
    answer = served.call("GET", "/things", requestContext=context)
    assert answer.problem() == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (ORIGIN, ORIGIN),
        ("https://second.example.org", "https://second.example.org"),
        ("https://evil.example.org", ORIGIN),
        (None, ORIGIN),
    ],
)
def test_every_answer_has_cors_headers_and_is_not_cached(make: Make, sent: str | None, answered: str) -> None:
    served = make(list=lambda _: http.ok([]))
    headers = {"oRIGIN": sent} if sent else None
    for answer in (
        served.call("GET", "/things", headers=headers),
        served.call("GET", "/nothing", headers=headers),
        served.call("GET", "/things", headers=headers, caller=None),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == answered
        assert answer.headers["Vary"] == "Origin"
        assert answer.headers["Cache-Control"] == "no-store"


def client_error(code: str, status: int = 400, **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": "table education-x"}, **more}
    response["ResponseMetadata"] = {"HTTPStatusCode": status}
    return ClientError(response, "GetItem")


def cancelled(*codes: str) -> ClientError:
    return client_error(
        "TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes]
    )


@pytest.mark.parametrize(
    "error",
    [
        client_error("ThrottlingException"),
        client_error("ProvisionedThroughputExceededException"),
        client_error("InternalServerError", 500),
        client_error("Unknown", 502),
        client_error("SlowDown", 503),
        cancelled("None", "TransactionConflict"),
        cancelled("ThrottlingError"),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
        ConnectTimeoutError(endpoint_url="http://127.0.0.1:1"),
        ReadTimeoutError(endpoint_url="http://127.0.0.1:1"),
        ResponseParserError("garbage"),
        Unavailable(),
    ],
)
def test_a_failed_dependency_is_503_and_may_be_tried_again(make: Make, error: Exception) -> None:
    answer = make(list=_raising(error)).call("GET", "/things")
    assert answer.problem() == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    "error",
    [
        client_error("AccessDeniedException"),
        client_error("ValidationException"),
        cancelled("ConditionalCheckFailed"),
        ParamValidationError(report="table education-x"),
        KeyError("person@example.org"),
        ZeroDivisionError("person@example.org"),
        RecursionError(),
    ],
)
def test_a_defect_is_500_and_tells_nothing(
    make: Make, error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = make(list=_raising(error)).call("GET", "/things")
    assert answer.problem() == (500, "internal-error")
    logged = capsys.readouterr().out
    for secret in ("education-x", "person@example.org"):
        assert secret not in json.dumps(answer.body)
        assert secret not in logged
    lines = [json.loads(line) for line in logged.splitlines()]
    failure = next(line for line in lines if line.get("message") == "request failed")
    assert failure["level"] == "ERROR"
    assert failure["requestId"] == "request-1"
    assert type(error).__name__ in failure["where"][0]


def test_rules_errors_keep_their_detail(make: Make) -> None:
    answer = make(list=_raising(Conflict("It changed.", code="stale-version"))).call("GET", "/things")
    assert answer.body == {
        "type": "urn:education:problem:stale-version",
        "title": "Conflict",
        "status": 409,
        "detail": "It changed.",
        "requestId": "request-1",
    }


def test_a_request_writes_one_short_line(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    """Real ids have 36 characters. With the gateway's line it must stay below 150 bytes."""
    served = make(list=lambda _: http.no_content())
    served.call("GET", "/things", requestContext={"requestId": "r" * 36})
    (line,) = capsys.readouterr().out.splitlines()
    assert len(line) <= 105
    logged = json.loads(line)
    assert (logged["requestId"], logged["status"]) == ("r" * 36, 401)
    assert set(logged) == {"requestId", "operation", "status", "ms"}


@pytest.mark.parametrize(("level", "lines"), [("DEBUG", 1), ("INFO", 1), ("WARNING", 0), ("ERROR", 0)])
def test_the_line_of_a_request_is_at_level_info(
    make: Make, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, level: str, lines: int
) -> None:
    served = make(list=lambda _: http.no_content())
    monkeypatch.setattr(log, "_threshold", log._LEVELS[level])
    served.call("GET", "/things")
    assert len(capsys.readouterr().out.splitlines()) == lines


def test_logs_contain_no_personal_data(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    make(list=_raising(NotFound("nothing"))).call("GET", "/things")
    logged = capsys.readouterr().out
    assert json.loads(logged)["status"] == 404
    assert STUDENT.email not in logged
    assert STUDENT.user_id not in logged


def test_no_call_starts_that_could_outlive_the_function(make: Make, aws: str) -> None:
    def read(_: http.Request) -> http.Response:
        clients.dynamodb().list_tables()
        return http.ok([])

    served = make(list=read)
    assert served.call("GET", "/things").status == 200
    served.context = Context(remaining=4_000)
    assert served.call("GET", "/things").problem() == (503, "unavailable")
    clients.set_deadline(None)


def test_the_clients_time_limits_fit_under_the_gateways(aws: str) -> None:
    config: Any = clients.dynamodb().meta.config
    assert (config.connect_timeout, config.read_timeout) == (1.0, 3.0)
    assert config.retries["total_max_attempts"] == 2


def _raising(error: Exception) -> http.Handler:
    def operation(_: http.Request) -> http.Response:
        raise error

    return operation


def test_an_answer_that_lambda_would_refuse_is_a_defect(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {5_300_000: 200, 5_600_000: 500}
    for length, status in answers.items():
        served = make(list=lambda _, length=length: http.ok(["x" * length]))
        assert served.call("GET", "/things").status == status
    assert "answer too long" in capsys.readouterr().out


def test_a_body_that_is_json_already_is_sent_as_it_is(make: Make) -> None:
    served = make(list=lambda _: http.ok('{"title":"Größe \\"1\\""}'))
    assert served.call("GET", "/things").body == {"title": 'Größe "1"'}
