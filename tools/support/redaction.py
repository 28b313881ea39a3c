"""Removes what looks like a secret from a text, before a person or another system sees it."""

import re

MASK = "(redacted)"
# What must never be in a log or a comment: keys, tokens, private keys, signed links.
_SECRETS = (
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
    re.compile(r"\b(?:ghp|gho|ghs|ghu|github_pat)_[A-Za-z0-9_]{20,}"),
    re.compile(r"https://hooks\.slack\.com/\S+"),
)
_NAMED = re.compile(
    r"(?i)(\"?\b(?:[a-z_]*(?:secret|password|token|private_key|session)[a-z_]*)\"?\s*(?:=|:|->)\s*)"
    r"\"(?!\(sensitive|arn:)[^\"]{8,}\""
)
_SIGNED = re.compile(r"([?&](?:X-Amz-Signature|X-Amz-Security-Token|Signature)=)[^&\s\"]+")


def redacted(text: str) -> str:
    """The text with secrets replaced by `MASK`."""
    for pattern in _SECRETS:
        text = pattern.sub(MASK, text)
    text = _SIGNED.sub(rf"\1{MASK}", text)
    return _NAMED.sub(rf'\1"{MASK}"', text)
