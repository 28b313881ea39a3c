"""What a free text may contain: names, titles, summaries. api/openapi.yaml names the rule of each with `x-text`.

    x-text: line       one line: a name or a title
    x-text: lines      a longer text: it may have line breaks and tabs
    x-text: own-rules  the function checks the text itself

A text is shown to other people, in pages, tables, terminals and logs. So it has no control characters, nothing that
turns the direction of the text around it (https://unicode.org/reports/tr36/#Bidirectional_Text_Spoofing), no half or
unassignable characters, and something to see. Letters of every script and emoji are allowed, with the invisible
joiners that Persian, Hindi and family emoji need. Text is kept trimmed and in the normal form NFC, so that equal
texts are equal.

`clean` is for what arrives. `shown` is for what was stored before these rules.
"""

import re
import unicodedata

LINE = "line"
LINES = "lines"
OWN_RULES = "own-rules"
KINDS = (LINE, LINES, OWN_RULES)

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF)
)
# C0 and C1 controls except tab and line feed; embeddings, overrides, isolates and the deprecated controls after them;
# half characters; the marks of interlinear notes; tags, which hide text; what Unicode will never assign.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f"
    f"{_NONCHARACTERS}]"
)
_LINE_BREAKS = re.compile("[\t\n\u2028\u2029]")
# The flags of England, Scotland and Wales are a black flag and a few tags. Nothing else needs tags.
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f")
# White space, and what Unicode lists as Default_Ignorable_Code_Point or draws as an empty cell.
_VISIBLE = re.compile(
    "[^\\s\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U00013441\U00013442\U00016fe4\U0001d159\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
# What is taken off both ends: white space, and invisible characters that join nothing there.
_EDGES = "".join(each for each in map(chr, range(0x3001)) if each.isspace()) + "\u200b\u2060\ufeff"
_REPLACEMENT = "\ufffd"
_NAMES = {"\0": "null", "\t": "tab", "\n": "line break", "\r": "carriage return", "\x1b": "escape"}


class TextError(ValueError):
    """A text breaks a rule; the message continues a sentence that begins with the field's name."""


def clean(text: str, kind: str, *, may_be_empty: bool = True) -> str:
    """A text as it is stored: trimmed, and in the normal form NFC.

    Raises:
        TextError: it has a character that is not allowed, or nothing to see.
    """
    if kind == LINES:
        text = text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    found = _HARMFUL.search(_FLAG.sub("", text)) or (_LINE_BREAKS.search(text) if kind == LINE else None)
    if found:
        raise TextError(f"must not contain {_name(found[0])}")
    text = unicodedata.normalize("NFC", text)
    # A combining mark needs a character that it can be seen with.
    is_visible = any(unicodedata.category(each)[0] != "M" for each in _VISIBLE.findall(text))
    if not is_visible and not (may_be_empty and not text.strip()):
        raise TextError("must have a character that can be seen")
    return text.strip(_EDGES)


def shown(text: str) -> str:
    """A stored text, with a replacement character for each that could do harm where it is shown."""
    if not _HARMFUL.search(text) or not _HARMFUL.search(_FLAG.sub("", text)):
        return text
    return _HARMFUL.sub(_REPLACEMENT, text)


def harmless(text: str) -> str:
    """A text on one line, without the characters that could do harm where it is shown."""
    return _LINE_BREAKS.sub(" ", _HARMFUL.sub("", text) if _HARMFUL.search(_FLAG.sub("", text)) else text)


def excerpt(text: str, most: int) -> str:
    """A text of the caller that an answer repeats: harmless, on one line, and at most `most` characters long."""
    text = text if len(text) <= most else text[: most - 1] + "…"
    return _LINE_BREAKS.sub(" ", shown(text))


def _name(character: str) -> str:
    """A character for people: its number and its name."""
    if "\ud800" <= character <= "\udfff":
        name = "half of a character"
    elif unicodedata.category(character) == "Cn":
        name = "not a character"
    else:
        name = _NAMES.get(character) or unicodedata.name(character, "control character").lower()
    return f"U+{ord(character):04X} ({name})"
