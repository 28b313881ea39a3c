"""What reading an OpenAPI file needs below the meaning of it: strict YAML, references, JSON Schema.

Schemas come out in the form that both API Gateway's models and the functions take: JSON Schema draft 4.
"""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from education.errors import UserError

# OpenAPI's own additions to JSON Schema: they say nothing about what is valid.
_ANNOTATIONS = frozenset(
    {"description", "example", "externalDocs", "nullable", "deprecated", "readOnly", "writeOnly"}
)


class DescriptionError(UserError):
    """The description of the API cannot be deployed as it is."""

    def __init__(self, file: Path, problem: str) -> None:
        super().__init__(f"{file.parent.name}/{file.name}: {problem}.")


class RefusedError(Exception):
    """Why a description cannot be deployed, beginning with the place in it; `DescriptionError` adds the file."""


def mapping(place: str, value: Any) -> dict[str, Any]:
    """`value`, refused if it is no mapping with names for keys; what is left out is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise RefusedError(
            f"{place} must be a mapping with names (in quotes, where they are numbers) for keys"
        )
    return value


def sequence(place: str, value: Any) -> list[Any]:
    """`value`, refused if it is no list; what is left out is an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise RefusedError(f"{place} must be a list")
    return value


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C where there is one
    """Refuses a key that occurs twice, where YAML would silently drop the first: a lost route."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        names = [key.value for key in keys]
        if len(set(names)) < len(names):
            twice = next(key for key in keys if names.count(key.value) > 1)
            raise yaml.constructor.ConstructorError(
                None, None, f"{twice.value!r} occurs twice", twice.start_mark
            )
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


def load_yaml(literal: bytes) -> Any:
    """The document in these bytes; raises `yaml.YAMLError` or `UnicodeDecodeError`."""
    return yaml.load(literal.decode("utf-8"), Loader=_StrictLoader)  # noqa: S506 (the loader is a SafeLoader)


class References:
    """The `$ref`s of one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._resolved: dict[str, Any] = {}
        self._being_resolved: list[str] = []

    def check(self) -> None:
        """Raises `RefusedError` if any reference of the whole document leads nowhere."""
        pending: list[Any] = [self._document]
        seen: set[int] = set()  # YAML can put a thing into itself
        while pending:
            node = pending.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, list):
                pending.extend(node)
            elif isinstance(node, dict):
                pending.extend(node.values())
                self._target(node.get("$ref", "#/"))

    def resolved(self, node: Any) -> Any:
        """`node` with every reference replaced by what it refers to, and schemas in the form of draft 4.

        Raises `RefusedError` for references in a circle, which no request of this API needs.
        """
        if isinstance(node, list):
            return [self.resolved(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return self._followed(node["$ref"])
        plain = {
            key: {name: self.resolved(schema) for name, schema in mapping(key, value).items()}
            if key == "properties"
            else self.resolved(value)
            for key, value in node.items()
            if key not in _ANNOTATIONS
        }
        if node.get("nullable") is True:
            if not isinstance(node.get("type"), str):
                raise RefusedError("`nullable: true` needs a type beside it")
            plain["type"] = [node["type"], "null"]
        return plain

    def _followed(self, reference: str) -> Any:
        if reference in self._being_resolved:
            raise RefusedError(f"{reference} refers to itself")
        if reference not in self._resolved:
            self._being_resolved.append(reference)
            self._resolved[reference] = self.resolved(self._target(reference))
            self._being_resolved.pop()
        return self._resolved[reference]

    def _target(self, reference: Any) -> Any:
        node: Any = self._document if isinstance(reference, str) and reference.startswith("#/") else None
        for part in str(reference)[2:].split("/"):
            if not part:
                continue
            node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
        if node is None:
            raise RefusedError(f"there is a reference to {reference}, which is not there")
        return node
