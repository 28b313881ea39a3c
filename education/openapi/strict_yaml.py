"""Reads YAML without its traps: a repeated key, and a key that is not a text."""

from collections.abc import Hashable
from typing import Any

import yaml

from education.openapi.errors import DescriptionError


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C where there is one
    """Refuses keys that YAML accepts and that this project never means.

    YAML silently drops the first of two equal keys, which would lose a route. A key such as `204` is a number in YAML,
    and OpenAPI and JSON know only texts.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        names = [key.value for key in keys]
        for key in keys:
            if names.count(key.value) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value!r} occurs twice", key.start_mark
                )
        for name in mapping:
            if not isinstance(name, str):
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {name!r} must be a text; put it in quotes", node.start_mark
                )
        return mapping


def load_yaml(literal: bytes) -> Any:
    """The document in these bytes; raises `DescriptionError` if they are not valid YAML in UTF-8."""
    try:
        return yaml.load(literal.decode("utf-8"), Loader=_StrictLoader)  # noqa: S506 (the loader is a SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise DescriptionError(f"not valid YAML: {' '.join(str(problem).split())}") from None
