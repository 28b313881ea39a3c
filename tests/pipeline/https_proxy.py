"""The HTTPS proxy of the executed jobs: it leads every connection to the AWS emulator.

So the tests after a deployment can use the real addresses of API Gateway, CloudFront and S3, which are in the outputs
and in the API's answers. The emulator's certificate is valid for all three.
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
    """Run a proxy that leads every connection to this port of this machine, and yield its address."""

    class Tunnel(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            with socket.create_connection(("127.0.0.1", port)) as upstream:
                self.send_response(HTTPStatus.OK)
                self.end_headers()
                _relay(self.connection, upstream)
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Tunnel)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _relay(one: socket.socket, other: socket.socket) -> None:
    """Forward data in both directions until one side closes the connection."""
    partner = {one: other, other: one}
    with contextlib.suppress(ConnectionError):
        while True:
            for readable in select.select([one, other], [], [])[0]:
                if not (data := readable.recv(PORTION)):
                    return
                partner[readable].sendall(data)
