"""The clean-up after the integration tests: if one step fails, all other steps still run."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.integration.support.cleanup import Cleanup


class UserNotFoundError(Exception):
    """The error of Cognito for an unknown user."""


class Cognito:
    """A user pool that records the deleted users."""

    exceptions = SimpleNamespace(UserNotFoundException=UserNotFoundError)

    def __init__(self) -> None:
        self.deleted: list[str] = []

    def admin_remove_user_from_group(self, *, Username: str, **_: str) -> None:  # noqa: N803 (boto3's name)
        if Username == "gone":
            raise UserNotFoundError

    def admin_delete_user(self, *, Username: str, **_: str) -> None:  # noqa: N803
        self.deleted.append(Username)


class Person:
    """A user, for whom the API works or fails."""

    def __init__(self, user_id: str, *, works: bool = True) -> None:
        self.user_id, self.works, self.did = user_id, works, list[str]()

    def call(self, method: str, path: str, **_: Any) -> Any:
        assert self.works, f"{method} {path}: 503"
        self.did.append(f"{method} {path}")
        return SimpleNamespace(status=200)

    def get(self, path: str) -> Any:
        self.call("GET", path)
        return {"lessons": [{"lessonId": "page"}], "status": path.rpartition("-")[2], "version": 3}

    def patch(self, path: str, body: Any) -> None:
        self.call("PATCH", f"{path} {body}")

    def delete(self, path: str) -> None:
        self.call("DELETE", path)


def cleanup(cognito: Cognito, people: list[Person], courses: list[str]) -> Cleanup:
    deployed: Any = SimpleNamespace(
        courses=courses, client=lambda _: cognito, outputs={"user_pool_id": "pool"}
    )
    known = SimpleNamespace(
        created=people, administrators=people[:1], user_ids=[each.user_id for each in people]
    )
    return Cleanup(deployed, cast(Any, known))


def test_courses_are_emptied_and_archived_and_people_erased() -> None:
    cognito, administrator, other = Cognito(), Person("a"), Person("b")
    cleanup(cognito, [administrator, other, Person("gone")], ["c-published", "c-archived"]).run()
    assert "DELETE /courses/c-published/lessons/page" in administrator.did
    changes = sorted(
        (what for what in administrator.did if what.startswith("PATCH")),
        key=lambda what: "c-archived" in what,
    )
    assert changes == [
        "PATCH /courses/c-published {'status': 'archived', 'version': 3}",
        "PATCH /courses/c-archived {'status': 'draft', 'version': 3}",
        "PATCH /courses/c-archived {'status': 'archived', 'version': 3}",
    ], "an archived course is read-only"
    assert other.did == ["DELETE /profile"]
    assert cognito.deleted == ["a", "b", "gone"]


def test_a_failing_step_does_not_stop_the_others() -> None:
    cognito, broken, other = Cognito(), Person("a", works=False), Person("b")
    with pytest.raises(
        AssertionError, match=r"(?s)leave something behind: .*503.*erase: DELETE /profile: 503"
    ):
        cleanup(cognito, [broken, other], ["c-published"]).run()
    assert other.did == ["DELETE /profile"]
    assert cognito.deleted == ["a", "b"]
