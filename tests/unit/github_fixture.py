"""A fake GitHub for tests: it answers the calls of `tools.pipeline.github` and records them."""

import http.server
import json
import threading
from typing import Any


class FakeGithub:
    """A server that answers some calls of GitHub's API and records all calls in `asked`.

    `failures` are the statuses of the next answers.
    """

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.issues: list[dict[str, Any]] = []
        self.open_pulls: set[int] = set()
        self.asked: list[tuple[str, str, Any]] = []
        self.failures: list[int] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                path = self.path.partition("?")[0]
                outer.asked.append((self.command, path, body))
                status = outer.failures.pop(0) if outer.failures else 200
                answer = outer.answer(self.command, path, body) if status == 200 else {"message": "No."}
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PATCH = answer  # noqa: N815 (the names that http.server calls)

            def log_message(self, *_: Any) -> None:
                """Print nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """The URL of the server."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, method: str, path: str, body: Any) -> Any:
        """The answer that GitHub would give."""
        if path == "/graphql":
            return {"data": {"minimizeComment": {"minimizedComment": {"isMinimized": True}}}}
        if path.endswith("/comments"):
            if method == "POST":
                self.comments.append({"node_id": f"N{len(self.comments)}", "body": body["body"]})
                return self.comments[-1]
            return self.comments
        if path.endswith("/issues"):
            if method == "POST":
                issue = {"number": 1, "state": "open", "url": f"{self.address}{path}/1", **body}
                self.issues.append({**issue, "labels": [{"name": name} for name in body["labels"]]})
                return self.issues[-1]
            return [issue for issue in self.issues if issue["state"] == "open"]
        if path.endswith("/pulls"):
            return [{"number": number, "state": "open"} for number in self.open_pulls]
        if "/issues/" in path:
            self.issues[0].update(body)
            return self.issues[0]
        return {}
