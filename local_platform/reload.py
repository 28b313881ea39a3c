"""`make reload`: updates changed functions in the running platform within seconds, without Terraform.

The next `make up` sees that their hashes changed and brings Terraform's state up to date.
"""

from typing import TYPE_CHECKING

from education.errors import UserError
from education.functions.bundling import bundle
from local_platform import emulator
from local_platform.aws import client
from local_platform.platform import Platform
from tools.support.steps import step

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def reload(platform: Platform) -> list[str]:
    """Update the code of each deployed function whose bundle changed; returns their names."""
    if emulator.running(platform) is None:
        raise UserError("the local platform does not run: start it with `make up`.")
    functions: LambdaClient = client(platform, "lambda")
    updated = []
    with step("updating changed functions") as current:
        for page in functions.get_paginator("list_functions").paginate():
            for function in page["Functions"]:
                built = bundle(function["Handler"].split(".")[0])
                if built.source_code_hash != function["CodeSha256"]:
                    name = function["FunctionName"]
                    functions.update_function_code(FunctionName=name, ZipFile=built.path.read_bytes())
                    updated.append(name)
        current.note(", ".join(updated) or "none changed")
    return updated
