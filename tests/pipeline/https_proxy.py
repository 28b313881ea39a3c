"""The proxy of the executed jobs: whatever address they call over HTTPS, the AWS emulator is behind it.

So the tests that follow a deployment use the very addresses that the outputs and the API's answers name: those of API
Gateway, CloudFront and S3. A proxy leads them there; the certificate is valid for all three.
"""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PORTION = 65_536


@contextlib.contextmanager
def proxy_to(port: int) -> Iterator[str]:
    """The address of a proxy that leads every connection to this port of this machine."""

    class Tunnel(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            with socket.create_connection(("127.0.0.1", port)) as upstream:
                self.send_response(HTTPStatus.OK)
                self.end_headers()
                _relay(self.connection, upstream)
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Tunnel)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _relay(one: socket.socket, other: socket.socket) -> None:
    """Pass on what either side sends, until one of them ends."""
    partner = {one: other, other: one}
    with contextlib.suppress(ConnectionError):
        while True:
            for readable in select.select([one, other], [], [])[0]:
                if not (data := readable.recv(PORTION)):
                    return
                partner[readable].sendall(data)
