"""Tells people what the pipeline found: a plan, or drift.

    python -m tools.pipeline.reports {plan-comment,plan-summary,drift} --environment dev

Secrets are taken out before anything is shown, although no plan of this platform should hold one.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from education.errors import UserError
from tools.deploy.plan import DRIFT_EXIT_CODE
from tools.deploy.saved_plan import SavedPlan
from tools.pipeline.github import current_github, shortened
from tools.support.command_line import command_line
from tools.support.paths import ROOT
from tools.support.redaction import redacted

DRIFT_LABEL = "drift"


def plan_text(saved: SavedPlan) -> str:
    """A saved plan in Markdown: how much it changes, then all of it, folded."""
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
    """Put the plan on the run's page, where reviewers of a deployment look; without a run, print it."""
    text = plan_text(saved)
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(page).open("a") as file:
            file.write(text + "\n")
    else:
        print(text)


def report_drift(saved: SavedPlan, environment: str) -> None:
    """Look for drift, and keep the environment's one issue up to date."""
    command = [sys.executable, "-m", "tools.deploy.plan", "drift", "--environment", environment]
    code = subprocess.run([*command, "--plan", saved.folder], cwd=ROOT, check=False).returncode
    if code not in (0, DRIFT_EXIT_CODE):
        raise UserError(f"whether {environment} has drifted could not be found out; the message is above.")
    body = None
    if code == DRIFT_EXIT_CODE:
        body = (
            f"What is deployed in {environment} is not what the default branch says. Somebody changed it by hand, or a "
            "merged change was not applied. docs/operations.md, “Drift”, says what to do.\n\n"
            + plan_text(saved)
        )
    print(current_github().keep_issue(f"Drift in {environment}", DRIFT_LABEL, body))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.pipeline.reports",
        description=sys.modules[__name__].__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("plan-comment", "plan-summary", "drift"))
    parser.add_argument("--environment", required=True, metavar="SUFFIX", help="for example dev")
    parser.add_argument("--plan", type=Path, help="the plan's folder (build/plans/<environment>)")
    options = parser.parse_args()
    saved = SavedPlan((options.plan or ROOT / "build" / "plans" / options.environment).resolve())
    match options.command:
        case "plan-comment":
            comment_plan(saved, options.environment)
        case "plan-summary":
            summarize_plan(saved)
        case _:
            report_drift(saved, options.environment)


if __name__ == "__main__":
    sys.exit(command_line(main))
