"""Fixtures of the integration tests: one deployed environment per session, and the people on it.

Marks: `intrusive` stands at the tests that `make verify` leaves out on a real environment; those that need no people
are marked as `outside` here.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.support.cleanup import Cleanup
from tests.integration.support.deployed import Deployed, deployed_environment
from tests.integration.support.people import Caller, People, SharedUsers

# What looks back on everything that the other tests did, and what leaves nothing to test.
LAST = ("test_logs.py", "test_destroy.py")
_FOLDER = Path(__file__).resolve().parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests here."""
    ours = [item for item in items if item.path.is_relative_to(_FOLDER)]
    for item in ours:
        item.add_marker(pytest.mark.integration)
        needs_people = "people" in getattr(item, "fixturenames", ())
        if not needs_people and item.get_closest_marker("intrusive") is None:
            item.add_marker(pytest.mark.outside)
    items.sort(key=lambda item: LAST.index(item.path.name) if item.path.name in LAST else -1)


@pytest.fixture(scope="session")
def deployed() -> Iterator[Deployed]:
    """The environment under test; starts a local platform unless EDUCATION_OUTPUTS names one."""
    with deployed_environment() as environment:
        yield environment


@pytest.fixture(scope="session")
def anonymous(deployed: Deployed) -> Caller:
    """Somebody who is not signed in."""
    return Caller(deployed)


@pytest.fixture(scope="session")
def people(deployed: Deployed) -> Iterator[People]:
    """Makes people; whoever was made is gone when the session ends, unless the environment goes as a whole."""
    people = People(deployed)
    yield people
    if not deployed.is_local:
        Cleanup(deployed, people).run()


@pytest.fixture(scope="session")
def users(people: People) -> SharedUsers:
    """The people that most tests share. Nobody's own data is changed but by the test that made it."""
    return SharedUsers.of(people)
