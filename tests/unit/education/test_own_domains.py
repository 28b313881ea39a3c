"""The settings of a school's own domains: one sentence for each way in which they do not go together."""

from pathlib import Path
from typing import Any

import pytest

from education.errors import UserError
from education.settings.domains import conflict, covers, shared_parent
from education.settings.load import ENVIRONMENTS_FOLDER, load_settings
from education.settings.model import EnvironmentSettings

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"
PORTAL, FILES, SIGN_IN = "portal.domain_aliases", "content.domain_aliases", "identity.sign_in_domain"


def with_sections(folder: Path, environment: str = "dev", **sections: str) -> EnvironmentSettings:
    """The settings of an environment, with lines added to sections of dev.toml."""
    text = (ENVIRONMENTS_FOLDER / "dev.toml").read_text()
    for name, lines in sections.items():
        head, found, rest = text.partition(f"\n[{name}]")
        title, _, body = rest.partition("\n")
        text = f"{head}{found}{title}\n{lines}\n{body}" if found else f"{text}\n[{name}]\n{lines}\n"
    (folder / "dev.toml").write_text(text)
    return load_settings(environment, folder=folder)


def aliases(*names: str, certificate: str = CERTIFICATE) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return f'domain_aliases = [{listed}]\ncertificate_arn = "{certificate}"'


def sign_in(domain: str, *more: str) -> str:
    return "\n".join([f'sign_in_domain = "{domain}"', f'sign_in_certificate_arn = "{CERTIFICATE}"', *more])


def test_three_names_beside_each_other_are_taken(tmp_path: Path) -> None:
    settings = with_sections(
        tmp_path,
        portal=aliases("learn.school.org", "www.learn.school.org"),
        content=aliases("content.school.org"),
        identity=sign_in("sign-in.school.org", "use_sign_in_domain = true"),
    )
    assert settings.own_domains == {
        PORTAL: ("learn.school.org", "www.learn.school.org"),
        FILES: ("content.school.org",),
        SIGN_IN: ("sign-in.school.org",),
    }


@pytest.mark.parametrize(
    ("sections", "sentence"),
    [
        (
            {
                "portal": aliases(
                    "learn.school.org", certificate=CERTIFICATE.replace("us-east-1", "eu-central-1")
                )
            },
            "allowed: the ARN of an ACM certificate in us-east-1, where CloudFront looks for it",
        ),
        (
            {"content": 'domain_aliases = ["content.school.org"]'},
            "content: domain_aliases and certificate_arn go",
        ),
        ({"content": f'certificate_arn = "{CERTIFICATE}"'}, "allowed: both or neither"),
        ({"content": aliases("*.school.org")}, "content: the first of domain_aliases is *.school.org"),
        ({"identity": 'sign_in_domain = "sign-in.school.org"'}, "sign_in_certificate_arn go together"),
        (
            {"identity": "use_sign_in_domain = true"},
            "use_sign_in_domain is true but sign_in_domain is not set",
        ),
        (
            {"identity": sign_in("school.org")},
            "allowed: a name below the school's own, such as sign-in.school.org",
        ),
        ({"identity": sign_in("*.school.org")}, "without a wildcard"),
        ({"identity": sign_in(f"{'a' * 60}.school.org")}, "of at most 63 characters"),
        (
            {"portal": aliases("learn.school.org"), "content": aliases("learn.school.org")},
            "learn.school.org is in portal.domain_aliases and again in content.domain_aliases; allowed: each name only",
        ),
        (
            {"portal": aliases("learn.school.org"), "identity": sign_in("learn.school.org")},
            "learn.school.org is in portal.domain_aliases and again in identity.sign_in_domain",
        ),
        ({"portal": aliases("learn.school.org", "learn.school.org")}, "allowed: each name only once"),
        (
            {"portal": aliases("learn.school.org"), "content": aliases("files.school.org", "*.school.org")},
            "content.domain_aliases has *.school.org, which covers learn.school.org of portal.domain_aliases",
        ),
        (
            {"portal": aliases("learn.school.org"), "content": aliases("school.org")},
            "content.domain_aliases has school.org, and portal.domain_aliases has learn.school.org below it",
        ),
        (
            {"content": aliases("school.org"), "identity": sign_in("sign-in.school.org")},
            "and identity.sign_in_domain has sign-in.school.org below it",
        ),
        (
            {"portal": aliases("learn.localhost")},
            "portal.domain_aliases has learn.localhost; allowed: names that DNS",
        ),
    ],
)
def test_what_does_not_go_together_is_refused_in_one_sentence(
    tmp_path: Path, sections: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UserError) as caught:
        with_sections(tmp_path, **sections)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_the_emulator_has_names_of_this_machine_only() -> None:
    names = {PORTAL: ("learn.school.org",), FILES: (), SIGN_IN: ()}
    assert conflict(names, files=FILES, is_local=True) == (
        "portal.domain_aliases has learn.school.org; allowed: names that end with .localhost"
    )


def test_an_environment_without_a_file_of_its_own_has_not_the_names_of_dev(tmp_path: Path) -> None:
    """A name belongs to one distribution: a pull request's environment would be refused by CloudFront."""
    sections = {
        "portal": aliases("learn.school.org"),
        "content": aliases("content.school.org"),
        "identity": sign_in("sign-in.school.org", "use_sign_in_domain = true"),
    }
    settings = with_sections(tmp_path, "pr-7", **sections)
    assert not any(settings.own_domains.values())
    assert settings.portal.certificate_arn is settings.content.certificate_arn is None
    assert not settings.identity.use_sign_in_domain


def test_a_file_of_ones_own_counts_on_the_emulator_only(tmp_path: Path) -> None:
    own = tmp_path / "school.toml"
    own.write_text('[school]\nname = "Ada"\n[portal]\nwaf = true\n')
    local = load_settings("local", local_settings=own)
    assert (local.school.name, local.portal.waf) == ("Ada", True)
    assert local.portal.development_origin == "http://localhost:5173", "what it does not say stays"
    assert load_settings("dev", local_settings=own).school.name != "Ada"
    with pytest.raises(
        UserError, match=r"none\.toml is missing: correct EDUCATION_LOCAL_SETTINGS, or unset it\.$"
    ):
        load_settings("local", local_settings=tmp_path / "none.toml")


def test_a_wildcard_stands_for_one_label() -> None:
    assert covers("*.school.org", "learn.school.org")
    assert not covers("*.school.org", "a.learn.school.org")
    assert not covers("*.school.org", "school.org")
    assert not covers("learn.school.org", "other.school.org")


def test_what_two_names_share() -> None:
    assert shared_parent("content.school.org", "learn.school.org") == "school.org"
    assert shared_parent("a.content.school.org", "learn.school.org") == "school.org"
    assert shared_parent("learn.school.org", "school.org") == "school.org"
    assert shared_parent("content.files.org", "learn.school.org") is None
