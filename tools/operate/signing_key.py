"""Opens the store of an environment's signing keys, after every check that comes first.

Private keys are written to one secret and nowhere else: to no file, no output and no Terraform state. Public keys are
written to two parameters, which the stack turns into CloudFront keys. Nothing here deploys.
"""

import os
import re

from education.errors import UserError
from education.settings.load import settings_from_variables
from education.settings.model import EnvironmentSettings
from education.settings.types import SUFFIX_PATTERN, SUFFIX_WORDS
from tools.operate.signing_key_store import SigningKeyStore
from tools.support.account import current_account
from tools.support.aws_session import new_session


def open_store(
    environment_suffix: str, *, region: str | None = None, endpoint_url: str | None = None
) -> SigningKeyStore:
    """The store of an environment, reached with the credentials of the AWS environment.

    `region` defaults to the stack's: AWS_REGION, then the environment's file, then us-east-1. Raises `UserError` for
    a bad suffix.
    """
    session = new_session(region_name=region or _settings(environment_suffix).aws_region)
    return SigningKeyStore(
        environment_suffix,
        secrets=session.client("secretsmanager", endpoint_url=endpoint_url),
        parameters=session.client("ssm", endpoint_url=endpoint_url),
        cloudfront=session.client("cloudfront", endpoint_url=endpoint_url),
    )


def _settings(environment_suffix: str) -> EnvironmentSettings:
    if not re.fullmatch(SUFFIX_PATTERN, environment_suffix):
        raise UserError(f"--environment is {environment_suffix!r}; allowed: {SUFFIX_WORDS}.")
    return settings_from_variables(os.environ, environment_suffix)


def checked_store(
    environment_suffix: str, *, region: str | None = None, endpoint_url: str | None = None
) -> SigningKeyStore:
    """The store of an environment, after the account was checked; an emulator has no account to check.

    Raises:
        UserError: the suffix, the account or the endpoint is wrong, or there are no credentials.
    """
    try:
        if endpoint_url is None:
            current_account(_settings(environment_suffix))
        return open_store(environment_suffix, region=region, endpoint_url=endpoint_url)
    except ValueError as problem:  # boto3's answer to a bad endpoint
        raise UserError(str(problem)) from None
