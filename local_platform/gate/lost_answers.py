"""Lets Terraform repeat the request for a state lock whose answer was lost on the way.

AWS's clients repeat a request when a connection breaks. If the first one was carried out, the second finds the lock
taken, and the deployment ends with "Error acquiring the state lock". A lock has an id of its own, so an item that is
equal in every attribute is the caller's own lock. Every other conditional write stays as it is: to repeat it is
something that the code under test must bear.
"""

import json
from http import HTTPStatus
from typing import Any

LOCK_CONDITION = "attribute_not_exists(LockID)"  # what Terraform's S3 backend sends


def let_a_lock_be_asked_for_twice() -> None:
    """Change PutItem of the emulator in this process."""
    from ministack.services import dynamodb  # type: ignore[import-untyped]

    put_item = dynamodb._put_item

    def put_item_unless_it_is_there(request: dict[str, Any]) -> Any:
        if request.get("ConditionExpression") == LOCK_CONDITION and is_stored(request):
            request = {name: value for name, value in request.items() if name != "ConditionExpression"}
        return put_item(request)

    def is_stored(request: dict[str, Any]) -> bool:
        item = request.get("Item", {})
        key = {"LockID": item.get("LockID")}
        status, _, body = dynamodb._get_item({"TableName": request.get("TableName"), "Key": key})
        return status == HTTPStatus.OK and bool(json.loads(body).get("Item") == item)

    dynamodb._put_item = put_item_unless_it_is_there
