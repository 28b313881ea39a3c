"""The route of players: where a student continues a lesson, with a real DynamoDB API and races."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError

from domain import course_store
from domain.enrollments import rules as enrollments
from domain.enrollments import withdrawals
from domain.enrollments.model import ACTIVE, WAITLISTED, WITHDRAWN, EnrollmentRecord, Position
from domain.enrollments.store import EnrollmentTable
from domain.people import tombstones
from domain.positions.folding import fold
from domain.positions.store import PositionTable
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import STUDENT, Answer, LambdaApi, LambdaApis
from toolkit import clients
from toolkit.retries import Retries

ADA, COURSE, LESSONS = STUDENT.user_id, "course-1", ("film", "text")
NOON = "2026-01-01T12:00:00.000Z"
MORNING, LATER = "2026-01-01T09:00:00.000Z", "2026-01-01T13:00:00.000Z"


class Player:
    """The player of a student, and what is stored."""

    def __init__(self, tables: Tables, api: LambdaApi) -> None:
        self.tables, self.api = tables, api
        self.positions = PositionTable(positions_table=tables.positions, progress_table=tables.progress)
        self.enrollments = EnrollmentTable(
            courses_table=tables.courses,
            progress_table=tables.progress,
            profiles_table=tables.profiles,
            shards=2,
        )

    def report(self, seconds: int, at: str | None = None, lesson: str = "film") -> int:
        """Report a position; returns the status of the answer."""
        return self.call(seconds, at, lesson).status

    def call(self, seconds: int, at: str | None = None, lesson: str = "film") -> Answer:
        body = {"positionSeconds": seconds, **({"occurredAt": at} if at else {})}
        path = {"courseId": COURSE, "lessonId": lesson}
        return self.api.call("PUT", "/progress/{courseId}/lessons/{lessonId}/position", path, body=body)

    def shown(self) -> dict[str, Any]:
        """The student's Progress."""
        answer = self.api.call("GET", "/progress/{courseId}", {"courseId": COURSE})
        assert answer.status == 200
        return dict(answer.body)

    def record(self) -> EnrollmentRecord:
        record = self.positions.record(ADA, COURSE)
        assert record is not None
        return record

    def items(self) -> dict[str, int]:
        """The seconds of each stored item."""
        found = self.positions.of_course(ADA, COURSE)
        return {lesson: position.seconds for lesson, position in found.items()}

    def enroll(self, status: str = ACTIVE, **more: Any) -> None:
        record = EnrollmentRecord(ADA, COURSE, "Algebra", status, NOON, NOON, waitlisted_at=NOON)
        self.tables.put(self.tables.progress, {**record.to_stored(2), **more})

    def enroll_again(self) -> None:
        enrollments.enroll(self.enrollments, ADA, COURSE, LATER, Retries())

    def withdraw(self) -> None:
        withdrawals.withdraw(self.enrollments, ADA, COURSE, LATER, Retries())

    def withdraw_and_fold(self) -> None:
        self.withdraw()
        fold(self.positions, ADA, COURSE, Retries())

    def set_course(self, **values: Any) -> None:
        self.tables.set(self.tables.courses, {"courseId": COURSE}, **values)


@pytest.fixture
def player(dynamodb_tables: Tables, lambda_api: LambdaApis) -> Player:
    lessons = {
        lesson: {
            "title": "A",
            "contentType": "video",
            "premium": False,
            "position": number,
            "contentKey": "public/a",
        }
        for number, lesson in enumerate(LESSONS)
    }
    course = {"courseId": COURSE, "title": "Algebra", "summary": "", "status": "published", "version": 1}
    more = {"ownerId": "teacher", "lessons": lessons, "createdAt": NOON, "updatedAt": NOON}
    dynamodb_tables.put(dynamodb_tables.courses, {**course, **more, "seatsTaken": 1})
    api = lambda_api(
        "progress",
        USER_PROFILES_TABLE=dynamodb_tables.profiles,
        COURSES_TABLE=dynamodb_tables.courses,
        COURSE_PROGRESS_TABLE=dynamodb_tables.progress,
        POSITIONS_TABLE=dynamodb_tables.positions,
        RUNTIME_TABLE=dynamodb_tables.runtime,
    )
    return Player(dynamodb_tables, api)


def test_a_position_is_stored_and_shown(player: Player) -> None:
    player.enroll()
    answer = player.call(7)
    assert (answer.status, answer.body) == (204, "")
    assert player.report(9) == 204
    assert player.shown()["positions"] == {"film": 9}


