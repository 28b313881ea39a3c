"""Ports for servers that tests start a moment later."""

import random
import socket

# Below what the kernel hands out for connections, any of which could take a port that was only looked at.
_LOWEST, _HIGHEST = 20_000, 32_000


def free_port() -> int:
    """A port of this machine that nothing listens on; two processes that ask at once hardly ever get the same."""
    while True:
        port = random.randrange(_LOWEST, _HIGHEST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
