"""The settings of the web portal: its address, and what it shows of the school."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from education.settings.domains import check_pair
from education.settings.types import Certificate, Domain, Origin, matching, refusal

_SHOWN = 2000


def _text(value: str) -> str:
    if not value.strip() or len(value) > _SHOWN or any(ord(character) < 32 for character in value):
        raise refusal(f"a text of 1 to {_SHOWN:,} characters in one line")
    return value


Text = Annotated[str, AfterValidator(_text)]
Colour = Annotated[
    str,
    AfterValidator(matching(r"#[0-9a-f]{6}", "a colour as # and six digits, such as #1f6feb, in lower case")),
]
Logo = Annotated[
    str,
    AfterValidator(
        matching(
            r"(?!.*\.\.)[a-z0-9][a-z0-9_./-]{0,99}\.(svg|png|webp)",
            "the path of an SVG, PNG or WebP file in this folder, such as environments/logo.svg",
        )
    ),
]


class SchoolSettings(BaseModel):
    """`[school]`: what visitors see of the school, before they sign in and on every page.

    Without a `welcome` of the school's own, the portal has a sentence in the language of the reader.
    `logo` is the path of a file in the project; the portal serves it itself, so that no page asks another host.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Text = Field(default="Our school", max_length=100)
    welcome: Text | None = None
    logo: Logo | None = None
    accent: Colour | None = None


class PortalSettings(BaseModel):
    """`[portal]`: where the web portal is served, and whether a firewall (AWS WAF) is in front of it (`waf`).

    `domain_aliases` with their `certificate_arn` give it names of its own; without them it has CloudFront's. The first
    is its address, and whoever opens it under another name is led there.
    `development_origin` is where `make portal-dev` serves it with hot reload: sign-in leads back there too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    waf: bool = False
    domain_aliases: tuple[Domain, ...] = ()
    certificate_arn: Certificate | None = None
    development_origin: Origin | None = None

    @model_validator(mode="after")
    def _aliases_come_with_their_certificate(self) -> Self:
        check_pair(self.domain_aliases, self.certificate_arn)
        return self
