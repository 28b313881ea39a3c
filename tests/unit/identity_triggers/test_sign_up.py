"""Where the settings list domains, only people with an address there make an account of their own."""

import pytest

from identity_triggers.sign_up import SignUpRefusedError, check_sign_up

SELF, INVITED = "PreSignUp_SignUp", "PreSignUp_AdminCreateUser"
DOMAINS = ("school.example.org", "school.example")


@pytest.mark.parametrize(
    "email",
    ["ada@school.example.org", "ADA@School.Example.ORG", " ada@school.example ", '"a@b"@school.example'],
)
def test_people_of_a_listed_domain_may(email: str) -> None:
    check_sign_up(SELF, email, DOMAINS)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "ada@example.org",
        "ada@evil-school.example",
        "ada@sub.school.example",
        "ada@school.example@evil.example",
        "ada@school.example.",
        "@",
    ],
)
def test_others_are_refused_with_the_domains_named(email: str) -> None:
    with pytest.raises(
        SignUpRefusedError, match=r"^accounts here need an e-mail address of school\.example\.org or "
    ):
        check_sign_up(SELF, email, DOMAINS)


@pytest.mark.parametrize("domain", ["straße.de", "ſchool.org", "\u212aing.org", "Ｋing.org"])
def test_a_domain_that_only_looks_alike_or_folds_to_a_listed_one_is_another_one(domain: str) -> None:
    """The Kelvin sign, the long s and the sharp s are other letters, and other people's domains."""
    with pytest.raises(SignUpRefusedError):
        check_sign_up(SELF, f"ada@{domain}", ("strasse.de", "school.org", "king.org"))


def test_whom_an_administrator_invites_may_have_any_address() -> None:
    check_sign_up(INVITED, "guest@elsewhere.example", DOMAINS)


def test_everybody_may_where_no_domain_is_listed() -> None:
    check_sign_up(SELF, "ada@elsewhere.example", ("*",))
