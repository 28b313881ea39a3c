"""Run-time data against a real DynamoDB API: launches, late and repeated saves, and what follows for the progress."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from domain.enrollments.model import ACTIVE, COMPLETED, WITHDRAWN
from domain.people.tombstones import Erased, key_of
from domain.runtime.model import MOST_LEVELS, MOST_MODEL_BYTES
from domain.runtime.store import RuntimeTable
from progress import launches, rules
from progress.store import ProgressTable
from tests.unit.emulator_fixture import Tables
from tests.unit.progress.test_progress_table import ADA, COURSE, LESSONS, NOW, put_record, stored
from tests.unit.progress.test_progress_table import table as table
from toolkit.caller import Caller
from toolkit.errors import BadRequest, Conflict, Forbidden, NotFound, TooLarge
from toolkit.retries import Retries

QUIZ, OTHER = LESSONS[0], LESSONS[1]


def launch(table: ProgressTable, lesson_id: str = QUIZ, caller: Caller = ADA) -> dict[str, Any]:
    return launches.launch(table, caller, COURSE, lesson_id, NOW, Retries())


def save(
    table: ProgressTable, sequence: int, model: dict[str, Any], number: int = 1, lesson: str = QUIZ
) -> None:
    body = {"launch": number, "sequence": sequence, "model": model}
    launches.save(table, ADA, COURSE, lesson, body, NOW, Retries())


def scorm(status: str = "incomplete", **core: Any) -> dict[str, Any]:
    return {"cmi": {"core": {"lesson_status": status, **core}}}


def progress(table: ProgressTable) -> dict[str, Any]:
    return rules.read(table, ADA, COURSE)


def test_a_package_goes_on_where_it_was(table: ProgressTable) -> None:
    assert launch(table) == {"launch": 1, "sequence": 0, "model": {}}
    save(table, 0, scorm(lesson_location="page 1"))
    save(table, 1, scorm(lesson_location="page 2"))
    assert launch(table) == {"launch": 2, "sequence": 0, "model": scorm(lesson_location="page 2")}


def test_late_and_repeated_saves_change_nothing(table: ProgressTable) -> None:
    launch(table)
    save(table, 5, scorm(lesson_location="new"))
    save(table, 5, scorm(lesson_location="repeated"))
    save(table, 4, scorm("completed", lesson_location="late"))
    assert progress(table)["completedLessons"] == []
    assert launch(table)["model"] == scorm(lesson_location="new")


def test_only_the_latest_launch_saves(table: ProgressTable) -> None:
    launch(table)
    launch(table)
    for number in (1, 3):
        with pytest.raises(Conflict) as refusal:
            save(table, 9, scorm("completed"), number)
        assert refusal.value.code == "other-launch"
    save(table, 0, scorm(), 2)
    with pytest.raises(Conflict):
        save(table, 1, {}, lesson=OTHER)  # it was never opened


@pytest.mark.parametrize("content_type", ["video", "pdf", "article"])
def test_a_lesson_that_is_not_interactive_has_no_run_time_data(
    table: ProgressTable, dynamodb_tables: Tables, content_type: str
) -> None:
    """So nobody stores any, or gets a score by it. What was opened before the lesson changed is still saved."""
    launch(table, OTHER)
    course = dynamodb_tables.get(dynamodb_tables.courses, {"courseId": COURSE})
    assert course is not None
    for lesson_id in (QUIZ, OTHER):
        course["lessons"][lesson_id]["contentType"] = content_type
    dynamodb_tables.set_course(COURSE, lessons=course["lessons"])
    with pytest.raises(NotFound):
        launch(table)
    with pytest.raises(Conflict):
        save(table, 1, scorm("completed", score={"raw": "100"}))
    save(table, 1, scorm(lesson_location="page 2"), lesson=OTHER)
    assert progress(table)["results"] == {}


def test_devices_that_open_a_lesson_at_once_get_launches_of_their_own(table: ProgressTable) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: launch(table)["launch"], range(6)))
    assert sorted(found) == list(range(1, 7))


def test_saves_at_once_end_with_the_greatest_sequence(table: ProgressTable) -> None:
    launch(table)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: save(table, number, {"n": number}), (3, 1, 6, 2, 5, 4)))
    assert launch(table)["model"] == {"n": 6}


def test_what_a_package_says_is_in_the_progress(table: ProgressTable, dynamodb_tables: Tables) -> None:
    launch(table)
    save(table, 1, scorm("completed", score={"raw": "80"}, total_time="00:10:00"))
    launch(table, OTHER)
    save(table, 1, {"xapi": {"completed": False, "score": {"scaled": 0.5}, "seconds": 90}}, lesson=OTHER)
    found = progress(table)
    assert (found["completedLessons"], found["completionPercentage"]) == ([QUIZ], 12.5)
    assert found["results"] == {QUIZ: {"score": 80, "seconds": 600}, OTHER: {"score": 50, "seconds": 90}}
    assert (found["score"], found["totalSeconds"]) == (65, 690)
    item = stored(dynamodb_tables)
    assert (item["score"], item["totalSeconds"], item["lastLessonId"]) == (65, 690, OTHER)


def test_what_a_lesson_without_content_has_brought_does_not_count(
    table: ProgressTable, dynamodb_tables: Tables
) -> None:
    for lesson_id, raw in ((QUIZ, "80"), (OTHER, "20")):
        launch(table, lesson_id)
        save(table, 1, scorm("completed", score={"raw": raw}, total_time="00:10:00"), lesson=lesson_id)
    assert (progress(table)["score"], progress(table)["totalSeconds"]) == (50, 1200)
    course = dynamodb_tables.get(dynamodb_tables.courses, {"courseId": COURSE})
    assert course is not None
    kept = course["lessons"]
    emptied = {name: value for name, value in kept[OTHER].items() if name != "contentKey"}
    removed = {lesson_id: each for lesson_id, each in kept.items() if lesson_id != OTHER}
    film = {**kept[OTHER], "contentType": "video"}
    for lessons in (removed, {**kept, OTHER: emptied}, {**kept, OTHER: film}):
        dynamodb_tables.set_course(COURSE, lessons=lessons)
        found = progress(table)
        assert found["results"] == {QUIZ: {"score": 80, "seconds": 600}}
        assert (found["score"], found["totalSeconds"]) == (80, 600)
    dynamodb_tables.set_course(COURSE, lessons=kept)
    assert progress(table)["score"] == 50, "nothing was lost"


def test_score_time_and_completion_never_go_back(table: ProgressTable) -> None:
    launch(table)
    save(table, 1, scorm("passed", score={"raw": 90}, total_time="00:10:00"))
    save(table, 2, scorm("failed", score={"raw": 10}, total_time="00:00:10"))
    found = progress(table)
    assert found["completedLessons"] == [QUIZ]
    assert found["results"] == {QUIZ: {"score": 90, "seconds": 600}}


def test_the_time_alone_is_written_once_a_minute(table: ProgressTable, dynamodb_tables: Tables) -> None:
    launch(table)
    save(table, 1, scorm(session_time="00:01:00"))
    dynamodb_tables.calls.clear()
    save(table, 2, scorm(session_time="00:01:59"))
    assert dynamodb_tables.calls == {"GetItem": 1, "UpdateItem": 1}
    assert progress(table)["totalSeconds"] == 60
    launch(table)  # the time of the launch before is complete now
    assert progress(table)["totalSeconds"] == 119


def test_the_last_lesson_completes_the_course(table: ProgressTable) -> None:
    for lesson_id in LESSONS:
        launch(table, lesson_id)
        save(table, 0, scorm("passed"), lesson=lesson_id)
    found = progress(table)
    assert (found["status"], found["completionPercentage"], found["completedAt"]) == (COMPLETED, 100, NOW)


def test_all_parts_of_a_package_must_be_completed(table: ProgressTable, dynamodb_tables: Tables) -> None:
    dynamodb_tables.client.update_item(
        TableName=dynamodb_tables.courses,
        Key={"courseId": {"S": COURSE}},
        UpdateExpression="SET lessons.#lesson.package = :package",
        ExpressionAttributeNames={"#lesson": QUIZ},
        ExpressionAttributeValues={":package": {"M": {"parts": {"N": "2"}}}},
    )
    launch(table)
    save(table, 1, {"items": {"a": scorm("passed")}})
    save(table, 2, scorm("passed"))
    assert progress(table)["completedLessons"] == []
    save(table, 3, {"items": {"a": scorm("passed"), "b": scorm("completed")}})
    assert progress(table)["completedLessons"] == [QUIZ]


def test_a_draft_keeps_what_is_saved_and_completes_nothing(
    table: ProgressTable, dynamodb_tables: Tables
) -> None:
    launch(table)
    dynamodb_tables.set_course(COURSE, status="draft")
    save(table, 1, scorm("passed"))
    with pytest.raises(NotFound):
        launch(table)
    dynamodb_tables.set_course(COURSE, status="published")
    assert launch(table)["model"] == scorm("passed")
    assert progress(table)["completedLessons"] == [QUIZ]


def test_who_is_not_enrolled_saves_nothing(table: ProgressTable, dynamodb_tables: Tables) -> None:
    launch(table)
    put_record(dynamodb_tables, WITHDRAWN)
    with pytest.raises(Forbidden):
        launch(table)
    with pytest.raises(Forbidden):
        save(table, 1, scorm())
    with pytest.raises(Forbidden):
        launch(table, caller=Caller("eve", "", frozenset()))
    put_record(dynamodb_tables, ACTIVE)
    assert launch(table)["launch"] == 2  # a withdrawal keeps the run-time data


def test_nothing_comes_back_after_an_erasure(table: ProgressTable, dynamodb_tables: Tables) -> None:
    launch(table)
    dynamodb_tables.put(dynamodb_tables.profiles, key_of("ada"))
    RuntimeTable(dynamodb_tables.runtime).delete_of("ada")
    with pytest.raises(Conflict):
        save(table, 1, scorm())
    with pytest.raises(Erased):
        launch(table)
    assert dynamodb_tables.client.scan(TableName=dynamodb_tables.runtime)["Items"] == []


def test_a_model_has_limits(table: ProgressTable) -> None:
    launch(table)
    frame = len('{"text":""}')
    save(table, 1, {"text": "x" * (MOST_MODEL_BYTES - frame)})
    with pytest.raises(TooLarge):
        save(table, 2, {"text": "x" * (MOST_MODEL_BYTES - frame + 1)})
    with pytest.raises(TooLarge):
        save(table, 2, {"text": "ü" * (MOST_MODEL_BYTES // 2)})
    deep: dict[str, Any] = {}
    for _ in range(MOST_LEVELS - 1):
        deep = {"a": deep}
    save(table, 3, deep)
    with pytest.raises(BadRequest, match=r"model must not be nested deeper than 64 levels\.$"):
        save(table, 4, {"a": [deep]})


def test_a_large_model_is_stored_small(table: ProgressTable, dynamodb_tables: Tables) -> None:
    """A save is counted by the size of the item: 1 KB is one write unit."""
    launch(table)
    save(table, 1, scorm(suspend_data="slide=1;visited=true;" * 3000))
    (item,) = dynamodb_tables.client.scan(TableName=dynamodb_tables.runtime)["Items"]
    assert len(item["model"]["B"]) < 1024 - 200
