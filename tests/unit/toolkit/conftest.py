"""An API of operations that a test gives as functions."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.lambda_api_fixture import ORIGIN, LambdaApi
from toolkit import http, openapi
from toolkit.config import HttpConfig

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title"],
    "properties": {
        "title": {"type": "string", "minLength": 1, "maxLength": 5},
        "count": {"type": ["integer", "null"], "maximum": 9},
        "list": {"type": "array", "items": {"type": "string"}},
        "ratio": {"type": "number"},
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
                    "schema": {"type": "string", "pattern": "^[a-z]+$"},
                }
            ],
            "requestBody": {
                "required": True,
                "maximumBytes": 200,
                "content": {
                    "application/json": {"schema": SCHEMA},
                    "text/csv": {"schema": {"type": "string"}},
                },
            },
        },
        {
            "operationId": "list",
            "method": "GET",
            "path": "/things",
            "parameters": [
                {
                    "name": "limit",
                    "in": "query",
                    "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
                },
                {"name": "dryRun", "in": "query", "schema": {"type": "boolean"}},
            ],
        },
        {"operationId": "act", "method": "DELETE", "path": "/things", "parameters": []},
        {"operationId": "elsewhere", "method": "PUT", "path": "/things", "parameters": []},
    ]
}

Make = Callable[..., LambdaApi]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """An API whose operations are given as functions."""
    file = tmp_path / "api.json"
    file.write_text(json.dumps(DESCRIPTION))
    monkeypatch.setattr(openapi, "DESCRIPTION_FILE", file)

    def make(**operations: http.Handler) -> LambdaApi:
        config = HttpConfig("test", "INFO", (ORIGIN, "https://second.example.org"))
        return LambdaApi(http.api_handler(config, operations))

    return make
