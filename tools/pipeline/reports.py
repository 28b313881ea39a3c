"""Reports what the pipeline found, a plan or drift, on GitHub.

Secrets are removed before anything is shown, although no plan of this platform should contain one.
"""

import os
from pathlib import Path

from education.errors import UserError
from tools.deploy.plan import planner
from tools.deploy.saved_plan import SavedPlan
from tools.pipeline.github import current_github, shortened
from tools.support.redaction import redacted

DRIFT_LABEL = "drift"


def plan_text(saved: SavedPlan) -> str:
    """A saved plan in Markdown: how much it changes, then the whole plan, folded."""
    record = saved.record()
    counts = ", ".join(f"{count} to {kind}" for kind, count in record.changes.items() if count)
    text = redacted(saved.text).replace("```", "'''")
    return "\n".join(
        [
            f"### Plan for {record.environment}: {counts or 'no change'}",
            "",
            f"Account {record.account[:4]}…, state serial {record.serial}, Terraform {record.terraform}, "
            f"commit {record.commit[:12]}.",
            "",
            "<details><summary>Show the plan</summary>",
            "",
            "```",
            shortened(text).strip(),
            "```",
            "</details>",
        ]
    )


def comment_plan(saved: SavedPlan, environment: str) -> None:
    """Put the plan under the pull request that PULL_REQUEST names."""
    number = os.environ.get("PULL_REQUEST", "")
    if not number.isdecimal():
        raise UserError("PULL_REQUEST is not the number of a pull request.")
    current_github().comment(int(number), f"<!-- plan of {environment} -->", plan_text(saved))
    print(f"commented the plan for {environment} on pull request {number}")


def summarize_plan(saved: SavedPlan) -> None:
    """Put the plan on the run's page, where a deployment's reviewers look. Outside a workflow run, print it."""
    text = plan_text(saved)
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(page).open("a") as file:
            file.write(text + "\n")
    else:
        print(text)


def report_drift(saved: SavedPlan, environment: str) -> None:
    """Look for drift, and keep the environment's one issue up to date."""
    try:
        has_drifted = planner(environment, saved.folder).drift()
    except UserError as problem:
        raise UserError(f"{environment} could not be checked for drift: {problem}") from None
    body = None
    if has_drifted:
        body = (
            f"The deployed stack of {environment} differs from the default branch. A person changed it by hand, or a "
            "merged change was not applied. docs/operations.md, “Drift”, says what to do.\n\n"
            + plan_text(saved)
        )
    print(current_github().keep_issue(f"Drift in {environment}", DRIFT_LABEL, body))
