"""Fixtures of the integration tests: one deployed environment per session, and its test users.

Marks: a test marked `intrusive` does not run in `make verify` on a real environment. This file marks the tests that
need no test users as `outside`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.support.cleanup import Cleanup
from tests.integration.support.deployed import Deployed, deployed_environment
from tests.integration.support.people import Caller, People, SharedUsers

# These run last: the first one checks the logs of all other tests, the second one destroys the environment.
LAST = ("test_logs.py", "test_destroy.py")
_FOLDER = Path(__file__).resolve().parent
# A session with this file has a platform of these settings, so that no test deploys a second one.
OWN_DOMAINS, SCHOOL = "test_own_domains.py", _FOLDER / "platform" / "school.toml"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the integration tests and put those of LAST at the end."""
    ours = [item for item in items if item.path.is_relative_to(_FOLDER)]
    for item in ours:
        item.add_marker(pytest.mark.integration)
        needs_people = "people" in getattr(item, "fixturenames", ())
        if not needs_people and item.get_closest_marker("intrusive") is None:
            item.add_marker(pytest.mark.outside)
    items.sort(key=lambda item: LAST.index(item.path.name) if item.path.name in LAST else -1)


@pytest.fixture(scope="session")
def deployed(request: pytest.FixtureRequest) -> Iterator[Deployed]:
    """The environment under test: the one that EDUCATION_OUTPUTS names, or a new local platform."""
    has_names = any(item.path.name == OWN_DOMAINS for item in request.session.items)
    with deployed_environment(SCHOOL if has_names else None) as environment:
        yield environment


@pytest.fixture(autouse=True)
def limits(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a test that `make verify` runs as the test role look into the account nowhere else either."""
    if "deployed" not in request.fixturenames:
        yield
        return
    environment: Deployed = request.getfixturevalue("deployed")
    environment.is_limited = request.node.get_closest_marker("intrusive") is None
    yield
    environment.is_limited = False


@pytest.fixture(scope="session")
def anonymous(deployed: Deployed) -> Caller:
    """A caller without a token."""
    return Caller(deployed)


@pytest.fixture(scope="session")
def people(deployed: Deployed) -> Iterator[People]:
    """Creates test users. On a real environment they are erased at the end of the session."""
    people = People(deployed)
    yield people
    if not deployed.is_local:
        Cleanup(deployed, people).run()


@pytest.fixture(scope="session")
def users(people: People) -> SharedUsers:
    """The users that most tests share. A test that changes the data of a user creates a user of its own."""
    return SharedUsers.of(people)
