"""Which integration tests follow a deployment, and with whose credentials."""

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests

import tools.pipeline.verify
from education.errors import UserError
from education.settings.load import load_settings
from tools.pipeline.verify import Verification, refuse_other_roles, run_tests


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    """The commands that were run and their variables; nothing runs."""
    found: list[tuple[list[str], dict[str, str]]] = []

    def run(command: list[str], *, env: dict[str, str], **_: Any) -> Any:
        found.append((command, env))
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(tools.pipeline.verify, "subprocess", SimpleNamespace(run=run))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key-id")
    return found


def test_people_are_made_where_the_settings_say_so(runs: list[Any], tmp_path: Path) -> None:
    run_tests(load_settings("dev"), tmp_path / "dev.json")
    ((command, variables),) = runs
    assert command[command.index("-m", 3) + 1] == "not intrusive"
    assert variables["EDUCATION_OUTPUTS"] == str(tmp_path / "dev.json")
    assert variables["AWS_ACCESS_KEY_ID"] == "key-id"


def test_production_is_verified_from_outside_without_credentials(runs: list[Any], tmp_path: Path) -> None:
    run_tests(load_settings("prod"), tmp_path / "prod.json")
    ((command, variables),) = runs
    assert command[command.index("-m", 3) + 1] == "outside"
    assert not [name for name in variables if name.startswith("AWS_")]


@pytest.mark.parametrize("role", ["deploy", "plan"])
def test_a_role_that_cannot_create_people_is_refused_at_once(role: str) -> None:
    with pytest.raises(UserError, match=f"which the {role} role may not"):
        refuse_other_roles(f"arn:aws:sts::111122223333:assumed-role/education-{role}-dev/github-1")


@pytest.mark.parametrize(
    "who", ["assumed-role/education-test-dev/github-1", "user/ada", "assumed-role/Admin/ada"]
)
def test_the_test_role_and_administrators_go_on(who: str) -> None:
    refuse_other_roles(f"arn:aws:sts::111122223333:{who}")


def test_a_failing_test_ends_the_job_with_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        subprocess, "run", lambda *arguments, **_: subprocess.CompletedProcess(arguments, returncode=1)
    )
    with pytest.raises(UserError, match="Roll back"):
        run_tests(load_settings("dev"), tmp_path / "dev.json")


class Session:
    """Answers each request with the status that a test gives to its path; notes what was asked."""

    def __init__(self, **statuses: int) -> None:
        self.statuses, self.asked = statuses, list[tuple[str, dict[str, str]]]()

    def get(self, url: str, *, params: dict[str, str], headers: dict[str, str], **_: Any) -> Any:
        self.asked.append((url, {**params, **headers}))
        return SimpleNamespace(
            ok=(code := self.statuses[url.rpartition("/")[2].partition(".")[0]]) == 200, status_code=code
        )


def verification(session: Session, *, own: bool) -> Verification:
    settings = load_settings("dev")
    portal = settings.portal.model_copy(update={"domain_aliases": ("learn.school.org",) if own else ()})
    identity = settings.identity.model_copy(update={"use_sign_in_domain": own})
    outputs = {
        "portal_url": "https://learn.school.org",
        "sign_in_base_url": "https://sign-in.school.org",
        "user_pool_client_id": "client",
    }
    changed = settings.model_copy(update={"portal": portal, "identity": identity})
    return Verification(changed, outputs, cast(requests.Session, session))


def test_names_of_the_schools_own_lead_to_the_portal_and_to_sign_in() -> None:
    session = Session(config=200, authorize=200)
    assert list(verification(session, own=True).own_names_answer()) == []
    assert [url for url, _ in session.asked] == [
        "https://learn.school.org/config.json",
        "https://sign-in.school.org/oauth2/authorize",
    ]
    assert session.asked[1][1]["redirect_uri"] == "https://learn.school.org/signed-in"
    wrong = list(verification(Session(config=403, authorize=400), own=True).own_names_answer())
    assert [problem.partition(", not")[0] for problem in wrong] == [
        "https://learn.school.org/config.json answers 403",
        "https://sign-in.school.org/oauth2/authorize answers 400",
    ]


def test_names_of_aws_are_not_asked() -> None:
    session = Session()
    assert list(verification(session, own=False).own_names_answer()) == []
    assert session.asked == []


@pytest.mark.parametrize(
    ("code", "problems"), [(403, []), (200, ["a premium file without a signature answers"])]
)
def test_premium_files_need_a_signature_on_the_emulator_too(code: int, problems: list[str]) -> None:
    session = Session(file=code)
    outputs = {
        "content_base_url": "http://x.cloudfront.localhost:1",
        "aws_endpoint_url": "http://127.0.0.1:1",
    }
    found = Verification(load_settings("dev"), outputs, cast(requests.Session, session)).content_is_closed()
    assert [problem.partition(" 200")[0] for problem in found] == problems
    ((url, headers),) = session.asked
    assert url.startswith("http://127.0.0.1:1/premium/")
    assert headers == {"Host": "x.cloudfront.localhost:1"}
