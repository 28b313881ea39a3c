"""Terraform's long messages about what an operator can correct, as one sentence each.

Knows the problems of a pipeline: a locked state, expired credentials, a stale plan, a missing bucket, a foreign
account. For other problems it returns nothing, and the caller shows Terraform's own text.
"""

import re
from collections.abc import Callable

_LOCK_FIELDS = {
    name: re.compile(rf"^\W*{name}:\s*(.+?)\s*$", re.MULTILINE)
    for name in ("ID", "Path", "Operation", "Who", "Created")
}
NOTHING = "nothing was changed"


def explained(text: str) -> str | None:
    """One sentence about the problem, if it is known."""
    plain = " ".join(re.sub(r"[│╷╵]", " ", text).split())
    for mark, sentence in _KNOWN:
        if re.search(mark, plain):
            return sentence(text if sentence is _locked else plain)
    return None


def _locked(text: str) -> str:
    found = {
        name: match[1] if (match := pattern.search(re.sub(r"[│╷╵]", " ", text))) else "unknown"
        for name, pattern in _LOCK_FIELDS.items()
    }
    return (
        f"the state {found['Path']} is locked by {found['Who']} since {found['Created']} ({found['Operation']}): wait "
        "until that ends; if it was killed, release the lock with `make unlock ENV=… LOCK="
        f"{found['ID']}`; {NOTHING}."
    )


def _fixed(sentence: str) -> Callable[[str], str]:
    return lambda _: sentence


def _foreign(plain: str) -> str:
    match = re.search(r"account ID(?: not allowed)?:? ?\"?(\d{12})", plain)
    return (
        f"the credentials belong to account {match[1] if match else 'unknown'}, which pipeline.allowed_account_ids "
        f"does not list: sign in to the right account; {NOTHING}."
    )


def _denied(plain: str) -> str:
    match = re.search(r"User: (\S+) is not authorized to perform: (\S+)(?: on resource: (\S+))?", plain)
    if not match:
        return "AWS refused a call (AccessDenied): the log names the action, and `make audit` shows what is allowed."
    where = f" on {match[3].rstrip(',.')}" if match[3] else ""
    return f"{match[1]} may not {match[2]}{where}: `make audit` shows what its policy allows."


_KNOWN: tuple[tuple[str, Callable[[str], str]], ...] = (
    (r"Error acquiring the state lock.*ConditionalCheckFailed", _locked),
    (
        r"ExpiredToken|security token included in the request is expired",
        _fixed(f"the AWS credentials have expired: sign in again (for example `aws sso login`); {NOTHING}."),
    ),
    (
        r"No valid credential sources found|InvalidClientTokenId|UnrecognizedClientException",
        _fixed(
            f"there are no AWS credentials, or AWS does not accept them: sign in, or set AWS_PROFILE; {NOTHING}."
        ),
    ),
    (
        r"Saved plan is stale",
        _fixed(
            f"the plan is older than the state: another apply has run since it was made; plan again; {NOTHING}."
        ),
    ),
    (r"AWS account ID not allowed", _foreign),
    (
        r"S3 bucket \"[^\"]*\" does not exist|NoSuchBucket.*(state|backend)",
        _fixed(f"the state bucket does not exist: run `make bootstrap ENV=…` in this account; {NOTHING}."),
    ),
    (r"is not authorized to perform", _denied),
)
