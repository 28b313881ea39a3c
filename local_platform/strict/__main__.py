"""Runs the strict AWS emulator in place of `ministack`: `python -m local_platform.strict`.

The pipeline tests use it to deploy, change and destroy environments under the pipeline's roles. It enforces IAM without
the emulator's gaps, and APIs answer at the addresses that AWS gives to them (a proxy leads here).
"""

import json
import os
import re
import sys
from typing import Any

from local_platform.gate import mends
from local_platform.strict import cloudfront, connections, enforcement

# The address that AWS gives to an API; the emulator knows only an address below its own name.
API_HOST = re.compile(r"([a-z0-9]+)\.execute-api\.(?:[a-z0-9-]+\.amazonaws\.com|localhost)(?::\d+)?$")


async def published_keys(address: str) -> dict[str, Any]:
    """The public keys of a user pool, which check its tokens. The emulator would ask itself for them, without TLS."""
    from ministack.services import cognito  # type: ignore[import-untyped]

    pool = address.removesuffix("/.well-known/jwks.json").rpartition("/")[2]
    _, _, body = cognito.well_known_jwks(pool)
    return dict(json.loads(body))


def main() -> int:
    """Run the emulator with the stricter enforcement."""
    enforcement.install()
    cloudfront.install()
    connections.speak_http_1_only()
    from ministack import app  # type: ignore[import-untyped]
    from ministack.services import apigateway_v1

    os.environ.pop("PYTHONPATH", None)  # it was for this module; functions inherit what is left
    mends.behave_as_aws()
    app._EXECUTE_API_RE = API_HOST
    apigateway_v1._fetch_jwks = published_keys
    app._port_is_bindable = lambda *_: False  # the port it was given is the only one it opens
    app.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
