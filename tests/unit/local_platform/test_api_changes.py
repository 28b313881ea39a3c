"""What Terraform changes in an API of the AWS emulator is read back as AWS gives it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_platform import emulator
from local_platform.aws import client
from local_platform.platform import Platform
from tests.ports import free_port

JSON_TYPE = "application/json"
QUERY = "method.request.querystring."
HEADER = "method.response.header."


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """API Gateway of a platform whose emulator runs."""
    home = tmp_path_factory.mktemp("changes") / "home"
    platform = Platform(home, free_port(), home / "outputs" / "local.json")
    emulator.start(platform)
    gateway: Any = client(platform, "apigateway")
    gateway.meta.events.register("after-call.apigateway", keep_as_it_came)
    yield gateway
    emulator.stop(platform)


def keep_as_it_came(http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
    """Add the JSON of an answer. boto3 takes a text for a boolean or a number, and the AWS provider does not."""
    parsed["json"] = json.loads(http_response.content or "{}")


@pytest.fixture
def method(gateway: Any) -> dict[str, str]:
    """The arguments that name a method, which has an integration and a response."""
    api = gateway.create_rest_api(name="api", binaryMediaTypes=["text/csv"])["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    named = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(
        **named,
        authorizationType="NONE",
        requestParameters={f"{QUERY}limit": False, f"{QUERY}email": True},
    )
    gateway.put_integration(**named, type="MOCK", requestTemplates={JSON_TYPE: "before"})
    gateway.put_method_response(**named, statusCode="200", responseParameters={f"{HEADER}Vary": True})
    return named


def operation(kind: str, path: str, value: str | None = None) -> dict[str, str]:
    """One operation of an update."""
    return {"op": kind, "path": path} | ({} if value is None else {"value": value})


def test_parameters_that_were_changed_are_read_as_booleans(gateway: Any, method: dict[str, str]) -> None:
    """The AWS provider cannot read the API while one of them is a text."""
    gateway.update_method(
        **method,
        patchOperations=[
            operation("add", f"/requestParameters/{QUERY}owner", "false"),
            operation("replace", f"/requestParameters/{QUERY}limit", "true"),
            operation("remove", f"/requestParameters/{QUERY}email"),
            operation("replace", "/apiKeyRequired", "false"),
        ],
    )
    (resource,) = gateway.get_resources(restApiId=method["restApiId"], embed=["methods"])["json"]["item"]
    read = resource["resourceMethods"]["GET"]
    assert read["requestParameters"] == {f"{QUERY}limit": True, f"{QUERY}owner": False}
    assert read["apiKeyRequired"] is False


def test_the_name_of_a_media_type_is_read_as_it_is(gateway: Any, method: dict[str, str]) -> None:
    gateway.update_method(
        **method, patchOperations=[operation("add", "/requestModels/application~1json", "Empty")]
    )
    gateway.update_integration(
        **method,
        patchOperations=[operation("replace", "/requestTemplates/application~1json", "after")],
    )
    assert gateway.get_method(**method)["requestModels"] == {JSON_TYPE: "Empty"}
    assert gateway.get_integration(**method)["requestTemplates"] == {JSON_TYPE: "after"}


def test_an_integration_has_a_number_for_its_time_and_texts_for_its_parameters(
    gateway: Any, method: dict[str, str]
) -> None:
    parameter = "integration.request.header.X"
    gateway.update_integration(
        **method,
        patchOperations=[
            operation("replace", "/timeoutInMillis", "5000"),
            operation("add", f"/requestParameters/{parameter}", "false"),
        ],
    )
    read = gateway.get_integration(**method)["json"]
    assert (read["timeoutInMillis"], read["requestParameters"]) == (5000, {parameter: "false"})


def test_media_types_stay_a_list(gateway: Any, method: dict[str, str]) -> None:
    api = method["restApiId"]
    gateway.update_rest_api(
        restApiId=api,
        patchOperations=[
            operation("add", "/binaryMediaTypes/text~1vtt"),
            operation("remove", "/binaryMediaTypes/text~1csv"),
        ],
    )
    assert gateway.get_rest_api(restApiId=api)["binaryMediaTypes"] == ["text/vtt"]


def test_the_user_pools_of_an_authorizer_stay_a_list(gateway: Any, method: dict[str, str]) -> None:
    api, pools = (
        method["restApiId"],
        [f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{i}" for i in "ab"],
    )
    authorizer = gateway.create_authorizer(
        restApiId=api, name="token", type="COGNITO_USER_POOLS", providerARNs=pools[:1]
    )["id"]
    changed = gateway.update_authorizer(
        restApiId=api,
        authorizerId=authorizer,
        patchOperations=[
            operation("add", "/providerARNs", pools[1]),
            operation("remove", "/providerARNs", pools[0]),
            operation("replace", "/authorizerResultTtlInSeconds", "60"),
        ],
    )["json"]
    assert (changed["providerARNs"], changed["authorizerResultTtlInSeconds"]) == (pools[1:], 60)


def test_the_headers_of_a_response_can_be_changed(gateway: Any, method: dict[str, str]) -> None:
    named = {**method, "statusCode": "200"}
    gateway.update_method_response(
        **named,
        patchOperations=[
            operation("add", f"/responseParameters/{HEADER}Age", "true"),
            operation("remove", f"/responseParameters/{HEADER}Vary"),
        ],
    )
    assert gateway.get_method_response(**named)["json"]["responseParameters"] == {f"{HEADER}Age": True}


def test_the_update_of_a_response_that_is_not_there_is_refused(gateway: Any, method: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="Invalid Response status code"):
        gateway.update_method_response(**method, statusCode="404", patchOperations=[])
