"""What `make preflight` says of a school's own domains, and the records that it prints for DNS."""

import socket
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from education.errors import UserError
from education.settings.load import load_settings
from education.settings.model import EnvironmentSettings
from tools.pipeline import own_domains, preflight
from tools.pipeline.own_domains import Answer, OwnDomains, Record
from tools.support.account import Account

ACCOUNT = Account("1" * 12, "aws", "arn:aws:iam::111111111111:user/ada")
ARN = "arn:aws:acm:us-east-1:111111111111:certificate/00000000-0000-0000-0000-00000000000"
ISSUED = {"Status": "ISSUED", "DomainName": "school.org", "SubjectAlternativeNames": ["*.school.org"]}
VALIDATION = {"Name": "_a1.school.org.", "Type": "CNAME", "Value": "_b2.acm-validations.aws."}
PENDING = {
    **ISSUED,
    "Status": "PENDING_VALIDATION",
    "DomainValidationOptions": [{"ResourceRecord": VALIDATION, "ValidationStatus": "PENDING_VALIDATION"}] * 2,
}
LEARN, CONTENT, SIGN_IN = "learn.school.org", "content.school.org", "sign-in.school.org"
TARGETS = {"education-portal-prod": "d1.cloudfront.net", "education-content-prod": "d2.cloudfront.net"}
OF_SIGN_IN = "d3.cloudfront.net"
NOWHERE, SOMEWHERE = Answer(False), Answer(True, "host.example")


class Aws:
    """The services that are asked, with what a test says."""

    def __init__(
        self,
        certificate: Mapping[str, Any] | None = ISSUED,
        made: Mapping[str, str] = TARGETS,
        aliases: Mapping[str, list[str]] | None = None,
        sign_in: str = OF_SIGN_IN,
    ) -> None:
        self.certificate, self.made, self.sign_in = certificate, made, sign_in
        self.aliases = aliases or {}
        self.regions: dict[str, str] = {}

    def __call__(self, service: str, region: str) -> "Aws":
        self.regions[service] = region
        return self

    def describe_certificate(self, **_: str) -> Any:
        if self.certificate is None:
            error = {"Error": {"Code": "ResourceNotFoundException", "Message": "no"}}
            raise ClientError(error, "DescribeCertificate")  # type: ignore[arg-type]
        return {"Certificate": self.certificate}

    def get_paginator(self, name: str) -> "Aws":
        assert name == "list_distributions"
        return self

    def paginate(self) -> Any:
        items = [
            {"Comment": comment, "DomainName": name, "Aliases": {"Items": self.aliases.get(comment, [])}}
            for comment, name in self.made.items()
        ]
        return [{"DistributionList": {"Quantity": 0}}, {"DistributionList": {"Items": items}}]

    def describe_user_pool_domain(self, **_: str) -> Any:
        return {"DomainDescription": {"CloudFrontDistribution": self.sign_in} if self.sign_in else {}}


def own(
    portal: tuple[str, ...] = (LEARN,),
    content: tuple[str, ...] = (),
    sign_in: str | None = None,
    *,
    used: bool = False,
    arn: str = f"{ARN}1",
) -> EnvironmentSettings:
    """Production's settings with these names, in a region of its own."""
    settings = load_settings("prod", aws_region="eu-central-1")
    listed = {"portal": portal, "content": content}
    parts: dict[str, Any] = {
        section: getattr(settings, section).model_copy(
            update={"domain_aliases": names, "certificate_arn": arn if names else None}
        )
        for section, names in listed.items()
    }
    identity = {"sign_in_domain": sign_in, "sign_in_certificate_arn": arn, "use_sign_in_domain": used}
    if sign_in:
        parts["identity"] = settings.identity.model_copy(update=identity)
    return settings.model_copy(update=parts)


def look(settings: EnvironmentSettings, aws: Aws, dns: Mapping[str, Answer] | None = None) -> OwnDomains:
    """What is found where DNS knows only `dns`; by default every name leads somewhere."""
    return own_domains.look(settings, ACCOUNT, aws, lambda name: (dns or {}).get(name, SOMEWHERE))


def test_without_own_domains_nothing_is_asked() -> None:
    aws = Aws()
    assert look(load_settings("prod"), aws) == OwnDomains()
    assert aws.regions == {}


def test_what_is_in_order_is_printed_to_be_copied() -> None:
    aws = Aws(sign_in=OF_SIGN_IN)
    found = look(own((LEARN,), (CONTENT,), SIGN_IN, used=True), aws)
    assert found.problems == []
    assert own_domains.block(found.records).splitlines() == [
        "  for DNS:",
        "    content.school.org.  CNAME  d2.cloudfront.net.",
        "    learn.school.org.    CNAME  d1.cloudfront.net.",
        "    sign-in.school.org.  CNAME  d3.cloudfront.net.",
    ]
    assert aws.regions == {"acm": "us-east-1", "cloudfront": "us-east-1", "cognito-idp": "eu-central-1"}
    assert own_domains.block([]) == ""


