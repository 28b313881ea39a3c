"""A GitHub for tests: answers the calls that `tools.pipeline.github` makes, and remembers them."""

import http.server
import json
import threading
from typing import Any


class FakeGithub:
    """Answers GitHub's API and remembers what was asked."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.issues: list[dict[str, Any]] = []
        self.open_pulls: set[int] = set()
        self.asked: list[tuple[str, str, Any]] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                outer.asked.append((self.command, self.path.partition("?")[0], body))
                text = json.dumps(outer.answer(self.command, self.path.partition("?")[0], body)).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PATCH = answer  # noqa: N815 (the names that http.server calls)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, method: str, path: str, body: Any) -> Any:
        """What GitHub would say."""
        if path.endswith("/comments"):
            if method == "POST":
                self.comments.append({"node_id": f"N{len(self.comments)}", "body": body["body"]})
            return self.comments
        if path.endswith("/issues"):
            if method == "POST":
                self.issues.append({"number": 1, "state": "open", **body})
            return [issue for issue in self.issues if issue["state"] == "open"]
        if path.endswith("/pulls"):
            return [{"number": number, "state": "open"} for number in self.open_pulls]
        if "/issues/" in path:
            self.issues[0].update(body)
        return {}
