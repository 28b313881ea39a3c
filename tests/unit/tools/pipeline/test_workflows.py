"""The workflow files: pinned, with the least permissions, without logic of their own."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pipeline.runner import SIGN_IN, SIGNING_IN, sign_ins
from tests.pipeline.workflows import FOLDER, Workflow, workflow, workflows
from tools.support.paths import ROOT

PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
USES = re.compile(r"uses:\s*(\S+)(.*)")
MAKE = re.compile(r"make ([a-z-]+)(?: ENV=[a-z]+)?")


def targets() -> set[str]:
    """The targets of the Makefile."""
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def steps(name: Workflow) -> list[tuple[str, dict[str, Any]]]:
    """Every step with its job."""
    return [(job, step) for job, body in name.jobs.items() for step in body.get("steps", [])]


@pytest.fixture(params=workflows(), ids=lambda each: each.path.stem)
def each(request: pytest.FixtureRequest) -> Workflow:
    """Each workflow in turn."""
    found: Workflow = request.param
    return found


def test_actions_of_others_are_pinned_by_commit() -> None:
    for path in (*FOLDER.glob("*.yml"), *FOLDER.parent.glob("actions/*/action.yml")):
        for uses, comment in USES.findall(path.read_text()):
            if not uses.startswith("./"):
                assert PINNED.fullmatch(uses), f"{path.name}: {uses}"
                assert re.search(r"# v\d+\.\d+\.\d+$", comment), f"{path.name}: {uses} says no version"


def test_nothing_is_permitted_that_a_job_does_not_ask_for(each: Workflow) -> None:
    assert each.document["permissions"] == {}
    for job, body in each.jobs.items():
        assert body.get("permissions"), f"{job} says nothing of its permissions"
        assert set(body["permissions"].items()) <= {
            ("actions", "read"),
            ("contents", "read"),
            ("id-token", "write"),
            ("pull-requests", "read"),
            ("pull-requests", "write"),
            ("security-events", "write"),
            ("issues", "write"),
        }


def test_jobs_end_in_time(each: Workflow) -> None:
    for job, body in each.jobs.items():
        assert "uses" in body or 0 < int(body["timeout-minutes"]) <= 60, job


def test_checkouts_keep_no_credentials(each: Workflow) -> None:
    for job, step in steps(each):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false", job


def test_steps_are_make_targets(each: Workflow) -> None:
    for job, step in steps(each):
        if "run" in step:
            match = MAKE.fullmatch(step["run"])
            assert match, f"{job}: {step['run']!r} is logic of the workflow's own"
            assert match[1] in targets(), f"{job}: there is no target {match[1]}"


@pytest.mark.parametrize(
    "path",
    [*FOLDER.glob("*.yml"), *FOLDER.parent.glob("actions/*/action.yml")],
    ids=lambda path: path.parent.name,
)
def test_no_long_lived_key_is_used(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"aws-access-key-id|AWS_SECRET_ACCESS_KEY|secrets\.AWS", text)


def test_who_signs_in_to_aws_may_ask_for_a_token(each: Workflow) -> None:
    for job, body in each.jobs.items():
        signs_in = any(step.get("with", {}).get("role") for step in body.get("steps", []))
        called = "uses" in body
        assert called or signs_in == (body["permissions"].get("id-token") == "write"), job


def test_each_role_may_be_reached_through_the_pipelines_own(each: Workflow) -> None:
    """A job of a pull request comes through another role than one that deploys, since it must not become that one."""
    for job, step in steps(each):
        if role := step.get("with", {}).get("role"):
            kind = "PIPELINE_PLAN_ROLE" if "AWS_PLAN_ROLE_" in role else "PIPELINE_ROLE"
            given = {"through": kind, "external-id": "EXTERNAL_ID"}
            for name, variable in given.items():
                expected = re.sub(r"AWS_[A-Z]+_ROLE_", f"AWS_{variable}_", role)
                assert step["with"].get(name) == expected, f"{job}: {name}"


@pytest.mark.parametrize(
    ("given", "roles"),
    [
        ({}, []),
        ({"through": "B"}, []),
        ({"role": "A"}, ["A"]),
        ({"role": "A", "through": "B", "external-id": "C"}, ["B", "A"]),
    ],
)
def test_the_sign_in_action_signs_in(given: dict[str, str], roles: list[str]) -> None:
    asked = sign_ins(given)
    assert [each["role-to-assume"] for each in asked] == roles
    for each in asked[1:]:
        assert each["role-chaining"] == each["role-skip-session-tagging"] == "true"
        assert each["role-external-id"] == "C"
    for each in asked[:1]:
        assert not {"role-chaining", "role-external-id"} & set(each), "GitHub's token signs in"
    assert all(each["role-duration-seconds"] == "3600" for each in asked), (
        "what AWS gives a chained role at most"
    )


def test_the_setup_action_hands_its_inputs_to_the_sign_in() -> None:
    setup, sign_in = (
        yaml.load((ROOT / action / "action.yml").read_text(), Loader=yaml.BaseLoader) for action in SIGNING_IN
    )
    (step,) = (step for step in setup["runs"]["steps"] if step.get("uses") == SIGN_IN)
    assert setup["inputs"] == sign_in["inputs"]
    assert setup["runs"]["steps"].index(step) > [each.get("run") for each in setup["runs"]["steps"]].index(
        "make install"
    ), "an installation runs scripts of other authors, so it gets no credentials"
    assert step["with"] == {name: f"${{{{ inputs.{name} }}}}" for name in sign_in["inputs"]}


def test_who_talks_to_github_has_the_jobs_token(each: Workflow) -> None:
    """GitHub hands it to no command by itself."""
    for job, step in steps(each):
        if step.get("run") in ("make drift-report", "make plan-comment", "make sweep"):
            assert step.get("env", {}).get("GITHUB_TOKEN") == "${{ github.token }}", job


def test_an_apply_is_never_cancelled() -> None:
    for name in ("dev", "staging", "prod"):
        concurrency = workflow("main").jobs[name]["concurrency"]
        assert concurrency == {"group": f"environment-{name}", "cancel-in-progress": "false"}
    for each in workflows():
        assert "cancel-in-progress: true" not in each.path.read_text()


def test_what_is_applied_is_the_plan_that_was_reviewed() -> None:
    deploy = workflow("deploy")
    apply = deploy.jobs["apply"]
    assert apply["needs"] == "plan"
    assert apply["environment"] == "${{ inputs.environment }}", "its reviewers say yes between plan and apply"
    assert list(deploy.commands("plan")) == ["make plan", "make plan-summary"]
    assert list(deploy.commands("apply")) == ["make apply", "make verify", "make announce"]
    assert roles_by_command(deploy, "apply")["make verify"] == role("TEST"), (
        "tests run with the role that may only create users"
    )
    assert roles_by_command(deploy, "apply")["make announce"] == role("DEPLOY")
    up, down = (
        next(
            step["with"]
            for step in deploy.jobs[job]["steps"]
            if f"actions/{verb}-artifact@" in step.get("uses", "")
        )
        for job, verb in (("plan", "upload"), ("apply", "download"))
    )
    assert (up["name"], up["path"]) == (down["name"], down["path"])


def role(kind: str) -> str:
    """The expression for an environment's role."""
    return f"${{{{ vars[format('AWS_{kind}_ROLE_{{0}}', inputs.environment)] }}}}"


