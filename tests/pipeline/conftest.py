"""One account with three bootstrapped environments for the whole session; takes minutes, so it runs when asked for."""

import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local_platform.strict_instance import strict_aws
from tests.pipeline.account import ISSUER, Account, check_out

ASKED_FOR = "EDUCATION_PROVE_PIPELINE"  # set by `make prove-pipeline`
_FOLDER = Path(__file__).resolve().parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what was not asked for."""
    if os.environ.get(ASKED_FOR):
        return
    skip = pytest.mark.skip(reason="deploys whole environments: run `make prove-pipeline`")
    for item in items:
        if item.path.is_relative_to(_FOLDER):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def environments() -> list[str]:
    """The environments to take through the pipeline, in its order."""
    return os.environ.get(ASKED_FOR, "dev").split(",")


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory, environments: list[str]) -> Iterator[Account]:
    """The account, after `make bootstrap` for each environment, with the signing keys that an administrator makes."""
    folder = tmp_path_factory.mktemp("account")
    checkout = check_out(tmp_path_factory.mktemp("checkout"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with strict_aws(folder, port) as aws, ThreadPoolExecutor() as pool:
        account = Account(aws, checkout)
        first = pool.submit(account.run, f"make bootstrap ENV={environments[0]}")
        while not first.done() and not _has_provider(account):
            time.sleep(0.5)
        others = [pool.submit(account.run, f"make bootstrap ENV={name}") for name in environments[1:]]
        for done in (first, *others):
            done.result()
        for name in environments:
            account.run(f"make signing-key ENV={name}")
        yield account


def _has_provider(account: Account) -> bool:
    providers = account.aws.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    return any(ISSUER.removeprefix("https://") in provider["Arn"] for provider in providers)
