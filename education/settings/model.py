"""Which settings an environment has, and what is allowed in each: one typed, frozen model.

A class is one section of `environments/<suffix>.toml`, an attribute is one setting. `load.py` reads the files.
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from education.settings.domains import check_pair, check_sign_in, conflict
from education.settings.keys import PackageKeySettings, SigningKeySettings
from education.settings.pipeline import PipelineSettings
from education.settings.portal import PortalSettings, SchoolSettings
from education.settings.types import (
    AddressRanges,
    BucketName,
    Certificate,
    Domain,
    EmailAddress,
    EmailAddresses,
    EnvironmentSuffix,
    HostName,
    LocalEndpoint,
    LogRetentionDays,
    MailDomain,
    Origin,
    Region,
    SesIdentity,
    TableName,
    Tags,
)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class StateSettings(_Section):
    """`[state]`: the bucket where Terraform keeps its states, its region, and the DynamoDB table with their locks."""

    bucket: BucketName
    bucket_region: Region = "us-east-1"
    lock_table: TableName


class IdentitySettings(_Section):
    """`[identity]`: sign-in, by Amazon Cognito.

    `mfa` says whether sign-in asks for a second factor. With `administrators_need_mfa` administrators have their rights
    only with a second factor. `plan` is what Cognito costs for each user and month: ESSENTIALS 1.5 cents, PLUS 2 cents.
    PLUS has threat protection, and `advanced_security` says what that does: it observes first (AUDIT), then acts. `waf`
    switches the firewall in front of sign-in on (`education/firewall/`). The validities of tokens are within Cognito's
    limits: 5 minutes to 24 hours, and for refresh tokens 1 hour to 3,650 days. `sign_up` says who may make an account:
    anyone, whoever has an address in one of `sign_up_domains`, or only people whom an administrator invites.
    `sign_in_domain` with its `sign_in_certificate_arn` gives the sign-in pages a name of the school's own. The portal
    leads people there only with `use_sign_in_domain`: DNS can know the name only after Cognito has made it.
    """

    mfa: Literal["OFF", "OPTIONAL", "ON"]
    second_factors: tuple[Literal["TOTP"], ...]
    administrators_need_mfa: bool
    plan: Literal["ESSENTIALS", "PLUS"] = "ESSENTIALS"
    advanced_security: Literal["OFF", "AUDIT", "ENFORCED"]
    waf: bool = False
    password_minimum_length: int = Field(ge=12, le=99)
    access_token_minutes: int = Field(ge=5, le=1440)
    id_token_minutes: int = Field(ge=5, le=1440)
    refresh_token_days: int = Field(ge=1, le=3650)
    # Cognito's own sender sends at most 50 e-mails a day, sign-up codes included. SES has no such limit.
    ses_identity_arn: SesIdentity | None = None
    email_from: EmailAddress | None = None
    sign_up: Literal["anyone", "domains", "invited"] = "anyone"
    sign_up_domains: tuple[MailDomain, ...] = ()
    sign_in_domain: HostName | None = None
    sign_in_certificate_arn: Certificate | None = None
    use_sign_in_domain: bool = False

    @model_validator(mode="after")
    def _the_sign_in_domain_is_one_that_cognito_takes(self) -> Self:
        check_sign_in(self.sign_in_domain, self.sign_in_certificate_arn, is_used=self.use_sign_in_domain)
        return self

    @model_validator(mode="after")
    def _domains_are_listed_where_they_decide(self) -> Self:
        if (self.sign_up == "domains") != bool(self.sign_up_domains):
            raise ValueError(
                f"sign_up is {self.sign_up} and sign_up_domains has {len(self.sign_up_domains)} entries; allowed: "
                'sign_up = "domains" with one or more domains, or another sign_up and no domains'
            )
        return self

    @model_validator(mode="after")
    def _threat_protection_is_what_the_plan_has(self) -> Self:
        # https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
        if self.advanced_security != "OFF" and self.plan != "PLUS":
            raise ValueError(
                f"advanced_security is {self.advanced_security} but plan is {self.plan}; allowed: "
                'advanced_security = "OFF", or plan = "PLUS"'
            )
        if self.advanced_security == "OFF" and self.plan == "PLUS":
            raise ValueError(
                'plan is PLUS but advanced_security is OFF; allowed: advanced_security = "AUDIT" for two weeks or '
                'more, then "ENFORCED", or plan = "ESSENTIALS", which costs less'
            )
        return self

    @model_validator(mode="after")
    def _a_sender_has_an_identity_and_an_address(self) -> Self:
        if (self.ses_identity_arn is None) != (self.email_from is None):
            raise ValueError("ses_identity_arn and email_from go together; allowed: both or neither")
        return self

    @model_validator(mode="after")
    def _a_second_factor_exists_where_mfa_asks_for_one(self) -> Self:
        if self.mfa != "OFF" and not self.second_factors:
            raise ValueError(
                f'mfa is {self.mfa} but second_factors is empty; allowed: ["TOTP"], or mfa = "OFF"'
            )
        if self.administrators_need_mfa and self.mfa == "OFF":
            raise ValueError(
                'administrators_need_mfa is true but mfa is OFF; allowed: mfa = "OPTIONAL" or "ON"'
            )
        return self


class RecordsSettings(_Section):
    """`[records]`: the data about students, in DynamoDB.

    `roster_shards` is over how many partitions the roster of a course is spread. Never lower it after the first
    deployment: that would hide students from rosters. No code checks this, because the settings do not know the earlier
    number. `audit_retention_days` is how long the audit trail is kept. `former_indexes` keeps the indexes of the
    version before beside those of this one, while an environment that has data moves: docs/operations.md, "Move to new
    indexes". `counting_seconds` is how long the count of a course's students waits for requests that are still on
    their way (lambda_src/domain/enrollments/counting.py).
    """

    point_in_time_recovery: bool
    roster_shards: int = Field(ge=1, le=100)
    audit_retention_days: int = Field(ge=30, le=3653)
    former_indexes: bool = False
    # A request may take 10 s. Enrolments are queued meanwhile, and a queued one is settled within 60 s.
    counting_seconds: int = Field(default=15, ge=1, le=25)


class ContentSettings(_Section):
    """`[content]`: course files and their delivery by CloudFront.

    `premium_url_minutes` is how long a link to premium content is valid at most; `signing_keys` are the keys of these
    links, and with `former_signing_keys` CloudFront still trusts the RSA keys of earlier deployments.
    `package_keys` are the keys that open packages. `old_version_days` is how long a replaced or deleted file can be
    restored; `access_logs` are CloudFront's. `require_tls` and `wait_for_deployment` are false only on the AWS
    emulator.
    """

    # Errors of API Gateway itself (no token, throttled) always allow the first origin. Portals at other origins cannot
    # read these errors, but they can read every answer of a function.
    portal_origins: tuple[Origin, ...] = Field(min_length=1)
    premium_url_minutes: int = Field(ge=1, le=60)
    signing_keys: SigningKeySettings = SigningKeySettings()
    former_signing_keys: bool = False
    package_keys: PackageKeySettings = PackageKeySettings()
    max_upload_mib: int = Field(ge=1, le=5120)  # an S3 POST takes at most 5 GiB
    old_version_days: int = Field(ge=1, le=3650)
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"]
    access_logs: bool
    require_tls: bool = True
    wait_for_deployment: bool = True
    domain_aliases: tuple[Domain, ...] = ()
    certificate_arn: Certificate | None = None

    @model_validator(mode="after")
    def _aliases_come_with_their_certificate(self) -> Self:
        check_pair(self.domain_aliases, self.certificate_arn)
        return self


class FunctionSettings(_Section):
    """`[functions]`: what every function gets.

    API Gateway waits 29 s at most, so no function may run longer. `trace_rate` is the part of the API's requests that
    AWS X-Ray traces, from 0 (none) to 1 (all): `education/api/sampling.py`.
    """

    memory_mib: int = Field(ge=128, le=10240)
    # One call to AWS with its second attempt takes up to 9 s (lambda_src/toolkit/clients.py), then the answer follows.
    timeout_seconds: int = Field(ge=10, le=29)
    log_retention_days: LogRetentionDays
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
    trace_rate: float = Field(ge=0, le=1)

    @property
    def traces(self) -> bool:
        """Whether any request is traced."""
        return self.trace_rate > 0


class ApiSettings(_Section):
    """`[api]`: the limits of the API's stage, its firewall and its logs.

    `throttling_rate` is requests per second, and `throttling_burst` requests at the same moment, of all callers.
    `waf` switches the firewall (AWS WAF, `education/firewall/`) on. `waf_text_rules` says what it does with requests
    whose text looks like an attack, as a lesson about web security does. `allowed_addresses` are those of schools that
    many people share: no rule about addresses applies to them, in front of the API and of sign-in.
    """

    throttling_rate: int = Field(ge=1, le=10000)
    throttling_burst: int = Field(ge=1, le=5000)
    waf: bool
    waf_text_rules: Literal["COUNT", "BLOCK"] = "COUNT"
    allowed_addresses: AddressRanges = Field(default=(), max_length=10000)  # an IP set has 10,000 at most
    access_logs: bool = True
    # Whether this environment owns the role with which API Gateway writes logs. An account has one such role in each
    # region, so only one environment of an account and region may own it.
    account_log_role: bool = False


class MonitoringSettings(_Section):
    """`[monitoring]`: who gets the alarms, and the limits of two of them."""

    alert_emails: EmailAddresses
    api_latency_p99_ms: int = Field(ge=50, le=29000)
    api_5xx_count: int = Field(ge=1)


class EnvironmentSettings(_Section):
    """Everything in which environments differ: the settings outside of sections, and the sections.

    `protect_data` keeps tables, the user pool and filled buckets from being deleted. `local_endpoint` is the address of
    the AWS emulator, and only `local` has one.
    """

    environment_suffix: EnvironmentSuffix
    aws_region: Region
    default_tags: Tags
    protect_data: bool
    local_endpoint: LocalEndpoint | None = None
    state: StateSettings
    identity: IdentitySettings
    records: RecordsSettings
    content: ContentSettings
    functions: FunctionSettings
    api: ApiSettings
    monitoring: MonitoringSettings
    pipeline: PipelineSettings = PipelineSettings()
    portal: PortalSettings = PortalSettings()
    school: SchoolSettings = SchoolSettings()

    @model_validator(mode="after")
    def _only_the_emulator_leads_sign_in_to_a_laptop(self) -> Self:
        if self.portal.development_origin and self.local_endpoint is None:
            raise ValueError(
                f"portal.development_origin is {self.portal.development_origin} but local_endpoint is not set; "
                "allowed: portal.development_origin in the local environment only"
            )
        return self

    @property
    def own_domains(self) -> dict[str, tuple[str, ...]]:
        """The school's own domains, by the setting that has them."""
        sign_in = self.identity.sign_in_domain
        return {
            "portal.domain_aliases": self.portal.domain_aliases,
            "content.domain_aliases": self.content.domain_aliases,
            "identity.sign_in_domain": (sign_in,) if sign_in else (),
        }

    @model_validator(mode="after")
    def _own_domains_go_together(self) -> Self:
        problem = conflict(
            self.own_domains, files="content.domain_aliases", is_local=self.local_endpoint is not None
        )
        if problem:
            raise ValueError(problem)
        return self

    @model_validator(mode="after")
    def _what_a_firewall_is_told_has_a_firewall(self) -> Self:
        if self.api.waf_text_rules == "BLOCK" and not self.api.waf:
            raise ValueError(
                'api.waf_text_rules is BLOCK but api.waf is false; allowed: api.waf = true, or "COUNT"'
            )
        if self.api.allowed_addresses and not (self.api.waf or self.identity.waf or self.portal.waf):
            raise ValueError(
                "api.allowed_addresses is not empty but api.waf, identity.waf and portal.waf are false; allowed: one "
                "of them true, or no addresses"
            )
        return self
