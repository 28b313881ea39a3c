"""Another host, to which a hostile package would send things. It answers requests, and remembers what came."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Listener:
    """What arrived at the other host: one line for each request."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.heard: list[str] = []


@contextlib.contextmanager
def listener() -> Iterator[Listener]:
    """Listen on a free port of this machine, on all paths and with open CORS."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            made.heard.append(self.requestline)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = answer  # noqa: N815 - names of the library

        def log_message(self, *_: Any) -> None:
            """Keep the output of the tests free of it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Listener(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


class Packets:
    """What arrived by UDP: the number of packets."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.count = 0


@contextlib.contextmanager
def packet_listener() -> Iterator[Packets]:
    """Listen by UDP on a free port of this machine, as a server of the package's author would for WebRTC."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(0.1)
        made = Packets(listening.getsockname()[1])
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                with contextlib.suppress(TimeoutError):
                    listening.recv(4096)
                    made.count += 1

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            ended.set()
            thread.join()
