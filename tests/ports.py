"""Free ports for servers that tests start."""

import random
import socket

# Below the range that the kernel uses for connections, because a connection could take the port before the server.
_LOWEST, _HIGHEST = 20_000, 32_000


def free_port() -> int:
    """A free port of this machine. It is random, so that two processes rarely get the same one."""
    while True:
        port = random.randrange(_LOWEST, _HIGHEST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
