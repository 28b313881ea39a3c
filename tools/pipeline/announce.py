"""Tells that an environment was deployed: to its alert topic, and to a Slack-compatible hook, as the settings say.

The hook's address is a secret, so it comes from the variable DEPLOY_HOOK_URL and is never printed.
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from education.errors import UserError
from education.settings.model import EnvironmentSettings, load_settings, stack_arguments
from tools.support.account import client
from tools.support.outputs import read_outputs

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


def announce_deployment(suffix: str, outputs_folder: Path) -> None:
    """Announce an environment by its settings and its outputs, and print who was told."""
    settings = load_settings(**stack_arguments({**os.environ, "ENVIRONMENT_SUFFIX": suffix}))
    told = announce(settings, read_outputs(outputs_folder, suffix), os.environ)
    print(f"told {' and '.join(told)}" if told else "the settings name nobody to tell")
