"""The emulator finds a distribution by its aliases, also after they have changed."""

from typing import Any

import pytest
from ministack.services import cloudfront  # type: ignore[import-untyped]

from local_platform.gate.own_domains import label_of


def config(*aliases: str) -> str:
    """The configuration of a distribution with these aliases."""
    items = "".join(f"<CNAME>{alias}</CNAME>" for alias in aliases)
    return (
        f'<DistributionConfig xmlns="{cloudfront.NS}"><Aliases><Quantity>{len(aliases)}</Quantity>'
        f"<Items>{items}</Items></Aliases></DistributionConfig>"
    )


@pytest.fixture
def distribution(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The only distribution, as the emulator stores it."""
    stored = {"DomainName": "d123.cloudfront.net", "config_xml": config("learn.school.localhost")}
    monkeypatch.setattr(cloudfront, "_distributions", {"one": stored})
    return stored


def test_an_alias_that_changes_is_found_by_its_new_name_only(distribution: dict[str, Any]) -> None:
    """What is read once is kept by its content."""
    assert label_of("learn.school.localhost:4566") == label_of("LEARN.school.localhost") == "d123"
    distribution["config_xml"] = config("other.school.localhost", "*.wild.localhost")
    assert label_of("learn.school.localhost") is None
    assert label_of("other.school.localhost") == label_of("any.wild.localhost") == "d123"


def test_what_no_distribution_has_is_none_of_them(distribution: dict[str, Any]) -> None:
    """Such as the emulator's own name."""
    assert label_of("127.0.0.1:4566") is None
    distribution["config_xml"] = "<DistributionConfig/>"
    assert label_of("learn.school.localhost") is None
