"""The settings of the portal, of the school, and of who may sign up: what is allowed, and the sentence for the rest."""

from pathlib import Path

import pytest

from education.errors import UserError
from education.settings.load import ENVIRONMENTS_FOLDER, load_settings
from education.settings.model import EnvironmentSettings

DEV = (ENVIRONMENTS_FOLDER / "dev.toml").read_text()
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"


def dev_with(folder: Path, section: str, *lines: str) -> EnvironmentSettings:
    """The settings of dev.toml with these lines at the head of a section, in place of those of the same names."""
    names = tuple(f"{line.partition(' ')[0]} =" for line in lines)
    head, _, rest = DEV.partition(f"\n[{section}]")
    kept, _, others = rest.partition("\n[")
    own = [line for line in kept.splitlines()[1:] if not line.startswith(names)]
    text = "\n".join([head, f"[{section}]", *lines, *own, f"[{others}" if others else ""])
    (folder / "dev.toml").write_text(text)
    return load_settings("dev", folder=folder)


@pytest.mark.parametrize(
    ("section", "lines", "sentence"),
    [
        ("school", ['name = ""'], "school.name is ''; allowed: a text of 1 to"),
        ("school", ['welcome = "a\\nb"'], "allowed: a text of 1 to 2,000 characters in one line"),
        ("school", ['accent = "blue"'], "school.accent is 'blue'; allowed: a colour as # and six digits"),
        ("school", ['logo = "../secret.svg"'], "allowed: the path of an SVG, PNG or WebP file"),
        (
            "school",
            ['logo = "https://cdn.example/logo.svg"'],
            "allowed: the path of an SVG, PNG or WebP file",
        ),
        ("school", ['motto = "x"'], "is not a known setting; allowed here: accent, logo, name, welcome"),
        ("portal", ['domain_aliases = ["learn.example.org"]'], "allowed: both or neither"),
        (
            "portal",
            ['domain_aliases = ["*.example.org"]', f'certificate_arn = "{CERTIFICATE}"'],
            "allowed: a name without a wildcard",
        ),
        ("portal", ['development_origin = "http://localhost:5173"'], "in the local environment only"),
        ("portal", ["waf = 1"], "portal.waf is 1; allowed: true or false"),
        (
            "identity",
            ['sign_up = "nobody"'],
            "identity.sign_up is 'nobody'; allowed: 'anyone', 'domains' or 'invited'",
        ),
        ("identity", ['sign_up = "domains"'], 'allowed: sign_up = "domains" with one or more domains'),
        ("identity", ['sign_up_domains = ["school.example"]'], "or another sign_up and no domains"),
        (
            "identity",
            ['sign_up = "domains"', 'sign_up_domains = ["@School.example"]'],
            "allowed: what follows the @ of an e-mail address, in lower case",
        ),
    ],
)
def test_what_is_not_allowed_is_refused_in_one_sentence(
    tmp_path: Path, section: str, lines: list[str], sentence: str
) -> None:
    with pytest.raises(UserError) as caught:
        dev_with(tmp_path, section, *lines)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_allowed_is_taken(tmp_path: Path) -> None:
    school = dev_with(tmp_path, "school", 'name = "École “Ada”"', 'accent = "#1f6feb"').school
    assert (school.name, school.accent) == ("École “Ada”", "#1f6feb")
    identity = dev_with(
        tmp_path, "identity", 'sign_up = "domains"', 'sign_up_domains = ["a.example"]'
    ).identity
    assert identity.sign_up_domains == ("a.example",)
    portal = dev_with(
        tmp_path, "portal", 'domain_aliases = ["learn.example.org"]', f'certificate_arn = "{CERTIFICATE}"'
    ).portal
    assert portal.domain_aliases == ("learn.example.org",)


def test_the_local_portal_may_be_developed() -> None:
    assert load_settings("local").portal.development_origin == "http://localhost:5173"
