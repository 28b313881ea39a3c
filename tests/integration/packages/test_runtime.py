"""Run-time data of packages over the API: what one device saves, another one goes on with, and rosters show."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.support.course_helpers import enroll, eventually, give_content, lesson, new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, Person, SharedUsers
from tests.integration.support.personal_data import find_personal_data

MOST_BYTES = 256 * 1024


QUIZZES = {name: lesson("interactive", position=place) for place, name in enumerate(("quiz", "text"))}


@pytest.fixture
def path(users: SharedUsers) -> str:
    """The run-time data of a lesson in a new course, in which the shared student is enrolled."""
    course_id = new_course(users.owner, lessons=QUIZZES)
    give_content(users.owner, course_id, *QUIZZES)
    enroll(users.student, course_id)
    return f"/courses/{course_id}/lessons/quiz/runtime"


def course_in(path: str) -> str:
    return path.split("/")[2]


def save(person: Person, path: str, launch: int, sequence: int, model: Any, expect: int = 204) -> Any:
    body = {"launch": launch, "sequence": sequence, "model": model}
    return person.put(path, body, expect=expect)


def scorm(status: str = "incomplete", **core: Any) -> dict[str, Any]:
    return {"cmi": {"core": {"lesson_status": status, **core}, "suspend_data": "käse 🧀"}}


def test_another_device_goes_on_where_the_first_left_off(users: SharedUsers, path: str) -> None:
    student = users.student
    assert student.get(path) == {"launch": 1, "sequence": 0, "model": {}}
    save(student, path, 1, 1, scorm(lesson_location="p1"))
    save(student, path, 1, 2, scorm(lesson_location="p2"))
    save(student, path, 1, 1, scorm(lesson_location="late"))
    assert student.get(path) == {"launch": 2, "sequence": 0, "model": scorm(lesson_location="p2")}
    refused = save(student, path, 1, 3, scorm(lesson_location="first device"), expect=409)
    assert refused["type"].endswith("other-launch")
    save(student, path, 2, 1, scorm(lesson_location="p3"))
    assert student.get(path)["model"] == scorm(lesson_location="p3")


def test_completion_score_and_time_reach_progress_and_roster(users: SharedUsers, path: str) -> None:
    student, course_id = users.student, course_in(path)
    student.get(path)
    save(student, path, 1, 1, scorm("completed", score={"raw": "79"}) | {"more": [1, 2.5, None]})
    found = student.get(f"/progress/{course_id}")
    assert (found["completedLessons"], found["completionPercentage"]) == (["quiz"], 50)
    mastered = {"student_data": {"mastery_score": "80"}}
    other = path.replace("quiz", "text")
    student.get(other)
    save(student, other, 1, 1, {"cmi": {**scorm("passed", score={"raw": "79"})["cmi"], **mastered}})
    assert student.get(f"/progress/{course_id}")["status"] == "active"
    score = {"score": {"raw": "81"}, "total_time": "00:02:00"}
    save(student, other, 1, 2, {"cmi": {**scorm("passed", **score)["cmi"], **mastered}})
    found = student.get(f"/progress/{course_id}")
    assert (found["status"], found["completionPercentage"]) == ("completed", 100)
    assert found["results"] == {"quiz": {"score": 79, "seconds": 0}, "text": {"score": 81, "seconds": 120}}

    def entry() -> dict[str, Any]:
        (one,) = users.owner.get(f"/courses/{course_id}/roster")["items"]
        return dict(one)

    eventually(lambda: entry()["completionPercentage"] == 100)
    assert (entry()["score"], entry()["totalSeconds"]) == (80, 120)
    listed = student.get_all("/enrollments")
    assert next(one for one in listed if one["courseId"] == course_id)["lastLessonId"] == "text"


def test_scores_of_removed_lessons_and_withdrawn_content_do_not_count(users: SharedUsers, path: str) -> None:
    """Not in the progress, and a moment later not in the roster. They count again when the lesson does."""
    student, course_id = users.student, course_in(path)
    for name, raw in (("quiz", "20"), ("text", "80")):
        there = path.replace("quiz", name)
        student.get(there)
        save(student, there, 1, 1, scorm("completed", score={"raw": raw}, total_time="00:01:00"))

    def roster() -> tuple[Any, Any]:
        (one,) = users.owner.get(f"/courses/{course_id}/roster")["items"]
        return one.get("score"), one["totalSeconds"]

    eventually(lambda: roster() == (50, 120))
    users.owner.put(f"/courses/{course_id}/lessons/quiz", lesson("video"))
    found = student.get(f"/progress/{course_id}")
    assert (found["score"], found["totalSeconds"], set(found["results"])) == (80, 60, {"text"})
    eventually(lambda: roster() == (80, 60))
    users.owner.delete(f"/courses/{course_id}/lessons/text")
    found = student.get(f"/progress/{course_id}")
    assert (found.get("score"), found["totalSeconds"], found["results"]) == (None, 0, {})
    eventually(lambda: roster() == (None, 0))


def test_two_devices_at_once_lose_nothing(people: People, users: SharedUsers) -> None:
    student, course_id = people.new(), new_course(users.owner, lessons=QUIZZES)
    enroll(student, course_id)
    path = f"/courses/{course_id}/lessons/quiz/runtime"
    with ThreadPoolExecutor(4) as pool:
        launches = list(pool.map(lambda _: student.get(path)["launch"], range(4)))
        assert sorted(launches) == [1, 2, 3, 4]
        sent = list(
            pool.map(
                lambda number: (
                    student.call(
                        "PUT",
                        path,
                        {"launch": number, "sequence": 1, "model": {"from": number}},
                        expect=(204, 409),
                    ).status
                ),
                launches,
            )
        )
        assert dict(zip(launches, sent, strict=True)) == {1: 409, 2: 409, 3: 409, 4: 204}
        list(pool.map(lambda number: save(student, path, 4, number, {"n": number}), (3, 5, 2, 4)))
    assert student.get(path)["model"] == {"n": 5}


def test_limits_of_a_model(users: SharedUsers, path: str) -> None:
    student = users.student
    student.get(path)
    frame = len('{"t":""}')
    # Text that cannot be compressed: the item is as large as it gets.
    largest = {"t": secrets.token_hex((MOST_BYTES - frame) // 2)}
    save(student, path, 1, 1, largest)
    assert student.get(path)["model"] == largest
    save(student, path, 2, 1, {"t": largest["t"] + "x"}, expect=413)
    deep: dict[str, Any] = {"a": {}}
    for _ in range(80):
        deep = {"a": deep}
    detail = save(student, path, 2, 1, deep, expect=400)["detail"]
    assert detail == "The body is not valid: model must not be nested deeper than 64 levels."
    hostile = b'{"launch": 2, "sequence": 1, "model": {"n": %s}}'
    for value in (b"NaN", b"1e999", b'"\\ud800"', b"9" * 5000, b"[" * 2000 + b"]" * 2000):
        student.call(
            "PUT", path, raw=hostile % value, headers={"Content-Type": "application/json"}, expect=400
        )
    save(student, path, 2, 1, {"cmi": {"core": {"score": {"raw": 10**30, "max": "-1"}, "total_time": 7}}})
    save(student, path, 2, 2, {"cmi": {"core": {"lesson_status": ["passed"]}}, "items": {"a": {"cmi": 3}}})


def test_who_is_not_enrolled_has_no_run_time_data(people: People, users: SharedUsers, path: str) -> None:
    student = people.new()
    student.get(path, expect=403)
    enroll(student, course_in(path))
    student.get(path)
    save(student, path, 1, 1, {"kept": True})
    student.delete(f"/enrollments/{course_in(path)}")
    student.get(path, expect=403)
    save(student, path, 1, 2, {"kept": False}, expect=403)
    student.post("/enrollments", {"courseId": course_in(path)})
    assert student.get(path)["model"] == {"kept": True}
    student.get(path.replace("quiz", "none"), expect=404)
    save(student, path.replace("quiz", "text"), 1, 1, {}, expect=409)


@pytest.mark.intrusive
def test_run_time_data_is_exported_and_erased(deployed: Deployed, people: People, users: SharedUsers) -> None:
    student, course_id = people.new(), new_course(users.owner, lessons=QUIZZES)
    enroll(student, course_id)
    path = f"/courses/{course_id}/lessons/quiz/runtime"
    student.get(path)
    save(student, path, 1, 1, scorm(lesson_location="p1"))
    (exported,) = student.get("/profile/export")["runtimeData"]
    assert (exported["courseId"], exported["lessonId"], exported["launch"]) == (course_id, "quiz", 1)
    assert exported["model"] == scorm(lesson_location="p1")
    with ThreadPoolExecutor(2) as pool:
        erased = pool.submit(student.delete, "/profile")
        for sequence in range(2, 8):
            body = {"launch": 1, "sequence": sequence, "model": {"n": sequence}}
            student.call("PUT", path, body, expect=(204, 401, 403, 404, 409))
        erased.result()
    eventually(lambda: not find_personal_data(deployed, student), seconds=60)
    student.call("GET", path, expect=(401, 403, 404))
