"""Mends the emulator's API Gateway: what an update changes can be read back as AWS gives it.

An update is a list of operations on paths, whose values are always text:
https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
The emulator stores the text as it comes: `"false"` for a parameter that is not required, where AWS has false. The AWS
provider cannot read that, so the next deployment ends with "expected NullableBoolean to be of type *bool, got string".
The emulator also keeps `~1` in the name of a media type, puts one text in the place of a list, and does not know the
update of a method's response.

Left out: the method settings of a stage and request validators, which the emulator changes well, and the type of an
endpoint.
"""

import json
import re
from collections.abc import Mapping, MutableMapping, Sequence
from http import HTTPStatus
from typing import Any

_BOOLEANS = {"apiKeyRequired", "disableExecuteApiEndpoint", "cacheClusterEnabled", "tracingEnabled"}
_NUMBERS = {"timeoutInMillis", "authorizerResultTtlInSeconds", "minimumCompressionSize"}
# Maps whose values are booleans, and an attribute of what they belong to: an integration has a map of the same name.
_MAPS_OF_BOOLEANS = {"requestParameters": "authorizationType", "responseParameters": "responseModels"}
_RESPONSE = re.compile("/restapis/([^/]+)/resources/([^/]+)/methods/([^/]+)/responses/([^/]+)")


def store_changes_as_they_are_read() -> None:
    """Change how the emulator, in this process, updates what belongs to a REST API."""
    from ministack.services import apigateway_v1  # type: ignore[import-untyped]

    answer = apigateway_v1.handle_request

    async def answer_also_updates_of_responses(
        method: str, path: str, headers: Any, body: Any, query: Any
    ) -> Any:
        response = _RESPONSE.fullmatch(path)
        if method != "PATCH" or response is None:
            return await answer(method, path, headers, body, query)
        found = apigateway_v1._get_method_response(*response.groups())
        if found[0] != HTTPStatus.OK:
            return found
        api, resource, verb, status = response.groups()
        stored = apigateway_v1._resources[api][resource]["resourceMethods"][verb]["methodResponses"][status]
        return apigateway_v1._v1_response(change(stored, json.loads(body)["patchOperations"]))

    apigateway_v1._apply_patch = change
    apigateway_v1.handle_request = answer_also_updates_of_responses


def change(changed: MutableMapping[str, Any], operations: Sequence[Mapping[str, Any]]) -> Any:
    """Carry out the operations `add`, `replace` and `remove` on an API or a part of it; returns the same object."""
    for operation in operations:
        path = [_name(part) for part in str(operation.get("path", "")).lstrip("/").split("/")]
        if path == [""]:
            continue
        value = _value(changed, path, operation.get("value"))
        removes = operation.get("op") == "remove"
        if isinstance(changed.get(path[0]), list):
            _change_list(changed, path, value, removes=removes)
        else:
            _change_map(changed, path, value, removes=removes)
    return changed


def _change_list(
    changed: MutableMapping[str, Any], path: Sequence[str], value: Any, *, removes: bool
) -> None:
    """Add or remove one element, which is the value, or the end of the path where AWS takes it from there."""
    element = path[1] if len(path) > 1 else value
    others = [each for each in changed[path[0]] if each != element]
    changed[path[0]] = others if removes else [*others, element]


def _change_map(target: MutableMapping[str, Any], path: Sequence[str], value: Any, *, removes: bool) -> None:
    for part in path[:-1]:
        if not isinstance(target.get(part), dict):
            if removes:
                return
            target[part] = {}
        target = target[part]
    if removes:
        target.pop(path[-1], None)
    else:
        target[path[-1]] = value


def _name(part: str) -> str:
    """One part of a path, decoded: https://datatracker.ietf.org/doc/html/rfc6901#section-4"""
    return part.replace("~1", "/").replace("~0", "~")


def _value(changed: Mapping[str, Any], path: Sequence[str], text: Any) -> Any:
    """The value in the type that the attribute has when it is read."""
    owner = _MAPS_OF_BOOLEANS.get(path[0])
    if path[-1] in _BOOLEANS or (owner and owner in changed):
        return str(text).lower() == "true"
    if path[-1] in _NUMBERS and text is not None:
        return int(text)
    return text
