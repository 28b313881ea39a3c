"""Who is signed in to which AWS account, found out before anything is changed."""

from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

from education.errors import UserError
from education.settings.load import LOCAL_ENVIRONMENT
from education.settings.model import EnvironmentSettings
from tools.support.aws_session import new_session

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
SIGN_IN = (
    "sign in again (for example `aws sso login`), or set AWS_PROFILE, and run this again; nothing was changed"
)


@dataclass(frozen=True)
class Account:
    """The account and the identity of the current credentials."""

    id: str
    partition: str
    identity_arn: str


def refuse_local(environment_suffix: str) -> None:
    """Refuse the local platform: a command for it must not work on the account that is signed in."""
    if environment_suffix == LOCAL_ENVIRONMENT:
        raise UserError(
            "the local platform is not in a real account: use `make up`, `make down` and outputs/local.json; nothing "
            "was changed."
        )


def current_account(settings: EnvironmentSettings) -> Account:
    """The account that is signed in; refuses one that the environment's settings do not allow.

    Raises `UserError` where there are no credentials, or none that AWS accepts, and for the local platform.
    """
    refuse_local(settings.environment_suffix)
    try:
        identity = client("sts", settings.aws_region).get_caller_identity()
    except (NoCredentialsError, PartialCredentialsError, ProfileNotFound) as problem:
        raise UserError(f"there are no AWS credentials ({_one_line(problem)}): {SIGN_IN}.") from None
    except ClientError as problem:
        code = problem.response["Error"]["Code"]
        what = "have expired" if code in EXPIRED else f"are refused by AWS ({code})"
        raise UserError(f"the AWS credentials {what}: {SIGN_IN}.") from None
    except BotoCoreError as problem:
        raise UserError(
            f"AWS could not be asked who is signed in ({_one_line(problem)}): {SIGN_IN}."
        ) from None
    account = Account(identity["Account"], identity["Arn"].split(":")[1], identity["Arn"])
    allowed = settings.pipeline.allowed_account_ids
    if allowed and account.id not in allowed:
        raise UserError(
            f"the credentials belong to account {account.id}, and {settings.environment_suffix} is deployed to "
            f"{' or '.join(allowed)} only (pipeline.allowed_account_ids): sign in to that account; nothing was changed."
        )
    return account


def client(service: Any, region: str, *, retries: int = 3) -> Any:
    """A boto3 client with the current credentials (typed by the caller).

    `retries` is how often botocore repeats a request that fails for the moment, with a growing wait between.
    """
    return new_session(region_name=region).client(
        service,
        config=Config(
            connect_timeout=10, read_timeout=60, retries={"max_attempts": retries, "mode": "standard"}
        ),
    )


def _one_line(problem: Exception) -> str:
    return " ".join(str(problem).split()).rstrip(".")
