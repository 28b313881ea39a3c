"""The caller decides what a request contains, but not how long the answer is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.lambda_api_fixture import ORIGIN, Answer, LambdaApi
from toolkit import http, openapi
from toolkit.config import HttpConfig

LONG = "x" * 60_000
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title"],
    "properties": {
        "title": {"type": "string", "x-text": "line", "minLength": 1, "maxLength": 10},
        "summary": {"type": "string", "x-text": "lines"},
        "names": {"type": "array", "items": {"type": "string", "x-text": "line"}},
        "inner": {"type": "object", "additionalProperties": False, "properties": {}},
        "free": {"type": "object", "additionalProperties": {"type": "string", "x-text": "line"}},
    },
}
DESCRIPTION = {
    "operations": [
        {
            "operationId": "write",
            "method": "POST",
            "path": "/things/{id}",
            "parameters": [
                {
                    "name": "id",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "pattern": "^[a-z]$"},
                },
                {"name": "q", "in": "query", "schema": {"type": "string", "x-text": "line"}},
            ],
            "requestBody": {
                "required": True,
                "maximumBytes": 400_000,
                "content": {"application/json": {"schema": SCHEMA}},
            },
        }
    ]
}

Write = Callable[..., Answer]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """POSTs a body and answers with what the operation got."""
    file = tmp_path / "api.json"
    file.write_text(json.dumps(DESCRIPTION))
    monkeypatch.setattr(openapi, "DESCRIPTION_FILE", file)
    served = LambdaApi(
        http.api_handler(
            HttpConfig("test", "INFO", (ORIGIN,)),
            {"write": lambda request: http.ok([request.query, request.body])},
        )
    )
    return lambda body=None, path="a", **options: served.call(
        "POST", "/things/{id}", {"id": path}, **({"body": body} | options)
    )


def test_of_many_faults_some_are_listed_and_the_others_counted(write: Write) -> None:
    answer = write({f"f{number}": 1 for number in range(24_000)})
    assert answer.problem() == (400, "bad-request")
    assert len(answer.body["errors"]) == 20
    assert answer.body["detail"] == "The body is not valid. 23981 more faults are not listed."


@pytest.mark.parametrize(
    "request_",
    [
        {"body": {LONG: 1}},
        {"body": {f"{LONG[:2000]}{number}": 1 for number in range(24)}},
        {"body": {"title": "a", "inner": {LONG: 1, "b": 2}}},
        {"body": {"title": "a", "free": {LONG: "\u202e", LONG + "y": 3}}},
        {"body": {"title": "a", "names": ["\0"] * 20_000}},
        {"body": {"title": LONG}},
        {"text": "[" * 100_000},
        {"text": '{"a":' * 40_000},
        {"text": f'{{"{LONG}": 1, "{LONG}": 2}}'},
        {"text": '{"title": ' + "9" * 60_000 + "}"},
        {"path": LONG},
        {"query": {LONG: "1"}},
        {"query": {}, "multiValueQueryStringParameters": {LONG: ["1", "2"]}},
        {"text": "{}", "requestContext": {"requestId": LONG}},
        {"text": "{}", "headers": {"Content-Type": LONG, "Origin": LONG}},
    ],
)
def test_no_part_of_a_request_makes_the_answer_long(write: Write, request_: dict[str, Any]) -> None:
    answer = write(**({"body": {"title": "a"}} | request_ if "text" not in request_ else request_))
    assert answer.status in (400, 401, 415)
    assert len(json.dumps([answer.headers, answer.body])) < 12_000
    assert all(len(error["field"]) <= 100 for error in answer.body.get("errors", []))


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"title": "a\0"}, "title", "must not contain U+0000 (null)"),
        ({"title": "a\n"}, "title", "must not contain U+000A (line break)"),
        ({"title": " \u3164"}, "title", "must have a character that can be seen"),
        ({"title": "a", "summary": "b\u202e"}, "summary", "must not contain U+202E (right-to-left override)"),
        ({"title": "a", "names": ["b", "\u200b"]}, "names.1", "must have a character that can be seen"),
        ({"title": "a", "free": {"b": "\udc00"}}, "free.b", "must not contain U+DC00 (half of a character)"),
    ],
)
def test_one_sentence_names_the_field_and_the_character(
    write: Write, body: Any, field: str, message: str
) -> None:
    answer = write(body)
    assert answer.problem() == (400, "bad-request")
    assert answer.body["errors"] == [{"field": field, "message": message}]
    assert answer.body["detail"] == f"The body is not valid: {field} {message}."


def test_texts_arrive_as_they_are_stored(write: Write) -> None:
    body = {"title": " Cafe\u0301 ", "summary": "a\r\nb ", "names": ["b ", "c"], "free": {"d ": "e "}}
    assert write(body, query={"q": " e\u0301"}).body == [
        {"q": "é"},
        {"title": "Café", "summary": "a\nb", "names": ["b", "c"], "free": {"d ": "e"}},
    ]
    assert write({"title": "  " + "é" * 10 + "  "}).status == 200
    assert write({"title": "\u0958" * 6}).faulty_fields() == ["title"]  # twice as long in this form


def test_what_an_answer_repeats_is_harmless(write: Write) -> None:
    answer = write({"title": "a", "b\u202e\0": 1})
    assert answer.body["errors"] == [{"field": "b\ufffd\ufffd", "message": "is not a known field"}]
