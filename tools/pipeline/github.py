"""What the pipeline says on GitHub: a plan under a pull request, drift in an issue. One of each, kept up to date.

Uses the job's own token and the REST and GraphQL APIs; nothing of GitHub's is installed.
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from education.errors import UserError

MAXIMUM_CHARACTERS = 60_000  # GitHub takes 65,536 in a comment or an issue
TIMEOUT_SECONDS = 30
_FOLD = "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) { clientMutationId } }"


@dataclass(frozen=True)
class Github:
    """One repository, with a token that may write issues or pull requests."""

    api: str
    repository: str
    token: str

    def comment(self, number: int, mark: str, body: str) -> None:
        """Comment on a pull request; earlier comments with the same mark are folded."""
        for old in self._all(f"/repos/{self.repository}/issues/{number}/comments"):
            if mark in (old.get("body") or ""):
                self._call("POST", "/graphql", {"query": _FOLD, "variables": {"id": old["node_id"]}})
        self._call("POST", f"/repos/{self.repository}/issues/{number}/comments", {"body": f"{mark}\n{body}"})

    def keep_issue(self, title: str, label: str, body: str | None) -> str:
        """Open, update or close the one issue of this title; `body` is None where there is nothing to tell.

        Returns what was done.
        """
        found = [
            issue
            for issue in self._all(f"/repos/{self.repository}/issues?state=open&labels={label}")
            if issue["title"] == title
        ]
        if body is None:
            for issue in found:
                self._call("PATCH", f"/repos/{self.repository}/issues/{issue['number']}", {"state": "closed"})
            return "closed" if found else "nothing to tell"
        if found:
            self._call("PATCH", f"/repos/{self.repository}/issues/{found[0]['number']}", {"body": body})
            return "updated"
        self._call(
            "POST", f"/repos/{self.repository}/issues", {"title": title, "labels": [label], "body": body}
        )
        return "opened"

    def open_pull_requests(self) -> set[int]:
        """The numbers of the open pull requests."""
        return {pull["number"] for pull in self._all(f"/repos/{self.repository}/pulls?state=open")}

    def _all(self, path: str) -> list[dict[str, Any]]:
        """Every page of a list."""
        found: list[dict[str, Any]] = []
        joint = "&" if "?" in path else "?"
        page = 1
        while batch := self._call("GET", f"{path}{joint}per_page=100&page={page}"):
            found += batch
            page += 1
            if len(batch) < 100:
                break
        return found

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 (GitHub's own API)
            self.api + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 (GitHub's own API)
                text = answer.read()
        except urllib.error.HTTPError as problem:
            raise UserError(
                f"GitHub answered {problem.code} to {method} {path}: the job needs the permission that the workflow "
                "names for it."
            ) from None
        except OSError as problem:
            raise UserError(f"GitHub cannot be reached ({problem}).") from None
        return json.loads(text) if text else None


def current_github(variables: Mapping[str, str] = os.environ) -> Github:
    """The repository of the running job."""
    repository, token = variables.get("GITHUB_REPOSITORY"), variables.get("GITHUB_TOKEN")
    if not repository or not token:
        raise UserError("GITHUB_REPOSITORY and GITHUB_TOKEN are not set: this runs in a workflow.")
    return Github(variables.get("GITHUB_API_URL") or "https://api.github.com", repository, token)


def shortened(text: str) -> str:
    """A text that GitHub takes; what is cut away is said."""
    if len(text) <= MAXIMUM_CHARACTERS:
        return text
    return text[:MAXIMUM_CHARACTERS] + "\n… cut here; the job's log and the saved plan have all of it."
