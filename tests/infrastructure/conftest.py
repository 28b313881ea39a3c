"""Synthesizes each environment once per test session, in this process: starting jsii costs two seconds.

What takes longer (the stock import of the bindings, Terraform) is started before the first test and looked at last.
"""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.background import Background, TerraformValidation
from tests.infrastructure.synthesized import ROOT, Synthesized, synthesize

ENVIRONMENTS = ("dev", "staging", "prod", "local")
# An environment without a file of its own, in a region other than CloudFront's.
ELSEWHERE = "pr-123"
ARGUMENTS: dict[str, dict[str, Any]] = {ELSEWHERE: {"aws_region": "eu-central-1"}}
STARTED_EARLY = ("stock_synthesis", "validation")

SynthesizedOf = Callable[[str], Synthesized]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: any(name in getattr(item, "fixturenames", ()) for name in STARTED_EARLY))


@pytest.fixture(scope="session", autouse=True)
def started_early(request: pytest.FixtureRequest) -> None:
    """Starts what some test of this session waits for at the end."""
    wanted = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    for name in STARTED_EARLY:
        if name in wanted:
            request.getfixturevalue(name)


@pytest.fixture(scope="session")
def synthesized_of(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedOf:
    """The synthesized stack of an environment, by name."""

    @cache
    def of(environment: str) -> Synthesized:
        folder = tmp_path_factory.mktemp("cdktf.out") / environment
        return synthesize(environment, folder, **ARGUMENTS.get(environment, {}))

    return of


@pytest.fixture(params=[*ENVIRONMENTS, ELSEWHERE])
def stack(request: pytest.FixtureRequest, synthesized_of: SynthesizedOf) -> Synthesized:
    """Each environment in turn: what a rule asks of one, it asks of all."""
    return synthesized_of(request.param)


@pytest.fixture(scope="session")
def stock_synthesis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Background]:
    """`python main.py` for prod, elsewhere, with the bindings imported as they come; writes into `folder`."""
    folder = tmp_path_factory.mktemp("stock")
    elsewhere = {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "C"}
    variables = {"ENVIRONMENT_SUFFIX": "prod", "EDUCATION_STOCK_BINDINGS": "1", **elsewhere}
    with Background.main_py(folder, **variables) as running:
        yield running


@pytest.fixture(scope="session")
def validation(
    synthesized_of: SynthesizedOf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TerraformValidation]:
    """`terraform validate` over all environments at once, since loading the provider's schema is what takes long."""
    stacks = {name: synthesized_of(name) for name in (*ENVIRONMENTS, ELSEWHERE)}
    folder: Path = tmp_path_factory.mktemp("validate")
    with TerraformValidation.started(folder, stacks, ROOT / ".terraform.lock.hcl") as running:
        yield running
