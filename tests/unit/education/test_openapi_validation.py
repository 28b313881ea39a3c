"""Mistakes in a schema are refused with their path; a file that passed is not checked a second time."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from education.openapi import validation
from education.openapi.description import DESCRIPTION_FILE
from education.openapi.errors import DescriptionError
from education.openapi.validation import check_openapi


@pytest.fixture(autouse=True)
def passed_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files that pass the check are remembered here, and not in `build/`."""
    monkeypatch.setattr(validation, "PASSED_FOLDER", tmp_path)
    return tmp_path


def document_with(schema: Any) -> dict[str, Any]:
    return {
        "openapi": "3.0.3",
        "info": {"title": "Test", "version": "1"},
        "paths": {},
        "components": {"schemas": {"Thing": schema}},
    }


@pytest.mark.parametrize(
    ("schema", "sentence"),
    [
        ("text", ": 'text' fits no form that OpenAPI allows here: 'text' is not of type 'object'"),
        ({"type": "strnig"}, " > type: 'strnig' is not one of ['array', 'boolean', 'integer', "),
        ({"type": []}, ": {'type': []} fits no form that OpenAPI allows here: [] is not of type"),
        ({"minLenght": 1}, ": 'minLenght' is not known here; allowed: title, multipleOf, "),
        ({"maxLength": "x"}, " > maxLength: 'x' is not of type 'integer'"),
        ({"maxItems": True}, " > maxItems: True is not of type 'integer'"),
        ({"minLength": -1}, " > minLength: -1 is less than the minimum of 0"),
        ({"minimum": "1"}, " > minimum: '1' is not of type 'number'"),
        ({"exclusiveMinimum": 3}, " > exclusiveMinimum: 3 is not of type 'boolean'"),
        ({"multipleOf": 0}, " > multipleOf: 0 is less than or equal to the minimum of 0"),
        ({"pattern": "("}, " > pattern: '(' is not a 'regex'"),
        ({"enum": []}, " > enum: [] should be non-empty"),
        ({"required": "title"}, " > required: 'title' is not of type 'array'"),
        ({"required": []}, " > required: [] should be non-empty"),
        (
            {"properties": {"title": {"type": 3}}},
            " > properties > title: {'type': 3} fits no form that OpenAPI allows",
        ),
        ({"items": {"items": {"pattern": 1}}}, " > items > items > pattern: 1 is not of type 'string'"),
        ({"additionalProperties": {"x": 1}}, " > additionalProperties: 'x' is not known here; allowed: "),
        ({"anyOf": [{"type": "string"}, {"kind": 1}]}, " > anyOf > 1: 'kind' is not known here; allowed: "),
    ],
)
def test_a_schema_that_could_check_nothing_is_refused(schema: Any, sentence: str) -> None:
    with pytest.raises(DescriptionError) as refusal:
        check_openapi(document_with(schema), b"")
    assert str(refusal.value).startswith(f"components > schemas > Thing{sentence}")


def test_a_default_fits_its_own_schema() -> None:
    with pytest.raises(DescriptionError) as refusal:
        check_openapi(document_with({"type": "integer", "default": "ten"}), b"")
    assert str(refusal.value) == (
        "a default in the schema {'type': 'integer', 'default': 'ten'}: 'ten' is not of type 'integer'"
    )


def test_a_message_does_not_repeat_a_whole_route() -> None:
    with pytest.raises(DescriptionError) as refusal:
        check_openapi(document_with(["long"] * 1000), b"")
    assert len(str(refusal.value)) <= 400


def test_a_file_that_passed_is_not_checked_again(
    passed_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    literal = DESCRIPTION_FILE.read_bytes()
    check_openapi(yaml.safe_load(literal), literal)
    assert len(list(passed_folder.iterdir())) == 1
    checked: list[Any] = []
    monkeypatch.setattr(validation, "_first_mistake", checked.append)
    check_openapi("the same file", literal)
    assert checked == []
    check_openapi("another file", literal + b"\n")
    assert checked == ["another file"]


@pytest.mark.parametrize("number", range(len(validation._CHECKERS)))
def test_a_file_is_checked_again_when_the_check_changes(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[Any] = []
    monkeypatch.setattr(validation, "_first_mistake", checked.append)
    check_openapi("before", b"")
    changed = tmp_path / "changed"
    changed.write_bytes(validation._CHECKERS[number].read_bytes() + b"\n")
    files = [*validation._CHECKERS]
    files[number] = changed
    monkeypatch.setattr(validation, "_CHECKERS", files)
    check_openapi("after", b"")
    assert checked == ["before", "after"]


def test_a_file_that_was_refused_is_refused_again(passed_folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(DescriptionError):
            check_openapi({}, b"{}")
    assert list(passed_folder.iterdir()) == []
