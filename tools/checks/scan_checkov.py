"""Runs checkov over prod's stacks. Suppressions are comments beside the resources in the source.

JSON has no comments, so the suppressions are read here from the constructs. Their notation is checkov's own, with the
type of the resource added: `# checkov:skip=CKV_AWS_117 aws_lambda_function: why`. A suppression that nothing needs any
more is a finding.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.checks.scanners import Scanners
from tools.support.paths import ROOT

STACKS = {"TapStackprod": {}, "BootstrapStackprod": {"EDUCATION_STACK": "bootstrap"}}
_COMMENT = re.compile(r"#\s*checkov:skip=(CKV2?_\w+)\s+(aws_\w+):\s*(\S.{10,})")


@dataclass(frozen=True)
class Suppression:
    """A check that a type of resource need not pass, and why."""

    check: str
    kind: str
    reason: str
    place: str


def suppressions(folder: Path = ROOT / "education") -> Iterator[Suppression]:
    """The suppressions in the source of the constructs."""
    for path in sorted(folder.rglob("*.py")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if match := _COMMENT.search(line):
                yield Suppression(match[1], match[2], match[3], f"{path.name}:{number}")


def checkov_findings(scanners: Scanners, results: Path) -> list[str]:
    """checkov's findings in prod that no suppression covers, and the suppressions that cover no finding."""
    known = list(suppressions())
    used: set[Suppression] = set()
    findings = []
    for stack, variables in STACKS.items():
        folder = results / stack
        file = _synthesized(folder, stack, variables)
        command: list[str | Path] = [
            scanners.python / "checkov",
            "--file",
            file,
            "--framework",
            "terraform_json",
            "--quiet",
        ]
        answer = subprocess.run(
            [*command, "--skip-download", "--output", "json"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        report: dict[str, Any] = json.loads(answer.stdout)
        summary = report.get("summary", report)
        # It counts no resources of synthesized JSON, so the checks that it made are counted here.
        if not summary.get("passed", 0) + summary.get("failed", 0):
            return [f"looked at nothing: checkov found no resource in {file.name} of {stack}"]
        failed = report["results"]["failed_checks"]
        kinds = _kinds(file)
        left = []
        for check in failed:
            kind = kinds[check["resource"].rpartition(".")[2]]
            fitting = [each for each in known if (each.check, each.kind) == (check["check_id"], kind)]
            used.update(fitting)
            if not fitting:
                left.append((check, kind))
        findings += [
            f"{check['check_id']} {kind}: {check['check_name']} ({check['resource']})" for check, kind in left
        ]
        (results / f"checkov-{stack}.sarif").write_text(json.dumps(_sarif([check for check, _ in left])))
    stale = [each for each in known if each not in used]
    return findings + [
        f"{each.place}: nothing needs the suppression of {each.check} {each.kind}" for each in stale
    ]


def _synthesized(folder: Path, stack: str, variables: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "ENVIRONMENT_SUFFIX": "prod", "CDKTF_OUTDIR": str(folder), **variables}
    subprocess.run([sys.executable, "main.py"], cwd=ROOT, env=environment, check=True)
    return folder / "stacks" / stack / "cdk.tf.json"


def _kinds(file: Path) -> dict[str, str]:
    """The type of each resource, by name."""
    document = json.loads(file.read_text())
    return {name: kind for kind, named in document.get("resource", {}).items() for name in named}


def _sarif(checks: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [
            {
                "tool": {"driver": {"name": "checkov", "rules": []}},
                "results": [
                    {
                        "ruleId": check["check_id"],
                        "level": "warning",
                        "message": {"text": f"{check['check_name']} ({check['resource']})"},
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": "education/education_stack.py"}
                                }
                            }
                        ],
                    }
                    for check in checks
                ],
            }
        ],
    }
