"""Looks at an account and at an environment's settings before anything is deployed.

New accounts have low quotas, SES in its sandbox, and settings may still have the names of the example. A deployment
would fail half-way, or the platform would stop at its first full class. `make preflight` refuses where something must
be mended first; `make bootstrap` only says it. What AWS does not tell is a remark.
"""

import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from education.errors import UserError
from education.naming import EDGE_REGION, Names
from education.settings.load import settings_from_variables
from education.settings.model import EnvironmentSettings
from tools.deploy import index_moves, key_quota, link_keys
from tools.pipeline import own_domains
from tools.support.account import Account, client, current_account
from tools.support.service_problems import service_message
from tools.support.steps import step

# What a request takes of one concurrent execution, with room for cold starts, and what stream functions need beside it.
SECONDS_PER_REQUEST, STREAM_EXECUTIONS = 0.2, 10
# The names that are reserved for examples (https://www.rfc-editor.org/rfc/rfc2606), and the example's repository.
EXAMPLE = re.compile(r"\bexample\.(?:org|com|net)\b|\bexample-org/", re.IGNORECASE)
Client = Callable[[str, str], Any]


@dataclass
class Findings:
    """What must be mended before a deployment, what is only worth knowing, and what belongs into DNS."""

    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    records: list[own_domains.Record] = field(default_factory=list)


def look(settings: EnvironmentSettings, account: Account, make_client: Client = client) -> Findings:
    """Everything that can be found out without changing anything. `make_client` gets a service and a region."""
    findings = Findings()
    for check in (_examples, _concurrency, _throttling, _mail, _bucket_names, _signing_keys, _indexes):
        try:
            findings.problems += check(settings, account, make_client)
        except (BotoCoreError, ClientError) as problem:
            findings.remarks.append(f"not looked at: {service_message(problem)}")
    try:
        domains = own_domains.look(settings, account, make_client)
    except (BotoCoreError, ClientError) as problem:
        findings.remarks.append(f"own domains not looked at: {service_message(problem)}")
    else:
        findings.problems += domains.problems
        findings.remarks += domains.remarks
        findings.records = domains.records
    findings.remarks.append(
        "AWS does not tell whether it has verified this account for CloudFront. If the first deployment ends with "
        '"Your account must be verified", open a case with AWS Support.'
    )
    if not settings.identity.ses_identity_arn:
        findings.remarks.append(
            "Cognito itself sends at most 50 e-mails a day (https://docs.aws.amazon.com/cognito/latest/developerguide/"
            "limits.html): set identity.ses_identity_arn before more people than that sign up or forget a password."
        )
    return findings


def preflight(suffix: str) -> None:
    """Print what was found; raises `UserError` where something must be mended before a deployment."""
    settings = settings_from_variables(os.environ, suffix)
    with step("finding out which account this is") as current:
        account = current_account(settings)
        current.note(account.identity_arn)
    with step("looking at settings, names and quotas"):
        findings = look(settings, account)
    for remark in findings.remarks:
        print(f"  remark: {remark}")
    _print_records(findings)
    if findings.problems:
        raise UserError("\n".join([*findings.problems, "Nothing was changed."]))
    print(f"nothing that was found stops a deployment of {suffix}")


def say(settings: EnvironmentSettings, account: Account) -> None:
    """Print what was found, and refuse nothing."""
    with step("looking at settings, names and quotas") as current:
        findings = look(settings, account)
        current.note(f"{len(findings.problems)} to mend before a deployment")
    for problem in findings.problems:
        print(f"  before you deploy: {problem}")
    for remark in findings.remarks:
        print(f"  remark: {remark}")
    _print_records(findings)


def _print_records(findings: Findings) -> None:
    if findings.records:
        print(own_domains.block(findings.records))


def _examples(settings: EnvironmentSettings, _: Account, __: Client) -> list[str]:
    if not settings.protect_data:
        return []
    left = sorted({path for path, text in _texts(settings.model_dump()) if EXAMPLE.search(text)})
    if not left:
        return []
    suffix = settings.environment_suffix
    return [
        f"environments/{suffix}.toml still has names of the example in {', '.join(left)}: write your own."
    ]


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in the settings, with the name of its setting."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _texts(each, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _texts(each, path)
    elif isinstance(value, str):
        yield path, value


