"""Checks that a document is valid OpenAPI 3.0, with the library openapi-spec-validator.

Importing and running the library takes about 0.7 s, a third of a whole synth. So a file that passed is remembered
below `build/openapi/` and is not checked again until it, the locked versions or this module change.
What this project demands beyond OpenAPI is in `operations.py`.
"""

import hashlib
import re
from pathlib import Path
from textwrap import shorten
from typing import Any

from education.openapi.errors import DescriptionError

_PROJECT = Path(__file__).resolve().parents[2]
PASSED_FOLDER = _PROJECT / "build" / "openapi"
_CHECKERS = (Path(__file__), _PROJECT / "requirements.txt")
_LONGEST_MESSAGE = 400  # the library repeats what it refuses, which can be a whole route


def check_openapi(document: Any, literal: bytes) -> None:
    """Raises `DescriptionError`, with the place and the mistake, if `document` is not valid OpenAPI 3.0.

    `literal` is the content of the file that the document was read from. Its references must have been checked before.
    """
    passed = PASSED_FOLDER / _fingerprint(literal)
    if passed.exists():
        return
    if mistake := _first_mistake(document):
        raise DescriptionError(shorten(mistake, _LONGEST_MESSAGE, placeholder=" …"))
    passed.parent.mkdir(parents=True, exist_ok=True)
    passed.touch()


def _fingerprint(literal: bytes) -> str:
    digest = hashlib.sha256(literal)
    for file in _CHECKERS:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _first_mistake(document: Any) -> str | None:
    # Imported here, because this is what takes the time.
    from jsonschema import Draft4Validator, FormatChecker
    from jsonschema.exceptions import best_match, relevance
    from openapi_spec_validator import OpenAPIV30SpecValidator
    from openapi_spec_validator.schemas import schema_v30

    # The library checks this schema too. But it does not check that a `pattern` is a regular expression, and its
    # validator, written in Rust, does not say which alternative of a `oneOf` came closest.
    structure = Draft4Validator(dict(schema_v30), format_checker=FormatChecker(["regex"]))
    error = best_match(
        structure.iter_errors(document), key=lambda each: (_misses_reference(each), relevance(each))
    )
    if error:
        place = " > ".join(str(part) for part in error.absolute_path)
        return f"{place}: {_words(error)}"
    # What the schema cannot say: the parameters of a path, operation ids, and the values of defaults.
    error = next(OpenAPIV30SpecValidator(document).iter_errors(), None)
    if error is None:
        return None
    is_default = isinstance(error.schema, dict)
    return f"a default in the schema {error.schema}: {error.message}" if is_default else str(error.message)


def _words(error: Any) -> str:
    """An error of the library `jsonschema` in words, where its own message does not help."""
    if error.validator == "additionalProperties":
        names, patterns = list(error.schema.get("properties", {})), list(error.schema["patternProperties"])
        unknown = next(
            name
            for name in error.instance
            if name not in names and not any(re.search(pattern, name) for pattern in patterns)
        )
        return f"{unknown!r} is not known here; allowed: {', '.join(names + patterns)}"
    if error.validator == "oneOf":
        reasons = [each.message for each in error.context if not _misses_reference(each)]
        return f"{error.instance!r} fits no form that OpenAPI allows here: {', or '.join(reasons) or 'wrong type'}"
    return str(error.message)


def _misses_reference(error: Any) -> bool:
    """Whether a `$ref` is all that is missing; an author who wrote none meant the other alternative."""
    return bool(error.validator == "required" and error.message.startswith("'$ref'"))