def test_a_further_position_is_one_write_and_nothing_else(player: Player) -> None:
    player.enroll()
    player.report(7)
    before = player.record()
    for seconds in (8, 9):
        player.tables.calls.clear()
        assert player.report(seconds) == 204
        assert dict(player.tables.calls) == {"UpdateItem": 1}
    assert player.record() == before, "the record is not written"


def test_a_late_or_repeated_report_changes_nothing_and_costs_no_more(player: Player) -> None:
    player.enroll()
    player.report(50, NOON)
    for seconds, at in ((50, NOON), (40, NOON), (90, MORNING)):
        player.tables.calls.clear()
        assert player.report(seconds, at) == 204
        assert dict(player.tables.calls) == {"UpdateItem": 1}
        assert player.items() == {"film": 50}
    player.report(60, NOON)
    assert player.items() == {"film": 60}, "of the same time, the further one"
    player.report(5, LATER)
    assert player.items() == {"film": 5}, "a student may go back"


@pytest.mark.parametrize("devices", [2, 8])
def test_devices_that_begin_a_lesson_at_once_end_at_the_latest_position(player: Player, devices: int) -> None:
    player.enroll()
    barrier = Barrier(devices)

    def report(number: int) -> int:
        barrier.wait()
        return player.report(number, f"2026-01-01T12:00:0{number}.000Z", LESSONS[number % 2])

    with ThreadPoolExecutor(devices) as pool:
        assert set(pool.map(report, range(devices))) == {204}
    assert player.items() == {"film": devices - 2, "text": devices - 1}


def test_only_the_first_position_of_a_lesson_counts_as_activity_on_the_roster(player: Player) -> None:
    player.enroll()
    player.report(1, LATER)
    player.report(2)
    assert player.record().activity_at == LATER
    assert player.shown()["lastActivityAt"] > LATER, "the student sees the time of every position"


@pytest.mark.parametrize("status", [WAITLISTED, WITHDRAWN, None])
def test_a_first_position_needs_an_enrolment(player: Player, status: str | None) -> None:
    if status:
        player.enroll(status)
    assert player.report(7) == 403
    assert player.items() == {}


@pytest.mark.parametrize("status", [ACTIVE, None])
def test_a_first_position_needs_a_lesson_that_the_student_may_see(player: Player, status: str | None) -> None:
    if status:
        player.enroll(status)
    assert player.report(7, lesson="none") == 404
    player.set_course(status="draft")
    course_store.forget_cached(player.tables.courses, COURSE)
    assert player.report(7) == 404
    assert player.items() == {}


def test_a_lesson_younger_than_the_cached_course_is_found(player: Player) -> None:
    player.enroll()
    player.report(1)
    player.set_course(
        lessons={"new": {"title": "A", "contentType": "video", "premium": False, "position": 0}}
    )
    assert player.report(7, lesson="new") == 204


def test_a_position_that_a_former_version_stored_is_not_lost(player: Player) -> None:
    player.enroll(positions={"film": {"seconds": 80, "at": NOON}, "text": {"seconds": 3, "at": NOON}})
    assert player.shown()["positions"] == {"film": 80, "text": 3}
    assert player.report(10, MORNING) == 204
    assert player.shown()["positions"] == {"film": 80, "text": 3}, "a late report is still late"
    assert player.report(90, LATER) == 204
    assert player.shown()["positions"] == {"film": 90, "text": 3}
    # The former version may still run for a moment during a deployment.
    key = {"userId": ADA, "courseId": COURSE}
    newest = {"film": {"seconds": 99, "at": "2026-01-01T14:00:00.000Z"}}
    player.tables.set(player.tables.progress, key, positions=newest)
    assert player.shown()["positions"] == {"film": 99}


def test_a_withdrawn_student_reports_nothing_and_continues_after_enrolling_again(player: Player) -> None:
    player.enroll(positions={"film": {"seconds": 80, "at": LATER}})
    for lesson in LESSONS:
        player.report(7, "2026-01-01T14:00:00.000Z", lesson)
    player.withdraw_and_fold()
    assert player.items() == {}
    assert player.report(9) == 403
    player.enroll_again()
    assert player.shown()["positions"] == {"film": 7, "text": 7}
    assert player.report(9) == 204
    assert player.shown()["positions"] == {"film": 9, "text": 7}


def test_a_second_withdrawal_finishes_an_interrupted_one(player: Player) -> None:
    player.enroll()
    player.report(7)
    player.withdraw()
    assert player.items() == {"film": 7}
    player.withdraw_and_fold()
    assert player.items() == {}
    assert player.record().positions["film"].seconds == 7