def roles_by_command(of: Workflow, job: str) -> dict[str, str]:
    """Which role was assumed last before each command of a job."""
    found, current = {}, ""
    for step in of.jobs[job]["steps"]:
        current = step.get("with", {}).get("role", current)
        if "run" in step:
            found[step["run"]] = current
    return found


def test_forks_get_no_role() -> None:
    for name in ("plan", "ephemeral"):
        condition = workflow("pull-request").jobs[name]["if"]
        assert "github.event.pull_request.head.repo.full_name == github.repository" in condition


def test_an_environment_of_a_pull_request_is_always_taken_away() -> None:
    ephemeral = workflow("pull-request")
    back, last = ephemeral.jobs["ephemeral"]["steps"][-2:]
    assert last == {"if": "${{ always() }}", "run": "make dispose"}
    assert back["if"] == "${{ always() }}", "the role that creates users may not destroy anything"
    assert roles_by_command(ephemeral, "ephemeral")["make dispose"] == "${{ vars.AWS_DEPLOY_ROLE_DEV }}"
    assert "make sweep" in list(workflow("nightly").commands("leftovers"))


def test_main_deploys_in_order() -> None:
    main = workflow("main")
    assert main.jobs["staging"]["needs"] == "dev"
    assert main.jobs["prod"]["needs"] == "staging"
    for environment in ("dev", "staging", "prod"):
        assert main.jobs[environment]["uses"] == "./.github/workflows/deploy.yml"
        assert main.jobs[environment]["with"] == {"environment": environment}
