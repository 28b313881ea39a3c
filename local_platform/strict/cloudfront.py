"""Lets a distribution reach an API, at the address that AWS gives to it."""

import os
import re
from typing import Any

from ministack.services import cloudfront  # type: ignore[import-untyped]

API_ORIGIN = re.compile(r"([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com")
_forward = cloudfront._forward_to_origin


def forward(origin: dict[str, Any], method: str, uri: str, *rest: Any, **more: Any) -> Any:
    """Ask an origin; one that is an API is at the emulator's own address, whose network has no other."""
    api = API_ORIGIN.fullmatch(origin["domain_name"])
    if api is not None:
        origin = {**origin, "domain_name": "localhost", "https_port": int(os.environ["GATEWAY_PORT"])}
        uri = f"/_aws/execute-api/{api[1]}{uri}"
    return _forward(origin, method, uri, *rest, **more)


def install() -> None:
    """Put the address in place of the emulator's own."""
    cloudfront._forward_to_origin = forward
