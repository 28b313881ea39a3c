"""The toolkit's helpers for retries, batch reads, long queries and pages."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.domain.test_enrollment_rules import NoPauses
from toolkit import clients, reads
from toolkit.cursor import Page, PagedList
from toolkit.dynamo import retry_conflicts, to_item
from toolkit.errors import BadRequest, Unavailable
from toolkit.retries import Retries, RetriesExhausted

LETTERS = PagedList("letters", {"letter": str})


class Stub:
    """A DynamoDB client with canned answers; `asked` are the parameters of its calls."""

    def __init__(self, *answers: Any) -> None:
        self._answers = iter(answers)
        self.asked: list[dict[str, Any]] = []

    def query(self, **parameters: Any) -> Any:
        self.asked.append(parameters)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    batch_get_item = get_item = query


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Stub:
    """The client with the answers of the test's parameter."""
    made = Stub(*request.param)
    monkeypatch.setattr(clients, "dynamodb", lambda: made)
    return made


def found(*names: str, more: bool = False) -> dict[str, Any]:
    items = [to_item({"name": name}) for name in names]
    return {"Items": items, **({"LastEvaluatedKey": to_item({"name": names[-1]})} if more else {})}


def test_a_step_is_repeated_until_it_gives_an_answer() -> None:
    answers: Iterator[int | None] = iter([None, None, 0])
    assert Retries().until_answer(lambda: next(answers)) == 0


def test_steps_share_the_budget_and_the_first_attempt_is_always_made() -> None:
    retries = Retries(budget_seconds=0)
    assert retries.until_answer(lambda: "at once") == "at once"
    with pytest.raises(RetriesExhausted) as refusal:
        retries.until_answer(lambda: None)
    assert refusal.value.headers == {"Retry-After": "2"}


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "UpdateItem")


def test_a_write_is_repeated_after_a_conflict_only() -> None:
    outcomes: Iterator[Any] = iter([refused("TransactionConflictException"), {"done": True}])

    def write() -> Any:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert retry_conflicts(write) == {"done": True}
    outcomes = iter([refused("ConditionalCheckFailedException")])
    with pytest.raises(ClientError):
        retry_conflicts(write)


@pytest.mark.parametrize("stub", [[{"Responses": {"a": [to_item({"id": "1"})]}}]], indirect=True)
def test_a_batch_answers_for_every_table(stub: Stub) -> None:
    keys = {"a": [{"id": "1"}, {"id": "2"}], "b": [{"id": "3"}]}
    assert reads.batch_get(keys, attributes=["id"]) == {"a": [{"id": "1"}], "b": []}
    (asked,) = stub.asked
    assert asked["RequestItems"]["b"] == {
        "Keys": [to_item({"id": "3"})],
        "ConsistentRead": True,
        "ProjectionExpression": "#id",
        "ExpressionAttributeNames": {"#id": "id"},
    }


LEFT = {"a": {"Keys": [to_item({"id": "2"})], "ConsistentRead": True}}
PARTS = [
    {"Responses": {"a": [to_item({"id": "1"})]}, "UnprocessedKeys": LEFT},
    {"Responses": {}, "UnprocessedKeys": LEFT},
    {"Responses": {"a": [to_item({"id": "2"})]}, "UnprocessedKeys": {}},
]


@pytest.mark.parametrize("stub", [PARTS], indirect=True)
def test_what_a_batch_leaves_out_is_asked_again(stub: Stub) -> None:
    """DynamoDB answers 16 MB at most, and less while it is throttling."""
    found = reads.batch_get({"a": [{"id": "1"}, {"id": "2"}], "b": []}, retries=NoPauses())
    assert found == {"a": [{"id": "1"}, {"id": "2"}], "b": []}
    assert [asked["RequestItems"] for asked in stub.asked[1:]] == [LEFT, LEFT]


@pytest.mark.parametrize("stub", [[{"Responses": {}, "UnprocessedKeys": LEFT}]], indirect=True)
def test_unprocessed_keys_are_not_taken_for_absent_items(stub: Stub) -> None:
    with pytest.raises(Unavailable):
        reads.batch_get({"a": [{"id": "2"}]}, retries=Retries(budget_seconds=0))
    assert len(stub.asked) == 1