def _concurrency(settings: EnvironmentSettings, _: Account, make_client: Client) -> list[str]:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html: new accounts may have less than 1,000."""
    limit = make_client("lambda", settings.aws_region).get_account_settings()["AccountLimit"]
    allowed = limit["ConcurrentExecutions"]
    needed = math.ceil(settings.api.throttling_rate * SECONDS_PER_REQUEST) + STREAM_EXECUTIONS
    if allowed >= needed:
        return []
    return [
        f"Lambda runs at most {allowed} functions at once in this account, and api.throttling_rate = "
        f"{settings.api.throttling_rate} needs about {needed}: ask AWS for more (Service Quotas, AWS Lambda, "
        "Concurrent executions), or lower the setting."
    ]


def _throttling(settings: EnvironmentSettings, _: Account, make_client: Client) -> list[str]:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""
    throttle = make_client("apigateway", settings.aws_region).get_account().get("throttleSettings") or {}
    wanted = {"rate": settings.api.throttling_rate, "burst": settings.api.throttling_burst}
    allowed = {"rate": throttle.get("rateLimit"), "burst": throttle.get("burstLimit")}
    return [
        f"api.throttling_{name} = {wanted[name]} is more than the {limit:g} that API Gateway allows this account in "
        f"{settings.aws_region}: ask AWS for more (Service Quotas), or lower the setting."
        for name, limit in allowed.items()
        if limit and limit < wanted[name]
    ]


def _mail(settings: EnvironmentSettings, _: Account, make_client: Client) -> list[str]:
    """https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html"""
    arn = settings.identity.ses_identity_arn
    if not arn:
        return []
    region, identity = arn.split(":")[3], arn.partition("/")[2]
    ses = make_client("sesv2", region)
    problems = []
    if not ses.get_account().get("ProductionAccessEnabled"):
        problems.append(
            f"SES is in its sandbox in {region}, so people whose addresses are not verified get no e-mail: request "
            "production access."
        )
    try:
        is_verified = ses.get_email_identity(EmailIdentity=identity).get("VerifiedForSendingStatus")
    except ses.exceptions.NotFoundException:
        is_verified = False
    if not is_verified:
        problems.append(
            f"identity.ses_identity_arn names {identity}, which is not verified in SES: verify it there."
        )
    return problems


def _bucket_names(settings: EnvironmentSettings, account: Account, make_client: Client) -> list[str]:
    """The names of buckets that all of AWS shares. User pools and everything else need a name only in the account."""
    names = Names(settings.environment_suffix)
    regions = {
        settings.state.bucket: settings.state.bucket_region,
        names.global_of("content", account.id): settings.aws_region,
        names.global_of("content-logs", account.id): settings.aws_region,
    }
    taken = []
    for name, region in regions.items():
        try:
            make_client("s3", region).head_bucket(Bucket=name, ExpectedBucketOwner=account.id)
        except ClientError as problem:
            if problem.response["Error"]["Code"] in ("403", "AccessDenied"):
                taken.append(name)
            elif problem.response["Error"]["Code"] not in ("404", "NoSuchBucket", "NotFound"):
                raise
    return [
        f"the bucket {name} belongs to another account, or these credentials may not look at it: choose another name "
        "(state.bucket), or sign in as an administrator."
        for name in taken
    ]


def _signing_keys(settings: EnvironmentSettings, _: Account, make_client: Client) -> list[str]:
    region = EDGE_REGION
    cloudfront, quotas = make_client("cloudfront", region), make_client("service-quotas", region)
    wanted = key_quota.missing(settings, cloudfront)
    found = (key_quota.problem(wanted, cloudfront, quotas), link_keys.problem(settings, cloudfront))
    return [problem.removesuffix("; nothing was changed.") + "." for problem in found if problem]


def _indexes(settings: EnvironmentSettings, _: Account, make_client: Client) -> list[str]:
    return index_moves.problems(settings, make_client("dynamodb", settings.aws_region))
