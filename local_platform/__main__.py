"""The command line of the local platform; `make up`, `down`, `reload` and `status` call it."""

import argparse
import json
import os
import sys
from dataclasses import replace

from education.encoding import speak_utf8
from education.errors import UserError
from local_platform import emulator
from local_platform.isolation import isolate
from local_platform.platform import Platform, current_platform
from tools.support.command_line import command_line
from tools.support.paths import displayed
from tools.support.steps import ServiceError

PORT = "EDUCATION_LOCAL_PORT"
EPILOG = """variables:
  EDUCATION_LOCAL_PORT     where the AWS emulator listens on 127.0.0.1 (4566, or where it was started last)
  EDUCATION_LOCAL_HOME     the platform's folder (.local); with another one, outputs/local.json is in it
  TERRAFORM_PLUGIN_MIRROR  a filesystem mirror that has the AWS provider
"""


def main() -> None:
    """Parse the arguments and run one command."""
    parser = argparse.ArgumentParser(
        prog="python -m local_platform",
        description=sys.modules[__name__].__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start it, deploy to it, run the smoke test; does only what is needed")
    commands.add_parser("down", help="stop it; leaves no process and no state")
    commands.add_parser("reload", help="update changed functions, without Terraform")
    commands.add_parser("status", help="say whether it runs, its addresses and accounts")
    token = commands.add_parser(
        "token", help="print an ID token of a demo account, for trying the API by hand"
    )
    token.add_argument(
        "account", choices=("student", "instructor", "administrator"), nargs="?", default="student"
    )
    arguments = parser.parse_args()
    command = arguments.command
    isolate(os.environ)
    platform = on_its_port(current_platform(), moves=command == "up" and bool(os.environ.get(PORT)))
    if command == "status":
        _status(platform)
        return
    if command == "token":
        _token(platform, arguments.account)
        return
    with platform.locked():
        try:
            _work(command, platform)
        except ServiceError as problem:
            raise UserError(
                f"{problem}\n  What to do: run `make {command}` again; if it fails again, `make down` and `make up`. "
                f"The log of the AWS emulator: {displayed(platform.log('aws-emulator'))}"
            ) from problem


def on_its_port(platform: Platform, *, moves: bool) -> Platform:
    """The platform on the port that it was started on, unless `moves`: then its user names another one for it.

    The port is remembered until `make down`, also when the emulator was killed, since addresses were handed out.
    """
    before = emulator.recorded(platform)
    return platform if before is None or moves else replace(platform, port=before.port)


def _work(command: str, platform: Platform) -> None:
    if command == "up":
        from local_platform.up import summary, up

        print(summary(platform, up(platform)))
    elif command == "down":
        from local_platform.down import down

        down(platform)
    else:
        from local_platform.reload import reload

        reload(platform)


def _status(platform: Platform) -> None:
    from local_platform.up import summary

    if emulator.running(platform) is None:
        print("The local platform does not run; `make up` starts it.")
    elif not platform.outputs_file.is_file():
        print("The local platform runs, but nothing is deployed to it; `make up` completes it.")
    else:
        print(summary(platform, json.loads(platform.outputs_file.read_text())))


def _token(platform: Platform, account: str) -> None:
    from local_platform.api_client import Person

    if emulator.running(platform) is None or not platform.outputs_file.is_file():
        raise UserError("the local platform does not run; `make up` starts it.")
    outputs = json.loads(platform.outputs_file.read_text())
    print(Person(outputs, outputs["demo_accounts"][account]).id_token)


if __name__ == "__main__":
    speak_utf8()
    sys.exit(command_line(main))
