"""Makes sign-ins with SRP cheaper: the emulator's secret number of a sign-in gets 256 bits, as RFC 5054 asks for.

https://www.rfc-editor.org/rfc/rfc5054#section-2.5.3. The emulator takes one of 3,072 bits. It raises numbers to it in
Python, and during these 0.1 s of a processor it answers nobody else. What the client sends and proves stays the same.
"""

import secrets
from typing import Any

BITS = 256


class _Secrets:
    """The module `secrets` for the emulator's Cognito, which uses `randbelow` for the numbers of SRP alone."""

    def __getattr__(self, name: str) -> Any:
        return getattr(secrets, name)

    def randbelow(self, limit: int) -> int:
        """A random number below the limit, and below 2 ** BITS."""
        return secrets.randbelow(min(limit, 1 << BITS))


def take_short_numbers() -> None:
    """Change how the emulator, in this process, begins a sign-in with SRP."""
    from ministack.services import cognito  # type: ignore[import-untyped]

    cognito.secrets = _Secrets()