def test_an_enrolment_after_an_interrupted_withdrawal_loses_no_position(player: Player) -> None:
    player.enroll()
    player.report(7)
    player.withdraw()
    player.enroll_again()
    fold(player.positions, ADA, COURSE, Retries())
    assert player.items() == {"film": 7}, "the student is enrolled"
    assert player.shown()["positions"] == {"film": 7}


def test_more_positions_than_one_transaction_takes_are_folded(player: Player) -> None:
    player.enroll(WITHDRAWN)
    for number in range(120):
        item = {"userId": ADA, "courseLesson": f"{COURSE}#lesson-{number}", "at": NOON, "seconds": number}
        player.tables.put(player.tables.positions, item)
    fold(player.positions, ADA, COURSE, Retries())
    assert player.items() == {}
    assert len(player.record().positions) == 120


def before_transaction(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do something just before the next transaction."""
    client = clients.dynamodb()
    transact, acts = client.transact_write_items, [act]

    def late(**parameters: Any) -> Any:
        while acts:
            acts.pop()()
        return transact(**parameters)

    monkeypatch.setattr(client, "transact_write_items", late)


def test_a_first_position_that_meets_a_withdrawal_is_refused(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    player.enroll()
    before_transaction(monkeypatch, player.withdraw_and_fold)
    assert player.report(7) == 403
    assert player.items() == {}
    assert player.record().positions == {}


def test_a_position_that_arrives_while_positions_are_folded_is_not_lost(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    player.enroll()
    player.report(7)
    player.withdraw()
    before_transaction(monkeypatch, lambda: player.report(9))
    fold(player.positions, ADA, COURSE, Retries())
    assert player.items() == {}
    assert player.record().positions["film"].seconds == 9


def test_an_enrolment_while_positions_are_folded_loses_none(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    player.enroll()
    player.report(7)
    player.withdraw()
    before_transaction(monkeypatch, player.enroll_again)
    fold(player.positions, ADA, COURSE, Retries())
    assert player.items() == {"film": 7}, "the student is enrolled again"
    assert player.shown()["positions"] == {"film": 7}
    player.withdraw()
    before_transaction(monkeypatch, lambda: fold(player.positions, ADA, COURSE, Retries()))
    player.enroll_again()
    assert player.shown()["positions"] == {"film": 7}


def test_nothing_is_written_for_an_erased_person(player: Player) -> None:
    player.enroll()
    player.tables.put(player.tables.profiles, {**tombstones.key_of(ADA)})
    assert player.call(7).problem() == (401, "unauthenticated")
    assert player.items() == {}


def test_a_report_after_an_erasure_brings_nothing_back(player: Player) -> None:
    player.enroll()
    player.report(7)
    player.tables.put(player.tables.profiles, {**tombstones.key_of(ADA)})
    player.tables.client.delete_item(
        TableName=player.tables.progress, Key={"userId": {"S": ADA}, "courseId": {"S": COURSE}}
    )
    player.positions.delete_of(ADA)
    assert player.report(9) == 403
    assert player.items() == {}


def test_positions_of_other_courses_and_people_are_left_alone(player: Player) -> None:
    for user_id, course_id in ((ADA, COURSE), (ADA, f"{COURSE}-b"), ("other", COURSE)):
        item = {"userId": user_id, "courseLesson": f"{course_id}#film", "at": NOON, "seconds": 1}
        player.tables.put(player.tables.positions, item)
    player.enroll(WITHDRAWN)
    fold(player.positions, ADA, COURSE, Retries())
    assert player.positions.of_course(ADA, f"{COURSE}-b") == {"film": Position(NOON, 1)}
    player.positions.delete_of(ADA)
    assert player.positions.of_course(ADA, f"{COURSE}-b") == {}
    assert player.positions.of_course("other", COURSE) == {"film": Position(NOON, 1)}


def test_a_report_during_a_transaction_is_tried_again(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    player.enroll()
    player.report(7)
    client = clients.dynamodb()
    update_item, collisions = client.update_item, iter(range(2))

    def collide(**parameters: Any) -> Any:
        if next(collisions, None) is None:
            return update_item(**parameters)
        response: Any = {"Error": {"Code": "TransactionConflictException", "Message": ""}}
        raise ClientError(response, "UpdateItem")

    monkeypatch.setattr(client, "update_item", collide)
    assert player.report(9) == 204
    assert player.items() == {"film": 9}


@pytest.mark.parametrize("body", [{}, {"positionSeconds": 1.5}, {"positionSeconds": 1, "completed": True}])
def test_a_report_has_a_position_and_nothing_else(player: Player, body: dict[str, Any]) -> None:
    path = {"courseId": COURSE, "lessonId": "film"}
    answer = player.api.call("PUT", "/progress/{courseId}/lessons/{lessonId}/position", path, body=body)
    assert answer.status == 400
