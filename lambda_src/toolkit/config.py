"""Environment variables of a function, read once into a frozen dataclass.

The field names of a function's `Config` are its variables in lower case: the class is the
only declaration, and a test compares the infrastructure with it. If a value is missing or wrong, the function does
not start.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar, get_type_hints


class ConfigError(Exception):
    """A variable is missing or does not have the form that its field needs. The message names the variable."""


@dataclass(frozen=True)
class BaseConfig:
    """What every function has."""

    environment_suffix: str
    log_level: str


@dataclass(frozen=True)
class HttpConfig(BaseConfig):
    """What every function behind the HTTP API has; `portal_origins` is comma separated."""

    portal_origins: tuple[str, ...]


@dataclass(frozen=True)
class StreamConfig(BaseConfig):
    """What every function behind a table's stream has."""

    dead_letter_queue_url: str


C = TypeVar("C", bound=BaseConfig)


def variable_names(config_class: type[BaseConfig]) -> frozenset[str]:
    """The exact set of environment variables that a config class reads."""
    return frozenset(field.name.upper() for field in fields(config_class))


def load(config_class: type[C], environment: Mapping[str, str] = os.environ) -> C:
    """Read a config class from environment variables.

    Fields may be `str`, `int`, `bool` ("true"/"false") or `tuple[str, ...]` (comma separated).

    Raises:
        ConfigError: a variable is missing, empty or of the wrong form.
    """
    hints = get_type_hints(config_class)
    values: dict[str, Any] = {}
    for name in (field.name for field in fields(config_class)):
        variable = name.upper()
        text = environment.get(variable, "").strip()
        if not text:
            raise ConfigError(f"environment variable {variable} is not set")
        try:
            values[name] = _parse(text, hints[name])
        except ValueError as error:
            raise ConfigError(f"environment variable {variable}: {error}") from error
    return config_class(**values)


def _parse(text: str, wanted: Any) -> Any:
    if wanted is str:
        return text
    if wanted is int:
        return int(text)
    if wanted is bool:
        if text not in ("true", "false"):
            raise ValueError("true or false is expected")
        return text == "true"
    if wanted == tuple[str, ...]:
        parts = tuple(part.strip() for part in text.split(",") if part.strip())
        if not parts:
            raise ValueError("at least one value is expected")
        return parts
    raise TypeError(f"config fields of type {wanted} are not supported")