THROTTLED = [refused("ThrottlingException"), refused("ProvisionedThroughputExceededException")]


@pytest.mark.parametrize("stub", [[*THROTTLED, PARTS[0], *THROTTLED, *PARTS[1:]]], indirect=True)
def test_a_batch_that_is_throttled_as_a_whole_is_asked_again(stub: Stub) -> None:
    found = reads.batch_get({"a": [{"id": "1"}, {"id": "2"}]}, retries=NoPauses())
    assert found == {"a": [{"id": "1"}, {"id": "2"}]}
    assert len(stub.asked) == 7


@pytest.mark.parametrize("stub", [[*THROTTLED, {"Item": to_item({"id": "1"})}, {}]], indirect=True)
def test_an_item_is_asked_for_again_while_it_is_throttled(stub: Stub) -> None:
    assert reads.get_item("t", {"id": "1"}) == {"id": "1"}
    assert reads.get_item("t", {"id": "2"}, consistent=False) is None
    assert [asked["ConsistentRead"] for asked in stub.asked] == [True, True, True, False]


@pytest.mark.parametrize("stub", [[*THROTTLED, found("a"), *THROTTLED, {"Count": 7}]], indirect=True)
def test_a_query_is_made_again_while_it_is_throttled(stub: Stub) -> None:
    assert reads.query_up_to({"TableName": "t"}, 1) == [{"name": "a"}]
    assert reads.query_count({"TableName": "t"}) == 7
    assert len(stub.asked) == 6


@pytest.mark.parametrize("stub", [[refused("AccessDeniedException")]], indirect=True)
def test_a_refusal_that_would_repeat_is_asked_once(stub: Stub) -> None:
    with pytest.raises(ClientError):
        reads.batch_get({"a": [{"id": "1"}]})
    assert len(stub.asked) == 1


@pytest.mark.parametrize("stub", [THROTTLED], indirect=True)
def test_throttling_without_an_end_is_unavailable(stub: Stub) -> None:
    with pytest.raises(Unavailable):
        reads.batch_get({"a": [{"id": "1"}]}, retries=Retries(budget_seconds=0))
    assert len(stub.asked) == 1


@pytest.mark.parametrize("stub", [[found("a", "b", more=True), found("c")]], indirect=True)
def test_a_query_reads_on_until_there_is_enough(stub: Stub) -> None:
    items = reads.query_up_to({"TableName": "t"}, 3, start=to_item({"name": "0"}))
    assert items == [{"name": "a"}, {"name": "b"}, {"name": "c"}]
    assert stub.asked == [
        {"TableName": "t", "Limit": 3, "ExclusiveStartKey": to_item({"name": "0"})},
        {"TableName": "t", "Limit": 1, "ExclusiveStartKey": to_item({"name": "b"})},
    ]


@pytest.mark.parametrize("stub", [[found("a", more=True), found("b")]], indirect=True)
def test_pages_of_a_query_are_read_when_they_are_asked_for(stub: Stub) -> None:
    items = reads.query_all({"TableName": "t"}, page_size=1)
    assert next(items) == {"name": "a"}
    assert len(stub.asked) == 1
    assert list(items) == [{"name": "b"}]


def test_a_page_has_a_cursor_only_if_there_is_more() -> None:
    def page_of(found: str, *, has_more: bool = False) -> Page[str]:
        return LETTERS.page(found, 2, lambda letter: {"letter": letter}, has_more=has_more)

    assert page_of("ab") == Page(["a", "b"])
    assert LETTERS.start(page_of("abc").next_cursor) == {"letter": "b"}
    assert LETTERS.start(page_of("a", has_more=True).next_cursor) == {"letter": "a"}
    assert LETTERS.start(None) is None
    with pytest.raises(BadRequest):
        PagedList("numbers", {"letter": str}).start(page_of("abc").next_cursor)
