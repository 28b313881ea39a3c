"""What the AWS emulator's WAF does not keep: the logging of a web ACL, and what a web ACL masks.

Terraform reads both back. Without them, each plan would show a difference that AWS does not have.
"""

import json
from typing import Any

from ministack.services import waf  # type: ignore[import-untyped]

KEPT = "DataProtectionConfig"
_logging: dict[str, dict[str, Any]] = {}
_handle = waf.handle_request
_create = waf.create_web_acl_record
_update = waf.update_web_acl_record


async def handle_request(
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Any:
    """Answer the operations on a logging configuration; leave all others to the emulator."""
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    if not operation.endswith("LoggingConfiguration"):
        return await _handle(method, path, headers, body, query)
    document = json.loads(body or b"{}")
    if operation == "PutLoggingConfiguration":
        configuration = document["LoggingConfiguration"]
        name = configuration["LogDestinationConfigs"][0].rpartition(":log-group:")[2]
        if not name.startswith("aws-waf-logs-"):
            return waf._waf_err("WAFInvalidParameterException", "The log group has the wrong name.")
        _logging[configuration["ResourceArn"]] = configuration
        return waf.json_response({"LoggingConfiguration": configuration})
    arn = document["ResourceArn"]
    if arn not in _logging:
        return waf._waf_err("WAFNonexistentItemException", f"{arn} has no logging configuration")
    if operation == "GetLoggingConfiguration":
        return waf.json_response({"LoggingConfiguration": _logging[arn]})
    del _logging[arn]
    return waf.json_response({})


def create_web_acl_record(name: str, scope: str, properties: dict[str, Any]) -> Any:
    """Make a web ACL that keeps what it masks."""
    uid, arn, record = _create(name, scope, properties)
    _keep(record, properties)
    return uid, arn, record


def update_web_acl_record(acl: dict[str, Any], properties: dict[str, Any]) -> Any:
    """Change a web ACL, and what it masks."""
    _keep(acl, properties)
    return _update(acl, properties)


def _keep(record: dict[str, Any], properties: dict[str, Any]) -> None:
    record.pop(KEPT, None)
    if properties.get(KEPT):
        record[KEPT] = properties[KEPT]


def install() -> None:
    """Put these before the emulator's own functions."""
    waf.handle_request = handle_request
    waf.create_web_acl_record = create_web_acl_record
    waf.update_web_acl_record = update_web_acl_record
