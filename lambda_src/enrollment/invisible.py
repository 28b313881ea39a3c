"""Characters that a reader does not see: white space, control and format characters, and marks without a letter.

Files of spreadsheets and texts from mails have them around names and addresses. Two rules need to know them: where a
cell begins for a spreadsheet (roster_csv), and where an address begins and ends (address_text).
"""

import unicodedata

# Controls, format characters and what Unicode has not assigned (C), separators (Z), and marks (M).
_CATEGORIES = "CZM"
# Letters and a symbol that fonts draw as nothing.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def is_invisible(character: str) -> bool:
    """Whether nothing of the character is seen when it stands alone."""
    return unicodedata.category(character)[0] in _CATEGORIES or character in _BLANK_LETTERS


def is_format(character: str) -> bool:
    """Whether the character only says how others are shown: zero-width spaces, joiners, byte order marks, …"""
    return unicodedata.category(character) == "Cf"
