"""A real Chromium on a page of one's own, without a driver: the page does its work and posts what came of it.

The page is served by this process. Chromium is told to find `localhost` there, whatever the port in the address, so
a page can be of the origin `http://localhost:3000` though nothing has to listen on port 3000.
"""

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
PAGE_SECONDS = 60


def find_browser() -> str | None:
    """A Chromium on PATH, None where there is none."""
    return next((found for program in PROGRAMS if (found := shutil.which(program))), None)


@dataclass(frozen=True)
class Browser:
    """Chromium, and the server of its page."""

    program: str
    server: "PageServer"

    def run(self, origin: str, script: str) -> Any:
        """Run the body of an async function on a page of this origin; what it returned."""
        self.server.page = _PAGE.replace("SCRIPT", script).encode()
        self.server.results = queue.Queue()
        with tempfile.TemporaryDirectory(prefix="education-browser-", ignore_cleanup_errors=True) as profile:
            process = subprocess.Popen(
                [
                    self.program,
                    "--headless",
                    *(["--no-sandbox"] if os.geteuid() == 0 else []),
                    *("--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--no-first-run"),
                    *("--disable-background-networking", "--disable-component-update", "--no-proxy-server"),
                    f"--host-resolver-rules=MAP localhost 127.0.0.1:{self.server.server_port}",
                    f"--user-data-dir={profile}",
                    "--remote-debugging-port=0",  # keeps a headless Chromium open until it is told to end
                    f"{origin}/",
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**os.environ, "HOME": profile},
                start_new_session=True,
            )
            try:
                return self.server.results.get(timeout=PAGE_SECONDS)
            except queue.Empty:
                _kill(process)
                said = (process.communicate()[1] or b"").decode(errors="replace")[-2000:]
                raise AssertionError(f"the page did not answer within {PAGE_SECONDS} s: {said}") from None
            finally:
                _kill(process)
                process.communicate()


class PageServer(ThreadingHTTPServer):
    """Serves one page and takes one result."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.page = b""
        self.results: queue.Queue[Any] = queue.Queue()


@contextlib.contextmanager
def browser(program: str) -> Iterator[Browser]:
    """A browser whose pages are served while this lasts."""
    with PageServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield Browser(program, server)
        finally:
            server.shutdown()
            thread.join()


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Chromium is a family of processes; all of it goes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


_PAGE = """<!doctype html><html lang="en"><title>Portal</title><script>
(async () => { SCRIPT })().catch(error => ({failed: String(error)}))
  .then(result => fetch("/result", {method: "POST", body: JSON.stringify(result)}));
</script></html>
"""


class _Handler(BaseHTTPRequestHandler):
    server: PageServer

    def do_GET(self) -> None:
        """The page."""
        is_page = Path(self.path) == Path("/")
        self._answer(HTTPStatus.OK if is_page else HTTPStatus.NOT_FOUND, self.server.page if is_page else b"")

    def do_POST(self) -> None:
        """What came of it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(HTTPStatus.NO_CONTENT, b"")
        self.server.results.put(json.loads(body))

    def _answer(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
