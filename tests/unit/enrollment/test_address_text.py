"""What counts as an e-mail address, and what is left away around one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrollment.address_text import address_in, escaped, has_several, is_email, unescaped

ADA = "ada@example.org"


@pytest.mark.parametrize(
    "text",
    [
        "a@b.co",
        "ada.lovelace+x@sub.example.org",
        "o'neil_1@example.org",
        f"{'a' * 64}@example.org",
        "a@b-c.d1e.org",
    ],
)
def test_addresses(text: str) -> None:
    assert is_email(text)
    assert address_in(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "@example.org",
        "ada@",
        "ada@example",
        "ada@.example.org",
        "ada@-x.org",
        "ada@x-.org",
        "a..b@example.org",
        ".a@example.org",
        "a.@example.org",
        "a b@example.org",
        "ada@exam ple.org",
        "ada@example.org\nbcc: all@example.org",
        "ada@bo@example.org",
        "ada@127.0.0.1",
        "ada@[127.0.0.1]",
        "adä@example.org",
        f"{'a' * 65}@example.org",
        f"a@{'b' * 64}.org",
        "a@" + "b." * 130 + "org",
        "\ud800@example.org",
        "\u212aate@example.org",
        "ada@example,org",
        "ada＠example.org",
        "ada\0@example.org",
        "bo@example.org <ada@example.org>",
        "<ada@example.org> <bo@example.org>",
        "Ada <ada@example.org",
        "\n" * 1000 + ADA,
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert not is_email(text.lower()) or not text.isascii()
    assert address_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "ADA@Example.org",
        "<ada@example.org>",
        "Ada Lovelace <ada@example.org>",
        '"Lovelace, Ada" <ada@example.org>;',
        "'ada@example.org' <ada@example.org>",
        "<mailto:ada@example.org>.",
        "\u00a0Ada <ada@example.org>.\u00a0",
        "mailto:ada@example.org",
        "MAILTO:ada@example.org?subject=Hello",
        "ada@example.org.",
        "ada@example.org...",
        "ada@example.org,",
        "ada@example.org;",
        "(ada@example.org)",
        "'ada@example.org'",
        "„ada@example.org“",
        "«ada@example.org»",
        '"ada@example.org',
        '="ada@example.org"',
        "\u200bada@example.org\u200b",
        "ada\u200b@\u2060example.org\ufeff",
        "ada@exam\u00adple.org",
        "\u00a0ada@example.org\u202f",
        "\u3000 \tada@example.org\r\n",
        "\0ada@example.org\x1f",
        "\u202aada@example.org\u202c",
        "<\u200eada@example.org\u00a0>",
    ],
)
def test_what_programs_write_around_an_address(text: str) -> None:
    assert address_in(text) == ADA


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("a@x.org b@x.org", True),
        ("a@x.org;b@x.org", True),
        ("a@x.org / b@x.org", True),
        ("<a@x.org><b@x.org>", True),
        ("a@x.org\nb@x.org", True),
        ("a@b@x.org", False),
        ("a x.org", False),
        ("a@x,org", False),
    ],
)
def test_several_addresses_are_told_from_a_wrong_one(text: str, several: bool) -> None:
    assert address_in(text) is None
    assert has_several(text) is several


@settings(deadline=None)
@given(st.text("a'=+-@|.", max_size=12))
def test_an_exported_address_comes_back_unchanged(email: str) -> None:
    assert unescaped(escaped(email)) == email
    assert not escaped(email).startswith(("=", "+", "-", "@"))
