"""The benchmark of our own code knows every operation of the API, and its requests are answered."""

import pytest

from benchmarks.operations import own_code
from benchmarks.operations.requests import requests
from education.openapi.description import load_api_description


def test_every_operation_is_measured() -> None:
    """The stated limit is for each of them."""
    measured = {
        (each["event"]["httpMethod"], each["event"]["resource"])
        for of_function in requests().values()
        for each in of_function
    }
    assert measured == {(each.method, each.path) for each in load_api_description().operations}


@pytest.mark.parametrize("function", sorted(requests()))
def test_each_request_is_answered_as_expected(function: str) -> None:
    """The probe ends with an error if one is not."""
    timings = list(own_code.of_function(function, runs=2))
    assert [each.label for each in timings] == [each["label"] for each in requests()[function]]
    assert all(seconds >= 0 for each in timings for seconds in each.own)
