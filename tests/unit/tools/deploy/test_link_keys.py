"""Deployments that would break valid links to premium files are refused."""

from pathlib import Path
from typing import Any

import pytest

from education.errors import UserError
from education.settings.load import ENVIRONMENTS_FOLDER, load_settings
from education.settings.model import EnvironmentSettings
from tests.unit.tools.test_preflight import Aws, refusal
from tools.deploy import link_keys

KEYS = ("education-link-key-a-1-prod-2026", "education-link-key-b-1-prod-2026")
OWN, FORMER = "education-link-keys-prod", "education-signing-keys-prod"


def settings(suffix: str = "prod", former: bool = False, **signing_keys: Any) -> EnvironmentSettings:
    """An environment's settings with these keys of links."""
    found = load_settings(suffix)
    keys = found.content.signing_keys.model_copy(update=signing_keys)
    content = found.content.model_copy(update={"signing_keys": keys, "former_signing_keys": former})
    return found.model_copy(update={"content": content})


@pytest.mark.parametrize(
    ("wanted", "keys", "groups"),
    [
        (settings(), (), ()),
        (settings(), KEYS, (OWN,)),
        (settings(b=2), KEYS, (OWN,)),
        (settings(active="b"), KEYS, (OWN,)),
        (settings(former=True), (), (FORMER,)),
        (settings(former=True), KEYS, (OWN, FORMER)),
        (settings(), KEYS, (OWN, FORMER)),
        (settings(), (), ("education-signing-keys-staging",)),
    ],
    ids=["new", "same", "new-idle-key", "switch", "leaving", "left", "dropping", "another-environment"],
)
def test_a_step_that_breaks_no_link_is_let_through(
    wanted: EnvironmentSettings, keys: tuple[str, ...], groups: tuple[str, ...]
) -> None:
    assert link_keys.problem(wanted, Aws(keys=keys, groups=groups)) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "groups", "said"),
    [
        (settings(a=2), (OWN,), "a key that CloudFront does not know yet (slot a)"),
        (settings(active="b", b=2), (OWN,), "a key that CloudFront does not know yet (slot b)"),
        (settings(), (FORMER,), "set content.former_signing_keys = true for one deployment"),
    ],
    ids=["active-key", "key-and-switch", "rsa"],
)
def test_what_would_break_links_is_refused(
    monkeypatch: pytest.MonkeyPatch, wanted: EnvironmentSettings, groups: tuple[str, ...], said: str
) -> None:
    monkeypatch.setattr(link_keys, "client", Aws(keys=KEYS if groups == (OWN,) else (), groups=groups))
    with pytest.raises(UserError) as refused:
        link_keys.refuse_in_one_step(wanted)
    assert said in str(refused.value)
    assert str(refused.value).endswith("; nothing was changed.")


def test_a_role_that_may_not_look_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = Aws()

    def closed(**_: str) -> Any:
        raise refusal("AccessDenied", "ListKeyGroups")

    aws.list_key_groups = closed  # type: ignore[method-assign]
    monkeypatch.setattr(link_keys, "client", aws)
    link_keys.refuse_in_one_step(settings(a=2))


def test_an_environment_of_a_pull_request_has_no_former_keys(tmp_path: Path) -> None:
    """It takes the settings of dev, which may be leaving its own."""
    text = (ENVIRONMENTS_FOLDER / "dev.toml").read_text()
    leaving = text.replace("former_signing_keys = false", "former_signing_keys = true")
    (tmp_path / "dev.toml").write_text(leaving)
    assert load_settings("dev", folder=tmp_path).content.former_signing_keys is True
    assert load_settings("pr-1", folder=tmp_path).content.former_signing_keys is False
