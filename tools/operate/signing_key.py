"""The key pairs that sign links to premium content: makes, replaces, switches, shows and deletes them.

    python -m tools.operate.signing_key {create,rotate,activate,show,delete} --environment dev

Private halves go to one secret and nowhere else: no file, no output, no Terraform state. Public halves go to two
parameters, which the stack turns into CloudFront keys; deploying is not done here.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from education.errors import UserError
from education.naming import SIGNING_KEY_SLOTS
from education.settings.model import EnvironmentSettings, load_settings, stack_arguments
from education.settings.types import SUFFIX_PATTERN, SUFFIX_WORDS
from tools.operate.signing_key_store import RECOVERY_DAYS, SigningKeyStore
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
    return load_settings(**stack_arguments({**os.environ, "ENVIRONMENT_SUFFIX": environment_suffix}))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.endpoint_url is None:
            current_account(_settings(options.environment))
        store = open_store(options.environment, region=options.region, endpoint_url=options.endpoint_url)
        print(_run(store, options))
    except (UserError, BotoCoreError, ClientError, ValueError) as problem:
        print(f"error: {_sentence(problem)}", file=sys.stderr)
        return 1
    return 0


def _run(store: SigningKeyStore, options: argparse.Namespace) -> str:
    """Does what was asked and says so in a sentence."""
    environment = options.environment
    match options.command:
        case "create":
            made = store.create()
            return f"Signing keys of {environment}: {'made' if made else 'there already, left as they are'}."
        case "rotate":
            slot = store.rotate()
            return (
                f"Slot {slot} has a new key. Next: make deploy ENV={environment}, then "
                f".venv/bin/python -m tools.operate.signing_key activate --environment {environment} --slot {slot}"
            )
        case "activate":
            store.activate(options.slot)
            return (
                f"Slot {options.slot} signs from now on (functions notice within five minutes). "
                "Links signed before stay valid until they end, so wait an hour before you rotate again."
            )
        case "show":
            active, public_keys = store.show()
            return "\n".join(
                f"slot {slot}{' (active)' if slot == active else ''}\n{key}"
                for slot, key in public_keys.items()
            ).rstrip()
        case _:
            found = store.delete(now=options.now)
            return f"Signing keys of {environment}: {'deleted' if found else 'there were none'}."


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--environment", required=True, metavar="SUFFIX", help="the environment, for example dev"
    )
    shared.add_argument("--region", help="default: AWS_REGION, or that of the environment's file")
    shared.add_argument("--endpoint-url", help="where an AWS other than the real one listens")
    parser = argparse.ArgumentParser(
        prog="python -m tools.operate.signing_key", description=(__doc__ or "").split("\n\n")[0]
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("create", parents=[shared], help="make both key pairs; existing ones stay")
    commands.add_parser("rotate", parents=[shared], help="replace the key that does not sign at present")
    activate = commands.add_parser(
        "activate", parents=[shared], help="let a slot sign, once its key is deployed"
    )
    activate.add_argument("--slot", required=True, choices=SIGNING_KEY_SLOTS)
    commands.add_parser("show", parents=[shared], help="print the public keys and which slot signs")
    delete = commands.add_parser(
        "delete", parents=[shared], help="delete both key pairs, after destroying the stack"
    )
    delete.add_argument(
        "--now", action="store_true", help=f"for good, without {RECOVERY_DAYS} days to restore the secret"
    )
    return parser


def _sentence(problem: Exception) -> str:
    """What went wrong and what to do, for a person."""
    if isinstance(problem, NoCredentialsError | PartialCredentialsError):
        return "no AWS credentials found; sign in (for example aws sso login) or set AWS_PROFILE."
    if isinstance(problem, ClientError):
        error = problem.response.get("Error", {})
        return f"AWS refused {problem.operation_name} ({error.get('Code')}): {error.get('Message')}"
    return str(problem)


if __name__ == "__main__":
    sys.exit(main())
