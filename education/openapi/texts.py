"""Checks that every free text in a request names its rule with `x-text`, so that none is forgotten.

What the rules are is in lambda_src/toolkit/texts.py; a test compares the names.
"""

from collections.abc import Mapping
from typing import Any

from education.openapi.errors import DescriptionError

RULES = ("line", "lines", "own-rules")


def check_texts(place: str, schema: Any) -> None:
    """Raises `DescriptionError` if a text in `schema` has no rule, or an unknown one.

    A text with an enum, a format, or a pattern from its first character to its last needs none.
    """
    if not isinstance(schema, Mapping):
        return
    kinds = schema.get("type", ())
    is_text = "string" in ([kinds] if isinstance(kinds, str) else kinds)
    rule = schema.get("x-text")
    if rule is not None and (rule not in RULES or not is_text):
        raise DescriptionError(f"{place}: x-text is {rule!r}; allowed, for a string: {', '.join(RULES)}")
    if is_text and rule is None and not _is_bound(schema):
        raise DescriptionError(
            f"{place}: a text needs x-text ({', '.join(RULES)}), an enum or a whole pattern"
        )
    for name, member in schema.get("properties", {}).items():
        check_texts(f"{place}: {name}", member)
    for keyword in ("items", "additionalProperties"):
        check_texts(place, schema.get(keyword))


def _is_bound(schema: Mapping[str, Any]) -> bool:
    pattern = schema.get("pattern", "")
    return "enum" in schema or "format" in schema or (pattern.startswith("^") and pattern.endswith("$"))
