"""Rules for the API as it is synthesized: every route guarded, every answer readable from the portal, nothing stale."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft4Validator

from education.api.gateway_responses import PROBLEM_TYPE, PROBLEMS
from education.openapi.description import DESCRIPTION_FILE, load_api_description
from education.openapi.operations import JSON_TYPE, Operation
from tests.infrastructure.synthesized import Synthesized, reference
from toolkit import errors

OPERATIONS = load_api_description().operations
HEADER = "gatewayresponse.header."

# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html; without
# INVALID_API_KEY, since there are no API keys.
GATEWAY_ANSWERS = {
    *("ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE"),
    *("BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS", "DEFAULT_4XX", "DEFAULT_5XX", "EXPIRED_TOKEN"),
    *("INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN"),
    *("QUOTA_EXCEEDED", "REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "THROTTLED", "UNAUTHORIZED"),
    *("UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED"),
}


def path_of(stack: Synthesized, resource_id: str) -> str:
    """The path of a resource, put together from its parents."""
    type, _, name = reference(resource_id).partition(".")
    if type == "aws_api_gateway_rest_api":
        return ""
    resource = stack.resources("aws_api_gateway_resource")[name]
    return f"{path_of(stack, resource['parent_id'])}/{resource['path_part']}"


def methods(stack: Synthesized) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    """Every method with its verb and path."""
    for method in stack.resources("aws_api_gateway_method").values():
        yield (method["http_method"], path_of(stack, method["resource_id"])), method


def integrations(stack: Synthesized) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Every integration by its verb and path."""
    verbs = {f"aws_api_gateway_method.{n}": m for n, m in stack.resources("aws_api_gateway_method").items()}
    return {
        (verbs[reference(each["http_method"])]["http_method"], path_of(stack, each["resource_id"])): each
        for each in stack.resources("aws_api_gateway_integration").values()
    }


def preflight_headers(stack: Synthesized) -> dict[str, dict[str, str]]:
    """The headers of each path's preflight."""
    return {
        path_of(stack, answer["resource_id"]): {
            name.removeprefix("method.response.header."): value
            for name, value in answer["response_parameters"].items()
        }
        for answer in stack.resources("aws_api_gateway_integration_response").values()
    }


def key(operation: Operation) -> tuple[str, str]:
    return operation.method, operation.path


def test_every_operation_is_a_method_and_no_other_is(stack: Synthesized) -> None:
    served = {each for each, _ in methods(stack) if each[0] != "OPTIONS"}
    assert served == {key(operation) for operation in OPERATIONS}


def test_a_body_that_is_no_json_reaches_its_function_as_it_is(stack: Synthesized) -> None:
    (api,) = stack.resources("aws_api_gateway_rest_api").values()
    assert "text/csv" in api["binary_media_types"]
    others = {type for operation in OPERATIONS for type in operation.content_types} - {JSON_TYPE}
    assert set(api["binary_media_types"]) == others


def test_every_method_but_a_preflight_needs_a_token(stack: Synthesized) -> None:
    for (verb, path), method in methods(stack):
        if verb == "OPTIONS":
            assert method["authorization"] == "NONE"
        else:
            assert method["authorization"] == "COGNITO_USER_POOLS", f"{verb} {path} is open to everybody"
            assert reference(method["authorizer_id"]).startswith("aws_api_gateway_authorizer."), (
                f"{verb} {path}"
            )


def test_the_authorizer_trusts_our_pool_only(stack: Synthesized) -> None:
    authorizer = stack.one("aws_api_gateway_authorizer")
    (pool,) = authorizer["provider_arns"]
    assert reference(pool).startswith("aws_cognito_user_pool.")
    assert authorizer["identity_source"] == "method.request.header.Authorization"


def test_every_operation_reaches_its_function(stack: Synthesized) -> None:
    served = integrations(stack)
    functions = stack.resources("aws_lambda_function")
    for operation in OPERATIONS:
        integration = served[key(operation)]
        function = functions[reference(integration["uri"]).partition(".")[2]]
        assert function["function_name"] == f"education-{operation.function}-{stack.environment}"
        assert integration["type"] == "AWS_PROXY"
        assert integration["integration_http_method"] == "POST"
        assert function["timeout"] * 1000 <= integration["timeout_milliseconds"] <= 29_000


def test_bodies_are_checked_as_the_description_says(stack: Synthesized) -> None:
    validators = {
        f"aws_api_gateway_request_validator.{name}": body
        for name, body in stack.resources("aws_api_gateway_request_validator").items()
    }
    model = stack.one("aws_api_gateway_model")
    assert json.loads(model["schema"])["type"] == "object"
    served = dict(methods(stack))
    for operation in OPERATIONS:
        method = served[key(operation)]
        validator = validators[reference(method["request_validator_id"])]
        json_only = operation.body_required and operation.content_types == (JSON_TYPE,)
        assert validator["validate_request_parameters"] is True
        assert validator["validate_request_body"] is json_only, operation.operation_id
        assert (JSON_TYPE in method.get("request_models", {})) is json_only, operation.operation_id
        declared = {name.rpartition(".")[2] for name in method.get("request_parameters", {})}
        assert declared == {parameter.name for parameter in operation.parameters}


