"""What the pipeline says on GitHub: a plan under a pull request, drift in an issue. One of each, kept up to date.

Uses the job's own token and PyGithub, which handles pagination and GitHub's rate limits.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import github
import requests
from github.Repository import Repository

from education.errors import UserError

MAXIMUM_CHARACTERS = 60_000  # GitHub takes 65,536 in a comment or an issue
TIMEOUT_SECONDS = 30
READ_RETRIES = 3  # writes are not repeated: a comment whose answer was lost would be there twice
RATE_LIMIT_SECONDS = 60.0


@dataclass(frozen=True)
class Github:
    """One repository, with a token that may write issues or pull requests.

    Every method raises `UserError` if GitHub refuses a call or cannot be reached.
    """

    api: str
    repository: str
    token: str

    def comment(self, number: int, mark: str, body: str) -> None:
        """Comment on a pull request; earlier comments with the same mark are folded."""
        with self._repository(f"comment on pull request {number}") as repository:
            issue = repository.get_issue(number)
            for old in issue.get_comments():
                if mark in (old.body or ""):
                    old.minimize("OUTDATED")
            issue.create_comment(f"{mark}\n{body}")

    def keep_issue(self, title: str, label: str, body: str | None) -> str:
        """Open, update or close the one issue of this title; `body` is None where there is nothing to tell.

        Returns what was done.
        """
        with self._repository(f"keep the issue {title!r}") as repository:
            open_issues = repository.get_issues(state="open", labels=[label])
            found = [issue for issue in open_issues if issue.title == title]
            if body is None:
                for issue in found:
                    issue.edit(state="closed")
                return "closed" if found else "nothing to tell"
            if found:
                found[0].edit(body=body)
                return "updated"
            repository.create_issue(title, body=body, labels=[label])
            return "opened"

    def open_pull_requests(self) -> set[int]:
        """The numbers of the open pull requests."""
        with self._repository("list the open pull requests") as repository:
            return {pull.number for pull in repository.get_pulls(state="open")}

    @contextlib.contextmanager
    def _repository(self, purpose: str) -> Iterator[Repository]:
        """The repository, without asking for it first; what goes wrong is said with the purpose."""
        client = github.Github(
            auth=github.Auth.Token(self.token),
            base_url=self.api,
            timeout=TIMEOUT_SECONDS,
            retry=github.GithubRetry(
                total=READ_RETRIES,
                backoff_factor=0.5,
                allowed_methods={"GET"},
                max_rate_limit_wait=RATE_LIMIT_SECONDS,
            ),
            per_page=100,
            lazy=True,
            seconds_between_requests=None,  # a job makes a handful of calls
            seconds_between_writes=None,
        )
        try:
            with client:
                yield client.get_repo(self.repository)
        except github.GithubException as problem:
            raise UserError(
                f"GitHub answered {problem.status} ({problem.message}) when the job wanted to {purpose}: the job needs "
                "the permission that the workflow names for it."
            ) from None
        except requests.RequestException as problem:
            raise UserError(f"GitHub cannot be reached ({problem}); the job wanted to {purpose}.") from None


def current_github(variables: Mapping[str, str] = os.environ) -> Github:
    """The repository of the running job."""
    repository, token = variables.get("GITHUB_REPOSITORY"), variables.get("GITHUB_TOKEN")
    if not repository or not token:
        raise UserError("GITHUB_REPOSITORY and GITHUB_TOKEN are not set: this runs in a workflow.")
    return Github(variables.get("GITHUB_API_URL") or "https://api.github.com", repository, token)


def shortened(text: str) -> str:
    """A text of a length that GitHub accepts. If the text is cut, its last line says so."""
    if len(text) <= MAXIMUM_CHARACTERS:
        return text
    return text[:MAXIMUM_CHARACTERS] + "\n… cut here; the job's log and the saved plan have all of it."
