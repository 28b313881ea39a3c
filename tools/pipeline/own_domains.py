"""Looks at a school's own domains before a deployment: certificates, DNS, and what the names mean to each other.

AWS refuses a name without a certificate, and a name that DNS does not know leads nobody to the portal. What to put into
DNS is known in two steps: the records that prove a certificate first, the targets of the names once they exist.
"""

import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from education.naming import EDGE_REGION, Names
from education.settings.domains import covers, parents, shared_parent
from education.settings.model import EnvironmentSettings
from tools.support.account import Account

GUIDE = 'docs/operations.md, "The school\'s own domains"'
CLOUDFRONT = ".cloudfront.net"


@dataclass(frozen=True, order=True)
class Record:
    """One record for DNS."""

    name: str
    kind: str
    value: str

    def line(self, width: int) -> str:
        """The record as a line of a zone file, the name filled up to `width`."""
        return f"{_absolute(self.name):<{width}}  {self.kind}  {_absolute(self.value)}"


@dataclass(frozen=True)
class Answer:
    """What DNS says of a name: whether it leads anywhere (None: DNS could not be asked), and the name at the end."""

    leads: bool | None
    end: str = ""


@dataclass
class OwnDomains:
    """What must be mended before a deployment, what is worth knowing, and what belongs into DNS."""

    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


def look(
    settings: EnvironmentSettings,
    account: Account,
    make_client: Callable[[str, str], Any],
    ask: "Callable[[str], Answer] | None" = None,
) -> OwnDomains:
    """Everything about the domains of the settings; nothing where there are none. `ask` asks DNS."""
    found = OwnDomains()
    if any(settings.own_domains.values()):
        _look_at_certificates(settings, account, make_client, found)
        _look_at_distributions(settings, make_client, ask or ask_dns, found)
        _look_at_sign_in(settings, make_client, ask or ask_dns, found)
        found.remarks += _what_the_names_mean(settings)
        found.records = sorted(set(found.records))
    return found


def block(records: Sequence[Record]) -> str:
    """The records to copy, one a line; empty if there are none."""
    width = max((len(_absolute(record.name)) for record in records), default=0)
    lines = [f"    {record.line(width)}" for record in records]
    return "\n".join(["  for DNS:", *lines]) if lines else ""


def ask_dns(name: str) -> Answer:
    """Ask this machine's DNS where a name leads."""
    try:
        found = socket.getaddrinfo(name, 443, proto=socket.IPPROTO_TCP, flags=socket.AI_CANONNAME)
    except socket.gaierror as problem:
        unknown = problem.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
        return Answer(False if unknown else None)
    return Answer(True, next((end for *_, end, _ in found if end), name).lower().rstrip("."))


def _certificates(settings: EnvironmentSettings) -> Iterator[tuple[str, str, Sequence[str]]]:
    """The setting of each certificate, its ARN, and the names that it must cover."""
    own, identity = settings.own_domains, settings.identity
    for setting, arn, names in (
        ("portal.certificate_arn", settings.portal.certificate_arn, own["portal.domain_aliases"]),
        ("content.certificate_arn", settings.content.certificate_arn, own["content.domain_aliases"]),
        (
            "identity.sign_in_certificate_arn",
            identity.sign_in_certificate_arn,
            own["identity.sign_in_domain"],
        ),
    ):
        if arn:
            yield setting, arn, names


def _look_at_certificates(
    settings: EnvironmentSettings, account: Account, make_client: Callable[[str, str], Any], found: OwnDomains
) -> None:
    acm = make_client("acm", EDGE_REGION)
    for setting, arn, names in _certificates(settings):
        if arn.split(":")[4] != account.id:
            found.problems.append(
                f"{setting} is a certificate of account {arn.split(':')[4]}, not of {account.id}: request one here."
            )
            continue
        try:
            certificate = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        except ClientError as problem:
            if problem.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            found.problems.append(
                f"{setting} names a certificate that is not there: request one in us-east-1."
            )
            continue
        status = certificate["Status"]
        if status == "PENDING_VALIDATION":
            found.records += [
                Record(record["Name"].rstrip("."), record["Type"], record["Value"].rstrip("."))
                for each in certificate.get("DomainValidationOptions", ())
                if (record := each.get("ResourceRecord")) and each.get("ValidationStatus") != "SUCCESS"
            ]
            found.problems.append(
                f"the certificate of {setting} is not issued yet: put its records (below) into DNS, wait some minutes, "
                "and look again."
            )
        elif status != "ISSUED":
            found.problems.append(
                f"the certificate of {setting} is {status}, not ISSUED: request another one."
            )
        covered = {certificate["DomainName"], *certificate.get("SubjectAlternativeNames", ())}
        if left := [name for name in names if not any(covers(pattern, name) for pattern in covered)]:
            found.problems.append(
                f"the certificate of {setting} is for {', '.join(sorted(covered))} and not for {', '.join(left)}: "
                "request one that has every name."
            )


