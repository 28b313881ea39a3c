"""Runs the AWS emulator behind the gate: `python -m local_platform.gate`, as `local_platform.emulator` does.

The variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are the root user's keys.
"""

import os
import sys

from local_platform.gate import own_domains, signatures
from local_platform.gate.gate import Gate
from local_platform.gate.sign_in.pages import SignInPages


def main() -> int:
    """Run the emulator until it is stopped."""
    from ministack import app  # type: ignore[import-untyped]

    from local_platform.gate import mends

    os.environ.pop("PYTHONPATH", None)  # it was for this module; functions inherit what is left
    signatures.trust_only(os.environ["AWS_ACCESS_KEY_ID"])
    mends.behave_as_aws()
    own_domains.find_distributions_by_alias()
    app.app = Gate(own_domains.SignInDomain(SignInPages(app.app)))
    app._port_is_bindable = lambda *_: False  # the port it was given is the only one it opens
    app.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
