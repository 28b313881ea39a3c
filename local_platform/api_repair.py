"""Repairs the API in an AWS emulator that an earlier version of this project started, and that still runs.

Such an emulator has no `local_platform/gate/api_changes.py`: when Terraform changed a method, it stored the method's
parameters as text. The AWS provider cannot read them, so each deployment fails. A boolean it stores as it comes.
Remove this module when nobody runs an emulator from November 2026 any more.
"""

import json
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local_platform.aws import session
from local_platform.platform import Platform


def repair_parameters(platform: Platform) -> bool:
    """Store the parameters of all methods as booleans; returns whether any was stored as text.

    An emulator that does not answer, or refuses, cannot be repaired.
    """
    try:
        return _repair(platform)
    except (BotoCoreError, ClientError):
        return False


def _repair(platform: Platform) -> bool:
    # boto3 refuses to send a boolean where AWS wants a text, unless it is told not to look.
    gateway: Any = session(platform).client(
        "apigateway",
        endpoint_url=platform.endpoint,
        region_name=platform.settings.aws_region,
        config=Config(parameter_validation=False, proxies={}),
    )
    gateway.meta.events.register("after-call.apigateway.GetResources", _keep_as_it_came)
    repaired = False
    for api in gateway.get_rest_apis()["items"]:
        resources = gateway.get_resources(restApiId=api["id"], embed=["methods"], limit=500)["json"]["item"]
        for resource in resources:
            for verb, method in resource["resourceMethods"].items():
                operations = [
                    {"op": "replace", "path": f"/requestParameters/{name}", "value": required == "true"}
                    for name, required in (method.get("requestParameters") or {}).items()
                    if isinstance(required, str)
                ]
                if operations:
                    gateway.update_method(
                        restApiId=api["id"],
                        resourceId=resource["id"],
                        httpMethod=verb,
                        patchOperations=operations,
                    )
                    repaired = True
    return repaired


def _keep_as_it_came(http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
    """Add the JSON of an answer, because boto3 reads a text as a boolean."""
    parsed["json"] = json.loads(http_response.content)
