"""What a word is, and which texts contain the words of a search.

A word is a run of letters and digits; everything else separates words. Words are compared without case, accents and
vowel points: `Ä`, `ä` and `a` are one letter, `ß` is `ss`, and the four kinds of i in Turkish are one. Compatible forms
are equal, such as full-width letters, and digits of all scripts. What makes another letter stays: the voicing marks of
Japanese, the vowel signs of Hindi and Thai.

Chinese, Japanese, Thai, Lao, Burmese and Khmer have no spaces between words. Each of their characters is a word of its
own, and what is written together in a search must be found together.

A text is found if it has all words of the search, in any order. The last one may be the beginning of a word, because
people search while they type.
"""

import re
import unicodedata

# Letters that Unicode takes for letters of their own, and people for one with an accent or for a pair; tatweel, which
# only stretches an Arabic word; and the letters that Arabic, Persian and Urdu keyboards have in different forms.
_ALIKE = {
    "ı": "i",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ŧ": "t",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "\u0640": "",
    "\u0649": "\u064a",
    "\u06cc": "\u064a",
    "\u06a9": "\u0643",
    "\u0629": "\u0647",
}
# Marks below this combining class make another letter (nukta 7, voicing marks 8, virama 9; vowel signs mostly 0). From
# it on they are accents and points: https://www.unicode.org/reports/tr44/#Canonical_Combining_Class_Values
_FIRST_ACCENT = 10
# The scripts that put no spaces between words, with a voicing mark that follows.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u3096\u309d-\u30ff\u31f0-\u31ff\u3400-\u9fff\U00020000-\U000323af]"
    "[\u3099\u309a]?"
)


class _Letters(dict[int, str]):
    """By code point, what stands for a character: letters, nothing, or a space. Each is looked up once."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _letters_of(chr(code))
        return found


def _letters_of(character: str) -> str:
    if character in _ALIKE:
        return _ALIKE[character]
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category[0] == "M":
        return "" if unicodedata.combining(character) >= _FIRST_ACCENT else character
    if category == "Cf":
        return ""  # invisible: joiners, soft hyphens, direction marks
    return character if category[0] in "LN" else " "


_letters = _Letters()


def searchable(*texts: str) -> str:
    """Texts as a search looks through them: their words, each between two spaces. See `is_in`."""
    # Two spaces between texts: what is written together is in one of them.
    return " " + "  ".join(" ".join(_spaced(_folded(text)).split()) for text in texts) + " "


def wanted(search: str) -> tuple[str, ...]:
    """What a search looks for, as `is_in` takes it; empty if the search has no word."""
    terms = [" ".join(_spaced(term).split()) for term in _folded(search).split()]
    if not terms:
        return ()
    *complete, last = (f" {term}" for term in terms)
    return (*sorted({f"{term} " for term in complete}), last)


def is_in(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text of `searchable` has all words of `wanted`. No text has the words of an empty search."""
    return bool(words) and all(word in text for word in words)


def _folded(text: str) -> str:
    # Twice: a compatible form may have capitals, and a small letter may have an accent of its own (İ).
    small = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFKD", small).translate(_letters)


def _spaced(text: str) -> str:
    return _UNSPACED.sub(r" \g<0> ", text)
