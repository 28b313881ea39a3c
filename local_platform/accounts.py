"""The three demo accounts: one of each role, with a verified address and a password that only this platform has."""

import json
import secrets
import string
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local_platform.aws import client
from local_platform.platform import Platform
from tools.support.outputs import write_private

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

GROUPS = {"student": "students", "instructor": "instructors", "administrator": "administrators"}
PASSWORD_LENGTH = 24

Accounts = dict[str, dict[str, str]]


def ensure_accounts(platform: Platform, user_pool_id: str) -> Accounts:
    """Make the accounts that are missing and reset the others: each user name and password works afterwards."""
    cognito: CognitoIdentityProviderClient = client(platform, "cognito-idp")
    accounts = _stored(platform)
    for role, group in GROUPS.items():
        name, password = accounts[role]["username"], accounts[role]["password"]
        attributes = [{"Name": "email", "Value": name}, {"Name": "email_verified", "Value": "true"}]
        try:
            cognito.admin_create_user(
                UserPoolId=user_pool_id,
                Username=name,
                MessageAction="SUPPRESS",
                UserAttributes=attributes,  # type: ignore[arg-type]  # a list of AttributeTypeTypeDef
            )
        except ClientError as problem:
            if problem.response["Error"]["Code"] != "UsernameExistsException":
                raise
        cognito.admin_set_user_password(
            UserPoolId=user_pool_id, Username=name, Password=password, Permanent=True
        )
        cognito.admin_add_user_to_group(UserPoolId=user_pool_id, Username=name, GroupName=group)
    return accounts


def _stored(platform: Platform) -> Accounts:
    """The accounts of this platform. The first call makes up their passwords and keeps them in a file."""
    file = platform.home / "accounts.json"
    if not file.is_file():
        accounts = {
            role: {"username": f"{role}@example.com", "password": random_password()} for role in GROUPS
        }
        write_private(file, json.dumps(accounts))
    return dict(json.loads(file.read_text()))


def random_password() -> str:
    """A password that satisfies the pool's policy: each kind of character occurs in it."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.!")
    characters = [secrets.choice(kind) for kind in kinds]
    characters += [secrets.choice("".join(kinds)) for _ in range(PASSWORD_LENGTH - len(kinds))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)
