"""What a package says of its student, in every form that players save, and in forms that nobody can understand."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progress.package_status import MOST_SECONDS, PackageStatus, status_of


def scorm_12(status: str, *, raw: Any = None, mastery: Any = None, **core: Any) -> dict[str, Any]:
    score = {} if raw is None else {"score": {"raw": raw}}
    data = {} if mastery is None else {"student_data": {"mastery_score": mastery}}
    return {"cmi": {"core": {"lesson_status": status, **score, **core}, **data}}


def scorm_2004(**cmi: Any) -> dict[str, Any]:
    return {"cmi": cmi}


COMPLETED = [
    scorm_12("passed"),
    scorm_12("completed"),
    scorm_12("failed", raw="80", mastery="80"),
    scorm_12("completed", mastery="80"),
    scorm_2004(completion_status="completed", success_status="unknown"),
    scorm_2004(completion_status="incomplete", success_status="passed"),
    scorm_2004(success_status="failed", score={"scaled": "0.8"}, scaled_passing_score="0.8"),
    {"xapi": {"completed": True, "success": False}},
    {"items": {"a": scorm_12("passed"), "b": scorm_12("completed")}, "current": "b"},
]
OPEN = [
    scorm_12("incomplete", raw="100", mastery="80"),
    scorm_12("passed", raw="79.5", mastery="80"),
    scorm_12("failed", raw="100"),
    scorm_12("browsed"),
    scorm_2004(completion_status="completed", success_status="failed"),
    scorm_2004(completion_status="completed", score={"scaled": "0.7"}, scaled_passing_score="0.8"),
    scorm_2004(completion_status="incomplete", score={"scaled": 1}, scaled_passing_score="0.8"),
    {"xapi": {"completed": "true"}},
    {"items": {"a": scorm_12("passed"), "b": scorm_12("incomplete")}},
    {"items": {}},
    {"items": {"a": None}},
    {"cmi": []},
    {},
]


@pytest.mark.parametrize("model", COMPLETED)
def test_a_completed_package(model: dict[str, Any]) -> None:
    assert status_of(model).is_completed


@pytest.mark.parametrize("model", OPEN)
def test_a_package_that_is_not_completed(model: dict[str, Any]) -> None:
    assert not status_of(model).is_completed


@pytest.mark.parametrize(
    ("model", "score"),
    [
        (scorm_12("passed", raw="87.5"), 87.5),
        (scorm_12("passed", raw=87), 87),
        (scorm_12("passed", raw="-4"), 0),
        (scorm_12("passed", raw="many"), None),
        (scorm_12("passed", raw=True), None),
        (scorm_2004(score={"scaled": "0.666"}), 66.6),
        (scorm_2004(score={"scaled": "-1"}), 0),
        (scorm_2004(score={"raw": 15, "min": 10, "max": 20}), 50),
        (scorm_2004(score={"raw": 15, "min": 20, "max": 20}), None),
        (scorm_2004(score={"raw": 10**400}), None),
        (scorm_2004(score={"scaled": "nan"}), None),
        ({"xapi": {"score": {"raw": 3, "max": 4}}}, 75),
        (
            {
                "items": {
                    "a": scorm_12("passed", raw=50),
                    "b": scorm_12("passed"),
                    "c": scorm_12("x", raw=100),
                }
            },
            75,
        ),
    ],
)
def test_the_score_in_percent(model: dict[str, Any], score: float | None) -> None:
    assert status_of(model).score == score


@pytest.mark.parametrize(
    ("model", "seconds"),
    [
        (scorm_12("passed", total_time="0001:00:30.25", session_time="00:00:40"), 3670),
        (scorm_2004(total_time="PT1H0.5S", session_time="P1DT2M"), 3600 + 86400 + 120),
        (scorm_2004(total_time="PT" + "9" * 40 + "S"), MOST_SECONDS),
        (scorm_2004(total_time="PT" + "9" * 80 + "S"), 0),
        (scorm_2004(total_time="yesterday", session_time=12), 0),
        ({"xapi": {"seconds": 12.7}}, 12),
        ({"xapi": {"seconds": -1}}, 0),
        ({"items": {"a": scorm_2004(session_time="PT5S"), "b": scorm_12("x", total_time="00:00:06")}}, 11),
    ],
)
def test_the_time_of_all_launches(model: dict[str, Any], seconds: int) -> None:
    assert status_of(model).seconds == seconds


_NAMES = st.sampled_from(
    ["cmi", "core", "items", "xapi", "score", "raw", "min", "max", "scaled", "total_time", "student_data"]
)
_ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just("1e999")),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_NAMES, inner, max_size=4)),
)


@given(model=st.dictionaries(_NAMES, _ANYTHING))
def test_whatever_a_package_saves_has_a_status(model: dict[str, Any]) -> None:
    status = status_of(model)
    assert isinstance(status, PackageStatus)
    assert status.score is None or 0 <= status.score <= 100
    assert 0 <= status.seconds <= MOST_SECONDS
