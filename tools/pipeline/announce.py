"""Tells that an environment was deployed: to its alert topic, and to a Slack-compatible hook, as the settings say.

    python -m tools.pipeline.announce --environment dev

The hook's address is a secret, so it comes from the variable DEPLOY_HOOK_URL and is never printed.
"""

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from education.errors import UserError
from education.settings.model import EnvironmentSettings, load_settings, stack_arguments
from tools.support.account import client
from tools.support.command_line import command_line
from tools.support.paths import ROOT

TIMEOUT_SECONDS = 15


def announce(
    settings: EnvironmentSettings, outputs: Mapping[str, str], variables: Mapping[str, str]
) -> list[str]:
    """Tell everybody whom the settings name; returns who was told."""
    suffix = settings.environment_suffix
    text = (
        f"education platform: {suffix} was deployed from {variables.get('GITHUB_SHA', 'a checkout')[:12]} by "
        f"{variables.get('GITHUB_ACTOR', 'hand')}. API {outputs['api_endpoint']}"
    )
    told = []
    if settings.pipeline.announcement.topic:
        try:
            client("sns", outputs["aws_region"]).publish(
                TopicArn=outputs["alert_topic_arn"], Subject=f"Deployed: {suffix}", Message=text
            )
        except (BotoCoreError, ClientError) as problem:
            raise UserError(
                f"the deployment went through, but the alert topic was not told: {problem}"
            ) from None
        told.append("the alert topic")
    if settings.pipeline.announcement.hook:
        _post(variables.get("DEPLOY_HOOK_URL", ""), text)
        told.append("the hook")
    return told


def _post(address: str, text: str) -> None:
    if not address.startswith(("https://", "http://127.0.0.1:")):
        raise UserError("the settings want the hook told, but DEPLOY_HOOK_URL is no https address.")
    request = urllib.request.Request(  # noqa: S310 (https only, checked above)
        address, data=json.dumps({"text": text}).encode(), headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310 (https only, checked above)
            return
    except (urllib.error.URLError, OSError) as problem:
        # The exception's text may hold the address, which is a secret.
        raise UserError(
            f"the deployment went through, but the hook was not told ({type(problem).__name__})."
        ) from None


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.pipeline.announce", description=__doc__)
    parser.add_argument("--environment", required=True, metavar="SUFFIX", help="for example dev")
    parser.add_argument("--outputs", type=Path, default=ROOT / "outputs", help="where the outputs are")
    options = parser.parse_args()
    suffix = options.environment
    settings = load_settings(**stack_arguments({**os.environ, "ENVIRONMENT_SUFFIX": suffix}))
    file: Path = options.outputs / f"{suffix}.json"
    if not file.is_file():
        raise UserError(
            f"outputs/{suffix}.json is missing: deploy {suffix}, or run `make outputs ENV={suffix}`."
        )
    told = announce(settings, json.loads(file.read_text()), os.environ)
    print(f"told {' and '.join(told)}" if told else "the settings name nobody to tell")


if __name__ == "__main__":
    sys.exit(command_line(main))
