"""Free texts: what is refused, what is kept as it is, and how older texts are shown."""

import sys
import unicodedata

import pytest

from education.openapi import texts as described
from toolkit import texts
from toolkit.texts import LINE, LINES, TextError, clean, shown

# What people write, in scripts and with emoji that need invisible characters.
WRITTEN = [
    "Algebra II",
    "Größenlehre – «für alle»",
    "می\u200cخواهم",  # Persian: a joiner that keeps two letters apart
    "क्\u200dष",  # Hindi: a joiner that changes a letter's form
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 family",
    "\u2764\ufe0f",
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # the flag of Scotland
    "\u200fשלום\u200e (1)",  # marks turn no text around them
    "葛\U000e0100城",  # a variant of a Japanese letter
    "co\xadoperate",
    "\uf8ff",  # for private use
    "x" * 200,
]
HARMFUL = {
    "a\0b": "U+0000 (null)",
    "a\x1b[31mb": "U+001B (escape)",
    "a\x7fb": "U+007F (control character)",
    "a\x9bb": "U+009B (control character)",
    "a\rb": "U+000D (carriage return)",
    "\x1c": "U+001C (control character)",
    "a\u202eb": "U+202E (right-to-left override)",
    "a\u202ab\u202c": "U+202A (left-to-right embedding)",
    "\u2067a\u2069": "U+2067 (right-to-left isolate)",
    "a\u206ab": "U+206A (inhibit symmetric swapping)",
    "a\ud800b": "U+D800 (half of a character)",
    "a\ufdd0b": "U+FDD0 (not a character)",
    "a\uffffb": "U+FFFF (not a character)",
    "a\U0010fffeb": "U+10FFFE (not a character)",
    "a\ufff9b": "U+FFF9 (interlinear annotation anchor)",
    "a\U000e0041b": "U+E0041 (tag latin capital letter a)",
}
UNSEEN = [
    "\U00013441\U00013442",
    "\U00016fe4",
    "\u0301",
    "\u0e3a",
    "\u200b",
    "\u200d\u200c",
    "\xad",
    "\u3164",
    "\uffa0\u115f",
    "\u2800",
    "\ufe0f",
    "\ufeff",
    " \u2060 ",
    "\u200e",
    "\U000e0100",
    "\U0001d173",
]


@pytest.mark.parametrize("text", WRITTEN)
@pytest.mark.parametrize("kind", [LINE, LINES])
def test_what_people_write_is_kept(text: str, kind: str) -> None:
    kept = unicodedata.normalize("NFC", text)
    assert clean(text, kind) == kept
    assert shown(kept) == kept


@pytest.mark.parametrize(("text", "name"), HARMFUL.items())
def test_a_harmful_character_is_named_and_an_older_text_is_shown_without_it(text: str, name: str) -> None:
    for kind in (LINE, LINES):
        with pytest.raises(TextError) as refusal:
            clean(text, kind)
        assert str(refusal.value) == f"must not contain {name}"
    assert chr(int(name[2:].partition(" ")[0], 16)) not in shown(text)
    assert "\ufffd" in shown(text)


@pytest.mark.parametrize("text", UNSEEN)
def test_a_text_has_something_to_see(text: str) -> None:
    for kind in (LINE, LINES):
        with pytest.raises(TextError, match="must have a character that can be seen"):
            clean(text, kind)


def test_blank_is_empty_where_a_text_may_be_empty() -> None:
    assert clean(" \xa0\u3000", LINES) == ""
    with pytest.raises(TextError, match="can be seen"):
        clean(" \xa0\u3000", LINES, may_be_empty=False)


def test_only_longer_texts_have_line_breaks_and_tabs() -> None:
    assert clean("one\r\n\ttwo\u2028three\u2029four\n", LINES) == "one\n\ttwo\nthree\nfour"
    for text in ("a\nb", "a\tb", "a\u2028b", "a\r\nb"):
        with pytest.raises(TextError, match="must not contain"):
            clean(text, LINE)


def test_texts_are_trimmed_and_in_one_form() -> None:
    assert clean(" \u200b\ufeff Cafe\u0301\xa0", LINE) == "Café"
    assert clean("\u1100\u1161 \u212b", LINE) == "가 Å"


def test_a_long_excerpt_is_cut_and_stays_on_one_line() -> None:
    assert texts.excerpt("a\n\u202eb", 100) == "a \ufffdb"
    assert texts.excerpt("x" * 100, 100) == "x" * 100
    assert texts.excerpt("x" * 101, 100) == "x" * 99 + "…"


def test_every_control_and_no_letter_is_harmful() -> None:
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        harmful = shown(character) != character
        category = unicodedata.category(character)
        if category in ("Cc", "Cs"):
            assert harmful is (character not in "\t\n"), hex(number)
        elif category[0] in "LMNPSZ" or category == "Co":
            assert not harmful, hex(number)


def test_the_description_names_these_rules() -> None:
    assert described.RULES == texts.KINDS
