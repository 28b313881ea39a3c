"""The command line of what looks at the portal in Chromium; `make browser` and `make screenshots` call it."""

import argparse
import json
import os
import sys

from education.encoding import speak_utf8
from education.errors import UserError
from local_platform import emulator
from local_platform.__main__ import on_its_port
from local_platform.browser.check import check
from local_platform.browser.pictures import take_pictures
from local_platform.isolation import isolate
from local_platform.platform import current_platform
from tools.support.command_line import command_line


def main() -> None:
    """Parse the arguments and run one command against the local platform that runs.

    Raises:
        UserError: no platform runs, Chromium is missing, or a page has a fault.
    """
    parser = argparse.ArgumentParser(
        prog="python -m local_platform.browser", description=sys.modules[__name__].__doc__
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "check", help="every page in every look: axe, width, console; pictures in build/browser"
    )
    commands.add_parser("pictures", help="take the pictures in docs/pictures again")
    command = parser.parse_args().command
    isolate(os.environ)
    platform = on_its_port(current_platform(), moves=False)
    if emulator.running(platform) is None or not platform.outputs_file.is_file():
        raise UserError("the local platform does not run: start it with `make up`, then run this again.")
    outputs = json.loads(platform.outputs_file.read_text())
    if command == "check":
        check(platform, outputs)
    else:
        take_pictures(platform, outputs)


if __name__ == "__main__":
    speak_utf8()
    sys.exit(command_line(main))
