"""Says what is wrong with a setting, in one sentence: where it is, its value, and what is allowed.

The sentence is made from the errors of pydantic; the rules themselves are in `model.py`, `types.py` and `pipeline.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

# The types of pydantic's errors, in plain words.
_KINDS = {
    "tuple_type": "a list, in brackets",
    "dict_type": "a section of settings",
    "model_type": "a section of settings",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "string_type": "a text, in quotes",
    "too_short": "a list of one or more",
}


def user_message(
    problem: ValidationError,
    *,
    model: type[BaseModel],
    file: str,
    variables: Mapping[tuple[str, ...], str],
) -> str:
    """The sentence about the mistake to correct first.

    `variables` names, by the path of a setting, the environment variable that it came from instead of `file`.
    """
    error = min(problem.errors(include_url=False), key=_by_urgency)
    path = tuple(str(part) for part in error["loc"])
    where = variables.get(path) or ": ".join(filter(None, (file, ".".join(path))))
    if error["type"] == "extra_forbidden":
        known = ", ".join(sorted(_section(model, path[:-1]).model_fields))
        value = "" if isinstance(error["input"], dict) else f" = {error['input']!r}"
        return f"{where}{value} is not a known setting; allowed here: {known}."
    if error["type"] == "missing":
        return f"{where} is missing; give it a value (environments/dev.toml has an example)."
    if error["type"] == "value_error":
        return f"{where}: {error['ctx']['error']}."
    return f"{where} is {error['input']!r}; allowed: {_allowed(error)}."


def _by_urgency(error: ErrorDetails) -> int:
    """Sorts an unknown setting before a missing one: a misspelt name is both, and the spelling must be corrected."""
    return (
        ("extra_forbidden", "missing").index(error["type"])
        if error["type"] in ("extra_forbidden", "missing")
        else 2
    )


def _section(model: type[BaseModel], path: Sequence[str]) -> type[BaseModel]:
    for part in path:
        section: Any = model.model_fields[part].annotation
        model = section
    return model


def _allowed(error: ErrorDetails) -> str:
    return _KINDS.get(error["type"]) or error["msg"].removeprefix("Input should ").removeprefix("be ")
