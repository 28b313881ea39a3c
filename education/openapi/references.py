"""The `$ref`s of an OpenAPI document: checks them, and replaces each with what it refers to.

Schemas leave this module in the form that the functions check requests with: JSON Schema draft 4.
"""

from typing import Any

from education.openapi.errors import DescriptionError

# Words of OpenAPI's schemas that do not say what is valid.
_ANNOTATIONS = frozenset(
    {"description", "example", "externalDocs", "nullable", "deprecated", "readOnly", "writeOnly"}
)


class References:
    """The references of one document."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._resolved: dict[str, Any] = {}
        self._being_resolved: list[str] = []

    def check(self) -> None:
        """Raises `DescriptionError` if a reference, anywhere in the document, leads to nothing or only to itself.

        A reference to another file or address is refused too: nothing is fetched while the stack is synthesized.
        """
        pending: list[Any] = [self._document]
        seen: set[int] = set()  # an alias of YAML can put a mapping into itself
        while pending:
            node = pending.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, list):
                pending.extend(node)
            elif isinstance(node, dict):
                pending.extend(node.values())
                self._check_chain(node)

    def resolved(self, node: Any) -> Any:
        """`node` with every reference replaced by what it refers to, and schemas in the form of draft 4.

        Raises `DescriptionError` for references in a circle: no request of this API needs them, and a circle has no
        end where it could be written out.
        """
        if isinstance(node, list):
            return [self.resolved(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return self._followed(node["$ref"])
        plain = {
            key: {name: self.resolved(schema) for name, schema in value.items()}
            if key == "properties"
            else self.resolved(value)
            for key, value in node.items()
            if key not in _ANNOTATIONS
        }
        if node.get("nullable") is True:
            if "type" not in node:
                raise DescriptionError("`nullable: true` needs a type beside it")
            plain["type"] = [node["type"], "null"]
        return plain

    def _check_chain(self, node: Any) -> None:
        """Follows references that lead straight to another reference."""
        passed: list[Any] = []
        while isinstance(node, dict) and "$ref" in node:
            reference = node["$ref"]
            if reference in passed:
                raise DescriptionError(f"{reference} refers to itself")
            passed.append(reference)
            node = self._target(reference)

    def _followed(self, reference: str) -> Any:
        if reference in self._being_resolved:
            raise DescriptionError(f"{reference} refers to itself")
        if reference not in self._resolved:
            self._being_resolved.append(reference)
            self._resolved[reference] = self.resolved(self._target(reference))
            self._being_resolved.pop()
        return self._resolved[reference]

    def _target(self, reference: Any) -> Any:
        node: Any = self._document if isinstance(reference, str) and reference.startswith("#/") else None
        for part in str(reference)[2:].split("/"):
            node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
        if node is None:
            raise DescriptionError(f"there is a reference to {reference}, which is not in this file")
        return node
