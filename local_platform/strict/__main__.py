"""Runs the strict AWS emulator in place of `ministack`: `python -m local_platform.strict`.

The pipeline tests use it to deploy, change and destroy environments under the pipeline's roles. It enforces IAM without
the emulator's gaps, and APIs answer at the addresses that AWS gives to them (a proxy leads here).
"""

import json
import re
import sys
from typing import Any

from local_platform.gate import (
    api_changes,
    firewall,
    lost_answers,
    principals,
    whole_answers,
)
from local_platform.gate.edge import compression, functions, signed_links
from local_platform.strict import cloudfront, enforcement

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
    firewall.install()
    from ministack import app  # type: ignore[import-untyped]
    from ministack.services import apigateway_v1

    principals.name_the_role_of_a_session()
    whole_answers.send_head_and_body_together()
    lost_answers.let_a_lock_be_asked_for_twice()
    api_changes.store_changes_as_they_are_read()
    functions.let_functions_read_key_value_stores()
    functions.answer_updates_as_aws_does()
    signed_links.refuse_what_is_not_signed()
    compression.compress_as_cloudfront_does()
    app._EXECUTE_API_RE = API_HOST
    apigateway_v1._fetch_jwks = published_keys
    app._port_is_bindable = lambda *_: False  # the port it was given is the only one it opens
    app.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
