"""Each operation of api/openapi.yaml is in the handler of its function, and each handler answers nothing else.

A forgotten entry would answer 404 only once it is deployed; this says so in seconds.
"""

import ast

from education.openapi.description import load_api_description
from tests.infrastructure.conftest import SynthesizedOf
from tools.support.paths import ROOT


def answered_by(source: str) -> set[str]:
    """The operation ids in the `api_handler(config, {...})` of `lambda_src/<source>/handler.py`."""
    module = ast.parse((ROOT / "lambda_src" / source / "handler.py").read_text())
    maps = [
        call.args[1]
        for call in ast.walk(module)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "api_handler"
    ]
    assert len(maps) == 1, f"{source}: one call of api_handler is expected"
    assert isinstance(maps[0], ast.Dict), f"{source}: the operations are to be written down in the call"
    return {ast.literal_eval(key) for key in maps[0].keys if key is not None}


def test_every_operation_is_in_the_handler_of_its_function(synthesized_of: SynthesizedOf) -> None:
    sources = {
        body["function_name"].removeprefix("education-").removesuffix("-dev"): body["handler"].partition(".")[
            0
        ]
        for body in synthesized_of("dev").resources("aws_lambda_function").values()
    }
    described: dict[str, set[str]] = {}
    for operation in load_api_description().operations:
        described.setdefault(operation.function, set()).add(operation.operation_id)
    assert {name: answered_by(sources[name]) for name in described} == described


def imports_permissions(source: str) -> bool:
    """Whether a file of a function imports the rules that ask for the caller's roles."""
    names = {
        f"{node.module}.{alias.name}"
        for path in (ROOT / "lambda_src" / source).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return any(name.startswith("domain.permissions") for name in names)


def test_a_function_that_asks_for_roles_can_look_them_up(synthesized_of: SynthesizedOf) -> None:
    """Without `present_roles`, the first such request of staff would be answered with 500."""
    behind_the_api = {operation.function for operation in load_api_description().operations}
    for body in synthesized_of("dev").resources("aws_lambda_function").values():
        name = body["function_name"].removeprefix("education-").removesuffix("-dev")
        source = body["handler"].partition(".")[0]
        if name in behind_the_api and imports_permissions(source):
            handler = (ROOT / "lambda_src" / source / "handler.py").read_text()
            assert "present_roles=" in handler, f"{source}: give api_handler its present_roles"
