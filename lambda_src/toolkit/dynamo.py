"""DynamoDB's wire form of plain Python values, and the DynamoDB errors that stores must distinguish.

Whole numbers are read as int and all others as float: nothing stored here needs
more than 15 digits.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from toolkit.retries import Retries

T = TypeVar("T")
Item = dict[str, Any]
WireValue = dict[str, Any]

_LOST_RACES = frozenset({"None", "ConditionalCheckFailed", "TransactionConflict"})
# DynamoDB refuses a request for the moment; it has written nothing:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
_THROTTLES = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "ThrottlingError",
    }
    | {"ProvisionedThroughputExceeded"}
)


def to_wire(value: Any) -> WireValue:
    """One Python value (str, bool, int, float, bytes, None, set of str, list, dict) as an attribute value.

    Raises:
        TypeError: the value has no DynamoDB form here; DynamoDB has no empty set.
    """
    # bool before int: a bool is an int in Python.
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float):
        return {"N": repr(value)}
    if isinstance(value, bytes):
        return {"B": value}
    if value is None:
        return {"NULL": True}
    if isinstance(value, dict):
        return {"M": {key: to_wire(member) for key, member in value.items()}}
    if isinstance(value, set | frozenset) and value and all(isinstance(member, str) for member in value):
        return {"SS": sorted(value)}
    if isinstance(value, list | tuple):
        return {"L": [to_wire(member) for member in value]}
    raise TypeError(f"no DynamoDB form for {type(value).__name__}")


def to_item(values: Mapping[str, Any]) -> dict[str, WireValue]:
    """A whole item, key or set of expression values in wire form."""
    # Most values are text. A function call for each would take most of the time, as in from_item.
    return {name: {"S": value} if type(value) is str else to_wire(value) for name, value in values.items()}


def from_wire(wire: Mapping[str, Any]) -> Any:
    """The Python value of one attribute value."""
    ((kind, value),) = wire.items()
    if kind in ("S", "BOOL", "B"):
        return value
    if kind == "N":
        return _number(value)
    if kind == "M":
        return from_item(value)
    if kind == "SS":
        return set(value)
    if kind == "L":
        return [from_wire(member) for member in value]
    if kind == "NULL":
        return None
    raise TypeError(f"attribute values of kind {kind} are not used here")


def from_item(wire: Mapping[str, Any]) -> Item:
    """A whole item, or a map in one, as Python values."""
    # Most values are text, and a page of courses has two thousand. A call for each would take most of the time.
    return {name: value["S"] if "S" in value else from_wire(value) for name, value in wire.items()}


def condition_failed(error: ClientError) -> bool:
    """Whether a write was refused by its own condition: a single one, or the first of a transaction."""
    if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
        return True
    return cancellation_reasons(error)[:1] == ("ConditionalCheckFailed",)


def transaction_conflict(error: ClientError) -> bool:
    """Whether a write was refused because of a transaction of another request on the same item. It may be retried."""
    if error.response["Error"]["Code"] == "TransactionConflictException":
        return True
    return "TransactionConflict" in cancellation_reasons(error)


def throttled(error: ClientError) -> bool:
    """Whether DynamoDB refused a request, or a part of a transaction, because there are too many. It may be
    retried."""
    return error.response["Error"]["Code"] in _THROTTLES or bool(
        _THROTTLES.intersection(cancellation_reasons(error))
    )


def contended(error: ClientError) -> bool:
    """Whether a request was refused only because of other requests at this moment. It may be retried as it is."""
    return transaction_conflict(error) or throttled(error)


def retry_conflicts(call: Callable[[], T], retries: Retries | None = None) -> T:
    """Make a call; retry it while a transaction of another request on the same item is in progress, or while DynamoDB
    is throttling.

    Args:
        call: makes the call and returns its answer, which is not None.
        retries: the budget; a new one if None.

    Raises:
        ClientError: the call was refused for another reason.
        RetriesExhausted: the budget is used up.
    """

    def attempt() -> T | None:
        try:
            return call()
        except ClientError as error:
            if contended(error):
                return None
            raise

    return (retries or Retries()).until_answer(attempt)


def item_of(error: ClientError) -> Item | None:
    """The item that made a condition fail (with ReturnValuesOnConditionCheckFailure=ALL_OLD), of a single
    write or of the first of a transaction. None when there was no item.
    """
    reasons: Any = error.response.get("CancellationReasons") or ({},)
    wire = error.response.get("Item") or reasons[0].get("Item")
    return from_item(wire) if isinstance(wire, dict) and wire else None


def cancellation_reasons(error: ClientError) -> tuple[str, ...]:
    """Why each part of a cancelled transaction failed, in order (`None` for a part that did not).

    Empty when the error is something else.
    """
    if error.response["Error"]["Code"] != "TransactionCanceledException":
        return ()
    reasons: Any = error.response.get("CancellationReasons") or ()
    return tuple(str(reason.get("Code", "None")) for reason in reasons)


def lost_race(error: ClientError) -> bool:
    """Whether a transaction was refused only by conditions, by other transactions or by throttling: nothing was
    written, and the caller may read again and decide again."""
    reasons = cancellation_reasons(error)
    return throttled(error) or (bool(reasons) and _LOST_RACES.issuperset(reasons))


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        number = float(text)
        return int(number) if number.is_integer() else number
