"""The catalogue over HTTP events and a real DynamoDB API: what each role may do, and edits at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from catalog.lesson_rules import LessonContent
from catalog.lesson_store import LessonTable
from catalog.rules import WriteRefused
from domain.audit_store import AuditTable
from tests.unit.catalogue_fixture import LESSON, Catalogue
from tests.unit.lambda_api_fixture import (
    ADMINISTRATOR,
    NEWCOMER,
    OTHER_INSTRUCTOR,
    OWNER,
    STUDENT,
    Answer,
    Person,
)
from toolkit import clients


def test_a_new_course_is_a_draft_at_its_location(catalogue: Catalogue) -> None:
    answer = catalogue.create(summary="Numbers")
    course = answer.body
    assert answer.status == 201
    assert answer.headers["Location"] == f"/courses/{course['courseId']}"
    assert (course["status"], course["version"], course["lessons"]) == ("draft", 1, [])
    assert course["ownerId"] == OWNER.user_id
    assert catalogue.get(course["courseId"], OWNER).body == course


def test_a_repeated_request_creates_no_second_course(catalogue: Catalogue) -> None:
    attempt, too_short = "try-2f6c1a", "short"
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: catalogue.create(clientToken=attempt, summary="x"), range(16)))
    assert {answer.status for answer in answers} == {201}
    (course_id,) = {answer.body["courseId"] for answer in answers}
    assert {answer.headers["Location"] for answer in answers} == {f"/courses/{course_id}"}
    # The answer is the course as it is now, for its owner only, and for this token only.
    assert catalogue.patch(course_id, version=1, title="Groups").status == 200
    assert catalogue.create(clientToken=attempt).body["title"] == "Groups"
    assert catalogue.create(OTHER_INSTRUCTOR, clientToken=attempt).body["courseId"] != course_id
    assert catalogue.create(clientToken=f"{attempt}-2").body["courseId"] != course_id
    assert catalogue.create(clientToken=too_short).faulty_fields() == ["clientToken"]


@pytest.mark.parametrize("caller", [STUDENT, NEWCOMER])
def test_students_create_no_courses(catalogue: Catalogue, caller: Person) -> None:
    assert catalogue.create(caller).problem() == (403, "forbidden")


@pytest.mark.parametrize(
    ("caller", "status"), [(OWNER, 200), (ADMINISTRATOR, 200), (OTHER_INSTRUCTOR, 404), (STUDENT, 404)]
)
def test_only_editors_see_a_draft(catalogue: Catalogue, caller: Person, status: int) -> None:
    course_id = catalogue.new()
    assert catalogue.get(course_id, caller).status == status
    assert catalogue.patch(course_id, caller, version=1, title="Mine").status == status
    assert catalogue.put_lesson(course_id, "sets", caller).status == (201 if status == 200 else 404)
    assert catalogue.delete_lesson(course_id, "sets", caller).status == (204 if status == 200 else 404)


@pytest.mark.parametrize("caller", [OTHER_INSTRUCTOR, STUDENT])
def test_a_published_course_is_seen_but_not_edited_by_others(catalogue: Catalogue, caller: Person) -> None:
    course_id = catalogue.new("published")
    assert catalogue.get(course_id, caller).status == 200
    assert catalogue.patch(course_id, caller, version=2, title="Mine").problem() == (403, "forbidden")
    assert catalogue.put_lesson(course_id, "sets", caller).problem() == (403, "forbidden")


def test_an_owner_who_is_no_longer_an_instructor_edits_nothing(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    former = Person(OWNER.user_id, ("students",))
    assert catalogue.get(course_id, former).status == 404


def test_a_stale_version_conflicts_and_changes_nothing(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    assert catalogue.patch(course_id, version=1, title="First").body["version"] == 2
    assert catalogue.patch(course_id, version=1, title="Second").problem() == (409, "stale-version")
    assert catalogue.get(course_id, OWNER).body["title"] == "First"


def test_of_many_editors_with_the_same_version_one_wins(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    with ThreadPoolExecutor(12) as threads:
        answers = list(
            threads.map(lambda n: catalogue.patch(course_id, version=1, title=f"Title {n}"), range(12))
        )
    assert sorted(answer.status for answer in answers) == [200] + [409] * 11
    winner = next(answer.body for answer in answers if answer.status == 200)
    assert catalogue.get(course_id, OWNER).body == winner


def test_lessons_put_at_the_same_time_are_all_there(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda n: catalogue.put_lesson(course_id, f"lesson-{n}"), range(12)))
    assert {answer.status for answer in answers} == {201}
    course = catalogue.get(course_id, OWNER).body
    assert len(course["lessons"]) == 12
    assert course["version"] == 13


def test_the_same_new_lesson_put_at_the_same_time_is_new_once(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: catalogue.put_lesson(course_id, "sets", position=n), range(8)))
    assert sorted(answer.status for answer in answers) == [200] * 7 + [201]


def test_lessons_are_shown_by_position(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    for lesson_id, position in (("c", 2), ("a", 3), ("b", 1), ("d", 2)):
        catalogue.put_lesson(course_id, lesson_id, position=position)
    lessons = catalogue.get(course_id, OWNER).body["lessons"]
    assert [lesson["lessonId"] for lesson in lessons] == ["b", "c", "d", "a"]
    assert lessons[0] == {
        "lessonId": "b",
        **LESSON,
        "required": True,
        "hasContent": False,
        "content": {"state": "none"},
        "captions": [],
    }


def test_a_lesson_edit_makes_the_version_of_an_open_tab_stale(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    catalogue.put_lesson(course_id, "sets")
    assert catalogue.patch(course_id, version=1, title="Old tab").problem() == (409, "stale-version")


def test_a_lesson_put_with_a_stale_version_conflicts(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    assert catalogue.put_lesson(course_id, "sets", version=1).status == 201
    assert catalogue.put_lesson(course_id, "sets", version=2, title="First tab").status == 200
    assert catalogue.put_lesson(course_id, "sets", version=2, title="Other tab").problem() == (
        409,
        "stale-version",
    )
    assert catalogue.put_lesson(course_id, "sets", version=2, premium=False).problem() == (
        409,
        "stale-version",
    )
    assert catalogue.put_lesson(course_id, "new", version=2).problem() == (409, "stale-version")
    course = catalogue.get(course_id, OWNER).body
    assert ([lesson["title"] for lesson in course["lessons"]], course["version"]) == (["First tab"], 3)


def test_of_many_tabs_on_one_lesson_one_wins(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    catalogue.put_lesson(course_id, "sets")
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(
                lambda n: catalogue.put_lesson(course_id, "sets", version=2, title=f"Tab {n}"), range(8)
            )
        )
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7


@pytest.mark.parametrize(
    ("status", "request_again"),
    [
        (200, lambda catalogue, course_id: catalogue.patch(course_id, version=2, title="New", capacity=None)),
        (200, lambda catalogue, course_id: catalogue.put_lesson(course_id, "sets", version=2, title="New")),
        (200, lambda catalogue, course_id: catalogue.put_lesson(course_id, "sets", version=2, premium=False)),
        (201, lambda catalogue, course_id: catalogue.put_lesson(course_id, "more")),
        (204, lambda catalogue, course_id: catalogue.delete_lesson(course_id, "sets")),
    ],
)
def test_a_write_whose_answer_was_lost_is_no_conflict_with_itself(
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    request_again: Callable[[Catalogue, str], Answer],
) -> None:
    course_id = catalogue.new()
    catalogue.put_lesson(course_id, "sets")
    real = clients.dynamodb()

    class Twice:
        """The client sends a write again because its answer was lost."""

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def update_item(self, **arguments: Any) -> Any:
            real.update_item(**arguments)
            return real.update_item(**arguments)

    monkeypatch.setattr(clients, "dynamodb", Twice)
    assert request_again(catalogue, course_id).status == status


def test_the_same_edit_at_another_time_is_a_conflict(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    assert catalogue.patch(course_id, version=1, title="New").status == 200
    assert catalogue.patch(course_id, version=1, title="New").problem() == (409, "stale-version")


@pytest.mark.parametrize(
    ("change", "kept"),
    [({"title": "New", "position": 9}, True), ({"premium": False}, False), ({"contentType": "pdf"}, False)],
)
def test_a_lesson_keeps_its_file_only_while_it_fits(
    catalogue: Catalogue, change: dict[str, Any], kept: bool
) -> None:
    course_id = catalogue.new()
    catalogue.put_lesson(course_id, "sets")
    catalogue.tables.client.update_item(
        TableName=catalogue.tables.courses,
        Key={"courseId": {"S": course_id}},
        UpdateExpression="SET lessons.#lesson.contentKey = :key, lessons.#lesson.uploadedAt = :at",
        ExpressionAttributeNames={"#lesson": "sets"},
        ExpressionAttributeValues={":key": {"S": "premium/x"}, ":at": {"S": "2026-01-01T00:00:00.000Z"}},
    )
    answer = catalogue.put_lesson(course_id, "sets", **change)
    assert (answer.status, answer.body["hasContent"]) == (200, kept)
    content = {"state": "ready", "fileName": "x"} if kept else {"state": "none"}
    described = {**LESSON, **change, "required": True, "captions": []}
    assert answer.body == {"lessonId": "sets", **described, "hasContent": kept, "content": content}


def test_a_lesson_that_was_replaced_meanwhile_keeps_its_new_file(
    catalogue: Catalogue,
) -> None:
    course_id = catalogue.new()
    catalogue.put_lesson(course_id, "sets")
    tables = catalogue.tables
    table = LessonTable(
        tables.courses, profiles_table=tables.profiles, audit=AuditTable(tables.audit, retention_days=90)
    )
    content = LessonContent("Sets", "pdf", premium=True, position=1)
    table.replace_lesson(course_id, "sets", content, now="2026-01-01T00:00:00.000Z")
    with pytest.raises(WriteRefused):
        table.replace_lesson(course_id, "sets", content, now="2026-01-01T00:00:00.001Z")


def test_a_deleted_lesson_is_gone(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    catalogue.put_lesson(course_id, "sets")
    answer = catalogue.delete_lesson(course_id, "sets")
    assert (answer.status, answer.body) == (204, "")
    assert catalogue.delete_lesson(course_id, "sets").problem() == (404, "not-found")
    assert catalogue.get(course_id, OWNER).body["lessons"] == []


def test_an_archived_course_is_read_only_until_its_status_changes(catalogue: Catalogue) -> None:
    course_id = catalogue.new("published")
    catalogue.put_lesson(course_id, "sets")
    assert catalogue.patch(course_id, version=3, status="archived").status == 200
    assert catalogue.get(course_id).body["status"] == "archived"
    assert catalogue.list().body["items"] == []
    assert catalogue.patch(course_id, version=4, title="New").problem() == (409, "course-archived")
    assert catalogue.put_lesson(course_id, "maps").problem() == (409, "course-archived")
    assert catalogue.delete_lesson(course_id, "sets").problem() == (409, "course-archived")
    assert catalogue.patch(course_id, version=4, status="published", title="New").status == 200
    assert [course["title"] for course in catalogue.list().body["items"]] == ["New"]


def test_publishing_again_keeps_the_position_in_the_catalogue(catalogue: Catalogue) -> None:
    course_id = catalogue.new("published")
    later = catalogue.new("published")
    catalogue.patch(course_id, version=2, status="draft")
    assert catalogue.get(course_id).status == 404
    catalogue.patch(course_id, version=3, status="published")
    listed = [course["courseId"] for course in catalogue.list().body["items"]]
    assert listed[0] == later or listed == [later, course_id]


def test_capacity_and_opening_times_are_set_and_removed(catalogue: Catalogue) -> None:
    course = catalogue.create(capacity=3, opensAt="2026-03-01T10:00:00+02:00").body
    assert (course["capacity"], course["opensAt"]) == (3, "2026-03-01T08:00:00.000Z")
    changed = catalogue.patch(
        course["courseId"], version=1, capacity=None, opensAt=None, closesAt="2026-04-01T00:00:00Z"
    ).body
    assert "capacity" not in changed
    assert "opensAt" not in changed
    assert changed["closesAt"] == "2026-04-01T00:00:00.000Z"


def test_a_course_cannot_close_before_it_opens(catalogue: Catalogue) -> None:
    course_id = catalogue.create(opensAt="2026-03-01T00:00:00Z").body["courseId"]
    answer = catalogue.patch(course_id, version=1, closesAt="2026-02-01T00:00:00Z")
    assert answer.problem() == (400, "bad-request")
    assert answer.faulty_fields() == ["closesAt"]


def test_counters_of_enrolments_survive_every_edit(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    catalogue.tables.set_course(course_id, seatsTaken=4, waitlisted=2)
    catalogue.patch(course_id, version=1, status="published", capacity=9)
    catalogue.put_lesson(course_id, "sets")
    assert catalogue.tables.counters(course_id) == (4, 2)


def test_a_course_has_a_limited_number_of_lessons(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.lesson_rules.MOST_LESSONS", 2)
    course_id = catalogue.new()
    assert [catalogue.put_lesson(course_id, name).status for name in ("a", "b", "c", "a")] == [
        201,
        201,
        409,
        200,
    ]


def test_every_request_is_a_fixed_number_of_calls(catalogue: Catalogue) -> None:
    course_id = catalogue.new()
    calls = catalogue.tables.calls
    counted: dict[str, dict[str, int]] = {}
    requests: dict[str, Callable[[], Answer]] = {
        "create": catalogue.create,
        "get": lambda: catalogue.get(course_id, OWNER),
        "patch": lambda: catalogue.patch(course_id, version=1, title="New"),
        "put": lambda: catalogue.put_lesson(course_id, "sets"),
        "replace": lambda: catalogue.put_lesson(course_id, "sets", premium=False),
        "delete": lambda: catalogue.delete_lesson(course_id, "sets"),
    }
    for name, request in requests.items():
        calls.clear()
        assert request().status < 300
        counted[name] = dict(calls)
    # BatchGetItem: the caller's present roles.
    edit = {"GetItem": 1, "BatchGetItem": 1, "UpdateItem": 1}
    assert counted == {
        "create": {"BatchGetItem": 1, "TransactWriteItems": 1},
        # The second BatchGetItem reads the course with its seats.
        "get": {"BatchGetItem": 2},
        "patch": {"BatchGetItem": 2, "TransactWriteItems": 1},
        "put": edit,
        "replace": edit,
        "delete": edit,
    }


def test_a_draft_stays_hidden_when_it_is_archived(catalogue: Catalogue) -> None:
    course_id = catalogue.new("published")
    catalogue.patch(course_id, version=2, status="draft", title="Secret")
    catalogue.patch(course_id, version=3, status="archived")
    assert catalogue.get(course_id).problem() == (404, "not-found")
    assert catalogue.get(course_id, OWNER).body["title"] == "Secret"
    catalogue.patch(course_id, version=4, status="published")
    catalogue.patch(course_id, version=5, status="archived")
    assert catalogue.get(course_id).body["title"] == "Secret"
    # Before this was stored, an archived course that was ever published was visible.
    catalogue.tables.set(catalogue.tables.courses, {"courseId": course_id}, archivedFrom=None)
    assert catalogue.get(course_id).status == 200