def test_options_answers_on_every_path(stack: Synthesized) -> None:
    paths = {operation.path for operation in OPERATIONS}
    assert {path for (verb, path), _ in methods(stack) if verb == "OPTIONS"} == paths
    served = integrations(stack)
    for path, headers in preflight_headers(stack).items():
        integration = served["OPTIONS", path]
        assert integration["type"] == "MOCK"
        assert integration["lifecycle"]["ignore_changes"] == ["integration_http_method"]
        assert headers["Access-Control-Allow-Origin"] == f"'{stack.settings.content.portal_origins[0]}'"
        allowed = headers["Access-Control-Allow-Methods"].strip("'").split(",")
        assert set(allowed) == {operation.method for operation in OPERATIONS if operation.path == path}
        assert headers["Access-Control-Allow-Headers"] == "'Authorization,Content-Type'"
        assert int(headers["Access-Control-Max-Age"].strip("'")) > 0
    assert set(preflight_headers(stack)) == paths


def test_no_answer_is_open_to_every_origin(stack: Synthesized) -> None:
    origins = [headers["Access-Control-Allow-Origin"] for headers in preflight_headers(stack).values()]
    for answer in stack.resources("aws_api_gateway_gateway_response").values():
        origins.append(answer["response_parameters"][f"{HEADER}Access-Control-Allow-Origin"])
    assert origins
    assert not [origin for origin in origins if "*" in origin]


def test_every_answer_of_the_gateway_is_a_problem_document(stack: Synthesized) -> None:
    answers = stack.resources("aws_api_gateway_gateway_response").values()
    assert {answer["response_type"] for answer in answers} == GATEWAY_ANSWERS
    schema = yaml.safe_load(DESCRIPTION_FILE.read_text())["components"]["schemas"]["Problem"]
    for answer in answers:
        (template,) = answer["response_templates"].values()
        document = json.loads(template)
        Draft4Validator(schema).validate(document)
        assert str(document["status"]) == answer["status_code"]
        assert document["requestId"] == "$context.requestId"
        # Anything else the gateway could fill in is unescaped text of the request or of AWS.
        assert re.findall(r"\$\w+(?:\.\w+)*", template) == ["$context.requestId"]
        headers = answer["response_parameters"]
        assert headers[f"{HEADER}Content-Type"] == f"'{PROBLEM_TYPE}'"
        assert (
            headers[f"{HEADER}Access-Control-Allow-Origin"] == f"'{stack.settings.content.portal_origins[0]}'"
        )
        assert (f"{HEADER}Retry-After" in headers) is (answer["status_code"] in ("429", "503"))


def test_gateway_and_functions_use_the_same_words() -> None:
    kinds = {
        kind.status: kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.RequestError)
    }
    for response_type, problem in PROBLEMS.items():
        kind = kinds.get(problem.status)
        if kind:
            assert (problem.title, problem.code) == (kind.title, kind.code), response_type
        else:
            assert problem.status == 429, f"{response_type}: the functions know no {problem.status}"


def test_an_unknown_route_is_a_404_with_a_token_too(stack: Synthesized) -> None:
    """API Gateway takes a token on a path that does not exist for an AWS signature, and says what is wrong with it."""
    routes = [method for (verb, _), method in methods(stack) if verb != "OPTIONS"]
    assert {method["authorization"] for method in routes} == {"COGNITO_USER_POOLS"}, "nobody else signs"
    unknown = PROBLEMS["MISSING_AUTHENTICATION_TOKEN"]
    assert unknown.status == 404
    for response_type in ("INVALID_SIGNATURE", "DEFAULT_4XX", "RESOURCE_NOT_FOUND"):
        assert PROBLEMS[response_type] == unknown, response_type


def test_a_malformed_body_is_reported_by_field() -> None:
    assert json.loads(PROBLEMS["BAD_REQUEST_BODY"].template())["errors"] == [
        {"field": "body", "message": "The body must be a JSON object."}
    ]


def preflight(folder: Path, *origins: str) -> dict[str, Any]:
    """The answer to the preflight of an API with these portals."""
    from cdktf import App, TerraformStack, Testing

    from education.api.cors import Preflights

    stack = TerraformStack(App(outdir=str(folder)), "preflight")
    Preflights(stack, "preflight", api_id="api", methods={"/things": ("r", ["GET"])}, origins=origins)
    (answer,) = json.loads(Testing.synth(stack))["resource"]["aws_api_gateway_integration_response"].values()
    return dict(answer)


def test_each_of_several_portals_gets_its_own_origin(tmp_path: Path) -> None:
    answer = preflight(tmp_path, "https://a.example", "https://b.example")
    template = answer["response_templates"][JSON_TYPE]
    assert '["https://a.example", "https://b.example"]' in template
    assert "#if($allowed.contains($origin))" in template
    assert (
        answer["response_parameters"]["method.response.header.Access-Control-Allow-Origin"]
        == "'https://a.example'"
    )
    assert answer["response_parameters"]["method.response.header.Vary"] == "'Origin'"


def test_one_portal_needs_no_template(tmp_path: Path) -> None:
    answer = preflight(tmp_path, "https://a.example")
    assert "response_templates" not in answer
