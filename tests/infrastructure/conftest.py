"""Synthesizes each environment once per test session, in this process: starting jsii costs two seconds."""

import os
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from tests.infrastructure.synthesized import Synthesized, synthesize

os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")

ENVIRONMENTS = ("dev", "staging", "prod", "local")
# An environment without a file of its own, in a region other than CloudFront's.
ELSEWHERE = "pr-123"
ARGUMENTS: dict[str, dict[str, Any]] = {ELSEWHERE: {"aws_region": "eu-central-1"}}

SynthesizedOf = Callable[[str], Synthesized]


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