def test_a_certificate_that_waits_for_its_records_shows_them_once() -> None:
    found = look(own((LEARN,), (CONTENT,)), Aws(PENDING))
    assert len(found.problems) == 2
    assert "the certificate of portal.certificate_arn is not issued yet" in found.problems[0]
    assert found.records[0] == Record("_a1.school.org", "CNAME", "_b2.acm-validations.aws")
    assert [record.name for record in found.records].count("_a1.school.org") == 1


@pytest.mark.parametrize(
    ("settings", "aws", "dns", "said"),
    [
        (own(), Aws(None), {}, "portal.certificate_arn names a certificate that is not there"),
        (
            own(arn=f"{ARN}1".replace("1" * 12, "2" * 12)),
            Aws(),
            {},
            "is a certificate of account 222222222222",
        ),
        (own(), Aws({**ISSUED, "Status": "FAILED"}), {}, "portal.certificate_arn is FAILED, not ISSUED"),
        (
            own(("a.learn.school.org",)),
            Aws(),
            {},
            "is for *.school.org, school.org and not for a.learn.school.org",
        ),
        (own(), Aws(), {LEARN: NOWHERE}, "after this deployment it is the address of the portal"),
        (
            own((), (CONTENT,)),
            Aws(),
            {CONTENT: Answer(True, "d9.cloudfront.net")},
            "content.school.org leads to d9.cloudfront.net in DNS and not to d2.cloudfront.net",
        ),
        (own((), (), SIGN_IN), Aws(sign_in=""), {"school.org": NOWHERE}, "has an A record for school.org"),
        (own((), (), SIGN_IN, used=True), Aws(sign_in=""), {}, "Cognito has not made sign-in.school.org yet"),
        (
            own((), (), SIGN_IN, used=True),
            Aws(),
            {SIGN_IN: NOWHERE},
            "people sign in there: put it there first",
        ),
    ],
)
def test_each_gap_is_refused_in_one_sentence(
    settings: EnvironmentSettings, aws: Aws, dns: dict[str, Answer], said: str
) -> None:
    (problem,) = look(settings, aws, dns).problems
    assert said in problem
    assert problem.endswith(".")


@pytest.mark.parametrize(
    ("settings", "aws", "dns", "said"),
    [
        (
            own(),
            Aws(made={}),
            {LEARN: NOWHERE},
            "where learn.school.org must lead is known after the first deployment",
        ),
        (
            own(),
            Aws(aliases={"education-portal-prod": [LEARN]}),
            {LEARN: NOWHERE},
            "DNS does not know learn.school.org yet, so nobody reaches the portal",
        ),
        (own((), (), SIGN_IN), Aws(), {}, "set identity.use_sign_in_domain = true to lead people there"),
        (
            own((LEARN,), (CONTENT,)),
            Aws(),
            {},
            "both below school.org, so a SCORM package of a hostile author",
        ),
        (
            own(("school.org",)),
            Aws(),
            {},
            "school.org is a whole domain: browsers will open every name below it",
        ),
    ],
)
def test_what_is_only_worth_knowing_is_a_remark(
    settings: EnvironmentSettings, aws: Aws, dns: dict[str, Answer], said: str
) -> None:
    found = look(settings, aws, dns)
    assert found.problems == []
    (remark,) = found.remarks
    assert said in remark


def test_a_content_domain_of_another_school_shares_nothing() -> None:
    assert (
        look(
            own((LEARN,), ("files.school-files.org",)), Aws({**ISSUED, "DomainName": "*.school-files.org"})
        ).remarks
        == []
    )


def test_a_name_is_not_refused_where_dns_cannot_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "no network")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    assert own_domains.ask_dns(LEARN) == Answer(None)
    assert own_domains.look(own(), ACCOUNT, Aws()).problems == []


def test_dns_says_where_a_name_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(2, 1, 6, "D1.cloudfront.net.", ("192.0.2.1", 443)), (2, 1, 6, "", ("192.0.2.2", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    assert own_domains.ask_dns(LEARN) == Answer(True, "d1.cloudfront.net")

    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert own_domains.ask_dns(LEARN) == Answer(False)


def test_the_command_prints_the_records_also_where_it_refuses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(preflight, "current_account", lambda _: ACCOUNT)
    findings = preflight.Findings(["No certificate."], [], [Record(LEARN, "CNAME", "d1.cloudfront.net")])
    monkeypatch.setattr(preflight, "look", lambda *_: findings)
    with pytest.raises(UserError):
        preflight.preflight("prod")
    assert "    learn.school.org.  CNAME  d1.cloudfront.net.\n" in capsys.readouterr().out