def _look_at_distributions(
    settings: EnvironmentSettings,
    make_client: Callable[[str, str], Any],
    ask: Callable[[str], Answer],
    found: OwnDomains,
) -> None:
    own, of = settings.own_domains, Names(settings.environment_suffix).of
    wanted = {
        of("portal"): ("the portal", own["portal.domain_aliases"]),
        of("content"): ("course files", own["content.domain_aliases"]),
    }
    pages = make_client("cloudfront", EDGE_REGION).get_paginator("list_distributions").paginate()
    made = {each["Comment"]: each for page in pages for each in page["DistributionList"].get("Items", ())}
    for comment, (what, names) in wanted.items():
        if comment not in made and names:
            found.remarks.append(
                f"where {', '.join(names)} must lead is known after the first deployment: look again then, and put it "
                "into DNS before anybody uses the platform."
            )
            continue
        for name in names:
            target, has_it = (
                made[comment]["DomainName"],
                name in made[comment].get("Aliases", {}).get("Items", ()),
            )
            found.records.append(Record(name, "CNAME", target))
            answer = Answer(None) if name.startswith("*") else ask(name)
            if answer.leads is False and has_it:
                found.remarks.append(
                    f"DNS does not know {name} yet, so nobody reaches {what}: put it there (below)."
                )
            elif answer.leads is False:
                found.problems.append(
                    f"DNS does not know {name} yet, and after this deployment it is the address of {what}: put it "
                    "there first (below), and look again."
                )
            elif answer.end.endswith(CLOUDFRONT) and answer.end != target:
                found.problems.append(
                    f"{name} leads to {answer.end} in DNS and not to {target}, which CloudFront refuses: correct the "
                    "record (below)."
                )


def _look_at_sign_in(
    settings: EnvironmentSettings,
    make_client: Callable[[str, str], Any],
    ask: Callable[[str], Answer],
    found: OwnDomains,
) -> None:
    identity = settings.identity
    domain = identity.sign_in_domain
    if domain is None:
        return
    described = make_client("cognito-idp", settings.aws_region).describe_user_pool_domain(Domain=domain)
    target = described.get("DomainDescription", {}).get("CloudFrontDistribution")
    if not target:
        parent = next(parents(domain))
        if ask(parent).leads is False:
            found.problems.append(
                f"Cognito makes {domain} only if DNS has an A record for {parent}, which has none: make one, such as "
                "that of the school's web site."
            )
        if identity.use_sign_in_domain:
            found.problems.append(
                f"identity.use_sign_in_domain is true, but Cognito has not made {domain} yet: deploy with false first, "
                "then put it into DNS."
            )
        return
    found.records.append(Record(domain, "CNAME", target))
    leads = ask(domain).leads
    if leads is False and identity.use_sign_in_domain:
        found.problems.append(
            f"DNS does not know {domain} yet, and with identity.use_sign_in_domain people sign in there: put it there "
            "first (below)."
        )
    elif leads and not identity.use_sign_in_domain:
        found.remarks.append(
            f"DNS knows {domain}: set identity.use_sign_in_domain = true to lead people there."
        )


def _what_the_names_mean(settings: EnvironmentSettings) -> Iterator[str]:
    own = settings.own_domains
    for listed in own.values():
        for name in listed:
            if name.removeprefix("*.").count(".") == 1:
                yield (
                    f"{name.removeprefix('*.')} is a whole domain: browsers will open every name below it by https "
                    "only, for two years."
                )
    for content in own["content.domain_aliases"]:
        for name in (*own["portal.domain_aliases"], *own["identity.sign_in_domain"]):
            if parent := shared_parent(content, name):
                yield (
                    f"{content} and {name} are both below {parent}, so a SCORM package of a hostile author can set "
                    f"cookies for all of {parent}: it can lock a person out, and where sign-in is there too, sign the "
                    f"person in as somebody else. A domain for course files that shares nothing prevents it: {GUIDE}."
                )
                return


def _absolute(name: str) -> str:
    return f"{name.rstrip('.')}."
