"""Cleans up an environment that is kept after the tests: archives the test courses and erases the test users."""

import contextlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import requests
from botocore.exceptions import ClientError

from tests.integration.support.course_helpers import set_status
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import ADMINISTRATORS, People, Person

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

T = TypeVar("T")
PARALLEL_REQUESTS = 3  # the smallest environment allows a hundred requests a second


class Cleanup:
    """The clean-up at the end of a session. If one step fails, all other steps still run."""

    def __init__(self, deployed: Deployed, people: People) -> None:
        self._people, self._courses = people, deployed.courses
        self._cognito: CognitoIdentityProviderClient = deployed.client("cognito-idp")
        self._pool = deployed.outputs["user_pool_id"]
        self._problems: list[str] = []

    def run(self) -> None:
        """Archive the courses, erase the users, delete left accounts. Fails at the end if something is left."""
        if self._courses:
            self._each(self._archive_with, [self._courses])
        self._each(self._erase, self._people.created)
        self._each(self._delete, self._people.user_ids)
        assert not self._problems, "the tests leave something behind: " + "; ".join(self._problems)

    def _each(self, do: Callable[[T], None], things: Iterable[T]) -> None:
        def attempt(thing: T) -> None:
            try:
                do(thing)
            except (AssertionError, ClientError, requests.RequestException) as problem:
                self._problems.append(f"{do.__name__.strip('_')}: {problem}")

        with ThreadPoolExecutor(PARALLEL_REQUESTS) as threads:
            list(threads.map(attempt, things))

    def _archive_with(self, courses: list[str]) -> None:
        administrator = self._administrator()

        def archive(course_id: str) -> None:
            path = f"/courses/{course_id}"
            course = administrator.get(path)
            is_archived = course["status"] == "archived"
            if is_archived and course["lessons"]:  # an archived course is read-only
                set_status(administrator, course_id, "draft")
                is_archived = False
            for lesson in course["lessons"]:  # this deletes its file too
                administrator.delete(f"{path}/lessons/{lesson['lessonId']}")
            if not is_archived:
                set_status(administrator, course_id, "archived")

        self._each(archive, courses)

    def _administrator(self) -> Person:
        """An administrator whose token still works. A new administrator may have to wait for a second-factor code."""
        for person in self._people.administrators:
            if person.call("GET", "/profile", expect=(200, 401)).status == 200:
                return person
        return self._people.new(ADMINISTRATORS)

    def _erase(self, person: Person) -> None:
        """Erase a user with the user's own token, which removes all personal data."""
        with contextlib.suppress(self._cognito.exceptions.UserNotFoundException):
            # The platform refuses to erase the last administrator.
            self._cognito.admin_remove_user_from_group(
                UserPoolId=self._pool, Username=person.user_id, GroupName=ADMINISTRATORS
            )
            person.call("DELETE", "/profile", expect=(204, 401))

    def _delete(self, user_id: str) -> None:
        """Delete an account that is still there: its user never got a token, or the token has expired."""
        with contextlib.suppress(self._cognito.exceptions.UserNotFoundException):
            self._cognito.admin_delete_user(UserPoolId=self._pool, Username=user_id)
