"""The cost model as it is, with the recorded calls."""

import pytest

from tools.cost.bill import CostModel
from tools.cost.report import cost_model


@pytest.fixture(scope="session")
def costs() -> CostModel:
    """The model with the settings of production."""
    return cost_model()
