"""Announces that an environment was deployed: on its alert topic, and to a Slack-compatible hook, as the settings say.

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
from education.settings.load import settings_from_variables
from education.settings.model import EnvironmentSettings
from tools.support.account import client
from tools.support.outputs import read_outputs

TIMEOUT_SECONDS = 15


def announce(
    settings: EnvironmentSettings, outputs: Mapping[str, str], variables: Mapping[str, str]
) -> list[str]:
    """Announce a deployment to each place that the settings name; returns these places."""
    suffix = settings.environment_suffix
    text = (
        f"education platform: {suffix} was deployed from {variables.get('GITHUB_SHA', 'a checkout')[:12]} by "
        f"{variables.get('GITHUB_ACTOR', 'hand')}. API {outputs['api_endpoint']}"
    )
    announced = []
    if settings.pipeline.announcement.topic:
        try:
            client("sns", outputs["aws_region"]).publish(
                TopicArn=outputs["alert_topic_arn"], Subject=f"Deployed: {suffix}", Message=text
            )
        except (BotoCoreError, ClientError) as problem:
            raise UserError(
                f"the deployment succeeded, but it was not announced on the alert topic: {problem}"
            ) from None
        announced.append("the alert topic")
    if settings.pipeline.announcement.hook:
        _post(variables.get("DEPLOY_HOOK_URL", ""), text)
        announced.append("the hook")
    return announced


def _post(address: str, text: str) -> None:
    if not address.startswith(("https://", "http://127.0.0.1:")):
        raise UserError(
            "the settings announce deployments to the hook, but DEPLOY_HOOK_URL is no https address."
        )
    request = urllib.request.Request(  # noqa: S310 (https only, checked above)
        address, data=json.dumps({"text": text}).encode(), headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310 (https only, checked above)
            return
    except (urllib.error.URLError, OSError) as problem:
        # The exception's text may contain the address, which is a secret.
        raise UserError(
            f"the deployment succeeded, but it was not announced to the hook ({type(problem).__name__})."
        ) from None


def announce_deployment(suffix: str, outputs_folder: Path) -> None:
    """Announce an environment's deployment with its settings and outputs, and print where."""
    settings = settings_from_variables(os.environ, suffix)
    announced = announce(settings, read_outputs(outputs_folder, suffix), os.environ)
    print(f"announced to {' and '.join(announced)}" if announced else "the settings announce nothing")
