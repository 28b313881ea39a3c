"""The types of the settings' values, and in words what each type allows.

A value that AWS or Terraform would refuse in the middle of a deployment is refused here. `model.py` says which settings
there are.
"""

import re
from collections.abc import Callable
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from education.settings.regions import AWS_REGIONS

# The values that CloudWatch Logs accepts (PutRetentionPolicy), from the 30 days that this project demands.
LogRetentionDays = Literal[
    30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
SUFFIX_PATTERN = r"^[a-z][a-z0-9-]{0,19}$"
SUFFIX_WORDS = "a lower-case letter, then up to 19 lower-case letters, digits or hyphens (for example pr-123)"
_PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
# Names that Amazon S3 reserves: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
_NOT_IN_TAGS = re.compile(r"[^\w .:/=+@-]")
_TAG_NAME_CHARACTERS, _TAG_VALUE_CHARACTERS = 128, 256


def refusal(words: str) -> PydanticCustomError:
    """The error that a check raises; `words` say what is allowed."""
    return PydanticCustomError("not_allowed", "{words}", {"words": words})


def matching(pattern: str, words: str) -> Callable[[str], str]:
    """A check that the whole text matches `pattern`; `words` say what that allows."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise refusal(words)
        return value

    return check


def _region(value: str) -> str:
    if value not in AWS_REGIONS:
        raise refusal("an AWS region, such as us-east-1 or eu-central-1")
    return value


def _bucket(value: str) -> str:
    if (
        not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", value)
        or ".." in value
        or re.fullmatch(r"[0-9]+(\.[0-9]+){3}", value)
        or value.startswith(_RESERVED_PREFIXES)
        or value.endswith(_RESERVED_SUFFIXES)
    ):
        raise refusal(
            "the name of an S3 bucket: 3 to 63 lower-case letters, digits, hyphens or single dots, no IP address, "
            "no name that S3 reserves (such as xn--… or …-s3alias)"
        )
    return value


def _tags(tags: dict[str, str]) -> dict[str, str]:
    for name, value in tags.items():
        is_name = name and len(name) <= _TAG_NAME_CHARACTERS and not _NOT_IN_TAGS.search(name)
        if not is_name or name.lower().startswith("aws:"):
            raise ValueError(
                f"a tag is called {name!r}; allowed: up to {_TAG_NAME_CHARACTERS} letters, digits, spaces and "
                "_.:/=+@-, not beginning with aws:"
            )
        if len(value) > _TAG_VALUE_CHARACTERS or _NOT_IN_TAGS.search(value):
            raise ValueError(
                f"{name} is {value!r}; allowed: up to {_TAG_VALUE_CHARACTERS} letters, digits, spaces and _.:/=+@-"
            )
    return tags


def tag_value(text: str) -> str:
    """`text` in the form that AWS accepts for a tag: an author called `dependabot[bot]` must not stop a deployment."""
    return _NOT_IN_TAGS.sub("_", text)[:_TAG_VALUE_CHARACTERS]


def _each_once(addresses: tuple[str, ...]) -> tuple[str, ...]:
    seen: set[str] = set()
    for address in addresses:
        if address.lower() in seen:
            raise refusal(f"each address only once, but {address} is there twice")
        seen.add(address.lower())
    return addresses


def _address_range(value: str) -> str:
    try:
        network = ip_network(value)
    except ValueError:
        network = None
    if network is None or "/" not in value or network.prefixlen == 0:
        raise refusal(
            "a range of IP addresses as its first address, a slash and the length of the prefix, not 0, such as "
            "198.51.100.0/24, 203.0.113.7/32 or 2001:db8::/32"
        )
    return value


def _ranges_once(ranges: tuple[str, ...]) -> tuple[str, ...]:
    seen: dict[object, str] = {}
    for each in ranges:
        network = ip_network(each)
        if network in seen:
            raise refusal(f"each range only once, but {seen[network]} and {each} are the same")
        seen[network] = each
    return ranges


EnvironmentSuffix = Annotated[str, AfterValidator(matching(SUFFIX_PATTERN, SUFFIX_WORDS))]
Region = Annotated[str, AfterValidator(_region)]
BucketName = Annotated[str, AfterValidator(_bucket)]
TableName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[A-Za-z0-9_.-]{3,255}",
            "the name of a DynamoDB table: 3 to 255 letters, digits, underscores, dots or hyphens",
        )
    ),
]
Tags = Annotated[dict[str, str], AfterValidator(_tags)]
# Without characters that begin a reference in Terraform (${…}), or a name or a list in the header of an e-mail.
EmailAddress = Annotated[
    str, AfterValidator(matching(r"[^@\s$<>\",;]+@[^@\s$<>\",;]+\.[^@\s$<>\",;]+", "an e-mail address"))
]
EmailAddresses = Annotated[tuple[EmailAddress, ...], AfterValidator(_each_once)]
AddressRange = Annotated[str, AfterValidator(_address_range)]
AddressRanges = Annotated[tuple[AddressRange, ...], AfterValidator(_ranges_once)]
Origin = Annotated[
    str,
    AfterValidator(
        matching(
            rf"https?://[a-z0-9.-]+(:{_PORT})?",
            "an origin without a path, such as https://portal.example.org, with a port from 1 to 65535 or none, and "
            "no wildcard",
        )
    ),
]
LocalEndpoint = Annotated[
    str,
    AfterValidator(matching(rf"http://127\.0\.0\.1:{_PORT}", "http://127.0.0.1: and a port from 1 to 65535")),
]
SesIdentity = Annotated[
    str,
    AfterValidator(
        matching(
            r"arn:aws[a-z-]*:ses:[a-z0-9-]+:[0-9]{12}:identity/[^/\s$]+",
            "the ARN of an identity that SES has verified, such as "
            "arn:aws:ses:us-east-1:<account>:identity/example.org",
        )
    ),
]
Certificate = Annotated[
    str,
    AfterValidator(
        matching(
            r"arn:aws:acm:us-east-1:[0-9]{12}:certificate/[0-9a-f-]{36}",
            "the ARN of an ACM certificate in us-east-1, where CloudFront looks for it",
        )
    ),
]
Domain = Annotated[
    str,
    AfterValidator(
        matching(
            r"(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}",
            "a domain name, such as content.example.org or *.example.org",
        )
    ),
]
# Cognito takes at most 63 characters:
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolDomain.html
HostName = Annotated[
    str,
    AfterValidator(
        matching(
            r"(?=.{1,63}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}",
            "a domain name of at most 63 characters without a wildcard, such as sign-in.example.org",
        )
    ),
]
MailDomain = Annotated[
    str,
    AfterValidator(
        matching(
            r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}",
            "what follows the @ of an e-mail address, in lower case, such as school.example.org",
        )
    ),
]
