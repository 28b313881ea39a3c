"""Fixtures of the pipeline tests: one account with three bootstrapped environments. `make prove-pipeline` runs them.

The tests deploy four environments and destroy three, with IAM enforced. This takes half an hour on two processors,
which is too long for `make test`. Every pull request runs them.
"""

import itertools
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local_platform.strict.instance import strict_aws
from tests.pipeline.account import ISSUER, Account, check_out
from tests.pipeline.https_proxy import proxy_to
from tests.pipeline.runner import DEPLOY, WorkflowRun
from tests.pipeline.workflows import workflow
from tests.ports import free_port
from tests.unit.github_fixture import FakeGithub

ASKED_FOR = "EDUCATION_PROVE_PIPELINE"  # set by `make prove-pipeline`
# What a school whose people share an address adds to the last environment. Without it no IP set is made.
NO_ADDRESSES, ADDRESSES = "allowed_addresses = []", 'allowed_addresses = ["198.51.100.7/32", "2001:db8::/32"]'
_FOLDER = Path(__file__).resolve().parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the pipeline tests without `make prove-pipeline`."""
    if os.environ.get(ASKED_FOR):
        return
    skip = pytest.mark.skip(reason="deploys whole environments, half an hour: run `make prove-pipeline`")
    for item in items:
        if item.path.is_relative_to(_FOLDER):
            item.add_marker(skip)


def all_environments() -> list[str]:
    """The environments that main.yml deploys, in the same order."""
    main = workflow("main")
    deploys = [main.jobs[job] for job in main.in_order() if main.jobs[job].get("uses") == DEPLOY]
    return [str(job["with"]["environment"]) for job in deploys]


def asked_for() -> list[str]:
    """The environments to test, in the order of main.yml."""
    names = os.environ.get(ASKED_FOR, "").split(",")
    return [name for name in all_environments() if name in names or names == [""]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with the parameter `promoted` once for each environment, in order."""
    if "promoted" in metafunc.fixturenames:
        metafunc.parametrize("promoted", asked_for())


@pytest.fixture(scope="session")
def environments() -> list[str]:
    """The environments to test, in the order of main.yml."""
    return asked_for()


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory, environments: list[str]) -> Iterator[Account]:
    """The account after `make bootstrap` for each environment."""
    folder = tmp_path_factory.mktemp("account")
    checkout = check_out(tmp_path_factory.mktemp("checkout"))
    settings = checkout / "environments" / f"{all_environments()[-1]}.toml"
    text = settings.read_text()
    assert NO_ADDRESSES in text
    settings.write_text(text.replace(NO_ADDRESSES, ADDRESSES))
    machines = (tmp_path_factory.mktemp("machine") for _ in itertools.count())
    port = free_port()
    with strict_aws(folder, port) as aws, proxy_to(port) as proxy, ThreadPoolExecutor() as pool:
        account = Account(aws, checkout, machines, proxy)
        first = pool.submit(account.run, f"make bootstrap ENV={environments[0]}")
        while not first.done() and not _has_provider(account):
            time.sleep(0.5)
        others = [pool.submit(account.run, f"make bootstrap ENV={name}") for name in environments[1:]]
        for done in (first, *others):
            done.result()
        yield account


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """A fake GitHub for one test, without pull requests."""
    fake = FakeGithub()
    yield fake
    fake.server.shutdown()
    fake.server.server_close()


@pytest.fixture(scope="session")
def merged(account: Account, tmp_path_factory: pytest.TempPathFactory) -> WorkflowRun:
    """The run of main.yml after a merge."""
    return WorkflowRun(account, tmp_path_factory.mktemp("artifacts"))


def _has_provider(account: Account) -> bool:
    providers = account.aws.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    return any(ISSUER.removeprefix("https://") in provider["Arn"] for provider in providers)
