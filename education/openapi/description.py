"""The API's description: reads api/openapi.yaml, the one description of the HTTP API, into typed operations.

API Gateway's resources and the request checks inside the functions are made from them. A description that is not valid
or cannot be deployed is refused here with one sentence.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from education.openapi.errors import DescriptionError
from education.openapi.operations import Operation, read_operations
from education.openapi.references import References
from education.openapi.strict_yaml import load_yaml
from education.openapi.validation import check_openapi

DESCRIPTION_FILE = Path(__file__).resolve().parents[2] / "api" / "openapi.yaml"


@dataclass(frozen=True)
class ApiDescription:
    """The whole API. `digest` is the SHA-256 of the description's bytes, so that any change of it is a new one."""

    operations: tuple[Operation, ...]
    digest: str

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that has an operation, in the description's order."""
        return tuple(dict.fromkeys(operation.path for operation in self.operations))

    def methods_of(self, path: str) -> tuple[str, ...]:
        """The HTTP methods of a path, in upper case."""
        return tuple(operation.method for operation in self.operations if operation.path == path)

    def function_slice(self, name: str) -> dict[str, Any]:
        """What the function called `name` must know to check its requests, ready for JSON.

        A function that answers no operation has an empty list of them.
        """
        return {
            "operations": [
                {
                    "operationId": operation.operation_id,
                    "method": operation.method,
                    "path": operation.path,
                    "parameters": [
                        {"name": p.name, "in": p.location, "required": p.required, "schema": p.schema}
                        for p in operation.parameters
                    ],
                    "requestBody": {
                        "required": operation.body_required,
                        "maximumBytes": operation.maximum_body_bytes,
                        "content": {
                            kind: {"schema": schema} for kind, schema in operation.body_schemas.items()
                        },
                    },
                }
                for operation in self.operations
                if operation.function == name
            ]
        }


def function_slice(name: str) -> dict[str, Any]:
    """What the function called `name` must know of the API: see `ApiDescription.function_slice`."""
    return load_api_description().function_slice(name)


@cache
def load_api_description(file: Path = DESCRIPTION_FILE) -> ApiDescription:
    """The description in `file`; raises `DescriptionError` with one sentence if it cannot be deployed."""
    where = f"{file.parent.name}/{file.name}"
    try:
        literal = file.read_bytes().replace(b"\r\n", b"\n")  # the line ends of a checkout are no change
    except FileNotFoundError:
        raise DescriptionError(f"{where}: the file is missing; restore it from the repository.") from None
    try:
        document = load_yaml(literal)
        References(document).check()
        check_openapi(document, literal)
        operations = tuple(read_operations(document))
    except DescriptionError as problem:
        raise DescriptionError(f"{where}: {problem}.") from None
    except RecursionError:
        raise DescriptionError(
            f"{where}: something in it contains itself, which no request of this API can."
        ) from None
    return ApiDescription(operations, hashlib.sha256(literal).hexdigest())
