"""The settings of the web portal: its address, and what it shows of the school."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

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

    `logo` is the path of a file in the project; the portal serves it itself, so that no page asks another host.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Text = Field(default="Our school", max_length=100)
    welcome: Text = "Learn with us: sign in, choose a course, and start."
    logo: Logo | None = None
    accent: Colour | None = None


class PortalSettings(BaseModel):
    """`[portal]`: where the web portal is served, and whether a firewall (AWS WAF) is in front of it (`waf`).

    `domain_aliases` with their `certificate_arn` give it a name of its own; without them it has CloudFront's.
    `development_origin` is where `make portal-dev` serves it with hot reload: sign-in leads back there too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    waf: bool = False
    domain_aliases: tuple[Domain, ...] = ()
    certificate_arn: Certificate | None = None
    development_origin: Origin | None = None

    @model_validator(mode="after")
    def _aliases_come_with_their_certificate(self) -> Self:
        if bool(self.domain_aliases) != bool(self.certificate_arn):
            raise ValueError("domain_aliases and certificate_arn go together; allowed: both or neither")
        if self.domain_aliases and self.domain_aliases[0].startswith("*"):
            raise ValueError(
                f"the first of domain_aliases is {self.domain_aliases[0]}, but it is the portal's address; allowed: "
                "a name without a wildcard"
            )
        return self
