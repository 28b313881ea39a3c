"""The player of packages: its built files below `player/` of the content bucket, and which portals may use it."""

import json
from collections.abc import Sequence

from education.content.delivery import ContentDelivery
from education.content.packages import PLAYER_PREFIX
from education.content.static_files import add_folder, add_text
from education.portal.web_build import built

CONFIGURATION = "config.json"


def add_player_files(content: ContentDelivery, *, portal_origins: Sequence[str]) -> None:
    """Makes the objects as children of the content delivery; builds the player if it has changed.

    The player takes packages only from a page of one of `portal_origins`, which are those that may frame it.
    """
    bucket = content.bucket
    files = add_folder(
        content, built("player"), bucket=bucket, prefix=PLAYER_PREFIX, leave_out=(CONFIGURATION,)
    )
    text = json.dumps({"portalOrigins": list(portal_origins)}, indent=1)
    add_text(content, text, bucket=bucket, key=PLAYER_PREFIX + CONFIGURATION, after=files)
