"""Scores and times in the roster after an edit of the course, with a real DynamoDB API."""

from typing import Any

from domain.enrollments.results import Result
from tests.unit.followups.test_course_changes import LESSON, School
from tests.unit.followups.test_course_changes import school as school

SHOWN = ("score", "totalSeconds", "uncountedResults")


def of_student(school: School, user_id: str) -> dict[str, Any]:
    return {name: school.stored(user_id).get(name) for name in SHOWN}


def test_scores_and_times_follow_the_lessons(school: School) -> None:
    """The roster shows what is stored beside the results."""
    quiz = {**LESSON, "contentType": "interactive"}
    school.edit(lessons={"one": quiz, "two": quiz})
    reported = {"one": Result(80, 60), "two": Result(20, 30), "three": Result(None, 5)}
    school.student("ada", results={name: reported[name] for name in ("one", "two")})
    school.student("bo", results={"two": reported["two"]})
    school.student("cy")
    assert of_student(school, "ada") == {"score": 50, "totalSeconds": 90, "uncountedResults": None}
    school.edit(lessons={"one": quiz})
    assert of_student(school, "ada") == {"score": 80, "totalSeconds": 60, "uncountedResults": {"two"}}
    assert of_student(school, "bo") == {"score": None, "totalSeconds": 0, "uncountedResults": {"two"}}
    assert set(school.stored("bo")["results"]) == {"two"}, "nothing is lost"
    assert of_student(school, "cy") == dict.fromkeys(SHOWN)
    revisions = [school.stored(user)["revision"] for user in ("ada", "bo", "cy")]
    school.edit(lessons={"one": quiz, "two": {**LESSON, "contentType": "video"}})
    assert of_student(school, "ada")["score"] == 80, "the lesson is no quiz any more"
    school.edit(lessons={"one": quiz, "two": {**quiz, "required": False}})
    assert of_student(school, "ada") == {"score": 50, "totalSeconds": 90, "uncountedResults": None}
    assert of_student(school, "bo")["score"] == 20
    assert [school.stored(user)["revision"] for user in ("ada", "bo")] > revisions[:2]
