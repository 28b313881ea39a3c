"""The pipeline's tools: plans that cannot be changed, sentences for what went wrong, reports without secrets."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

import tools.support.account
from education.errors import UserError
from education.settings.load import load_settings
from tests.ports import free_port
from tests.unit.github_fixture import FakeGithub
from tools.checks.audit import Grants, comparison
from tools.checks.sbom import bundle_list, npm_list
from tools.checks.scan_checkov import suppressions
from tools.deploy.saved_plan import SavedPlan, count_changes
from tools.deploy.terraform_problems import explained
from tools.pipeline import github as github_module
from tools.pipeline.announce import announce
from tools.pipeline.github import MAXIMUM_CHARACTERS, Github, shortened
from tools.pipeline.reports import plan_text
from tools.support.account import current_account
from tools.support.redaction import MASK, redacted

FACTS = {
    "environment": "dev",
    "account": "111122223333",
    "commit": "abc",
    "terraform": "1.11.4",
    "lineage": "l",
    "serial": 3,
    "changes": {"create": 1, "update": 0, "delete": 0, "replace": 0},
}


@pytest.fixture
def fake() -> Iterator[FakeGithub]:
    """A GitHub of the test's own."""
    fake = FakeGithub()
    yield fake
    fake.server.shutdown()
    fake.server.server_close()


@pytest.fixture
def github(fake: FakeGithub) -> Github:
    """A client of it."""
    return Github(f"http://127.0.0.1:{fake.server.server_port}", "owner/name", "token")


@pytest.fixture
def saved(tmp_path: Path) -> SavedPlan:
    """A sealed plan."""
    plan = SavedPlan(tmp_path)
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack" / "cdk.tf.json").write_text("{}")
    (tmp_path / "plan.tfplan").write_bytes(b"plan")
    (tmp_path / "plan.txt").write_text('# aws_x.y will be created\n  password = "hunter2hunter2"')
    plan.seal(**FACTS)
    return plan


def test_a_sealed_plan_is_taken_as_it_is(saved: SavedPlan) -> None:
    assert saved.record().serial == 3


@pytest.mark.parametrize("how", ["change", "add", "lose"])
def test_a_plan_that_differs_is_refused(saved: SavedPlan, how: str) -> None:
    file = saved.stack / "cdk.tf.json"
    if how == "change":
        file.write_text('{"resource": {}}')
    elif how == "add":
        (saved.stack / "more.tf").write_text("")
    else:
        file.unlink()
    with pytest.raises(UserError, match="not the one that was made"):
        saved.record()


def test_what_terraform_keeps_beside_a_stack_is_no_difference(saved: SavedPlan) -> None:
    (saved.stack / ".terraform").mkdir()
    (saved.stack / ".terraform" / "x").write_text("")
    assert saved.record().environment == "dev"


def test_what_terraform_keeps_beside_a_stack_is_not_carried(saved: SavedPlan) -> None:
    """The provider's 700 MB, of which no sum is kept, would be uploaded, and run on the machine that applies."""
    provider = saved.folder / "provider"
    provider.write_text("")
    (saved.stack / ".terraform" / "providers").mkdir(parents=True)
    (saved.stack / ".terraform" / "providers" / "aws").symlink_to(provider)
    (saved.stack / ".terraform.lock.hcl").write_text("")
    saved.seal(**FACTS)
    assert sorted(path.name for path in saved.stack.iterdir()) == [".terraform.lock.hcl", "cdk.tf.json"]
    assert provider.exists(), "what was only linked stays"
    (saved.stack / ".terraform").mkdir()
    saved.strip()
    assert not (saved.stack / ".terraform").exists()


def test_a_missing_plan_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="make plan"):
        SavedPlan(tmp_path).record()


def test_changes_are_counted_by_kind() -> None:
    actions = [["create"], ["update"], ["delete"], ["delete", "create"], ["no-op"], ["read"]]
    counts = count_changes({"resource_changes": [{"change": {"actions": each}} for each in actions]})
    assert counts == {"create": 1, "update": 1, "delete": 1, "replace": 1}


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",  # the key of AWS's own examples
        "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "https://hooks.slack.com/services/T000/B000/XXXX",
        "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_secrets_do_not_reach_people(secret: str) -> None:
    assert secret not in redacted(f"before {secret} after")
    assert MASK in redacted(secret)


def test_what_is_no_secret_stays() -> None:
    text = (
        '+ access_token_validity = 60\n+ SIGNING_SECRET_ID = "arn:aws:secretsmanager:x"\n+ name = "education"'
    )
    assert redacted(text) == text


LOCKED = """
│ Error: Error acquiring the state lock
│
│ Error message: operation error DynamoDB: PutItem, ConditionalCheckFailedException: The conditional request failed
│ Lock Info:
│   ID:        1234-abcd
│   Path:      bucket/dev/TapStackdev.tfstate
│   Operation: OperationTypeApply
│   Who:       ada@laptop
│   Version:   1.11.4
│   Created:   2026-11-24 10:00:00 +0000 UTC
│   Info:
"""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (LOCKED, ("ada@laptop", "2026-11-24 10:00:00", "1234-abcd", "make unlock")),
        ("Error: Saved plan is stale", ("older than the state", "plan again")),
        ("api error ExpiredToken: The provided token has expired.", ("expired", "sign in")),
        ("Error: No valid credential sources found", ("no AWS credentials", "sign in")),
        ("Error: AWS account ID not allowed: 111122223333", ("111122223333", "allowed_account_ids")),
        ('Error: S3 bucket "education-terraform-state-dev" does not exist.', ("make bootstrap",)),
        (
            "User: arn:aws:sts::1:x/y is not authorized to perform: sqs:CreateQueue on resource: arn:z as",
            ("sqs:CreateQueue", "arn:z", "make audit"),
        ),
    ],
)
def test_terraforms_messages_become_sentences(said: str, told: tuple[str, ...]) -> None:
    sentence = explained(said) or ""
    assert all(part in sentence for part in told), sentence
    assert "\n" not in sentence


def test_what_is_not_known_is_left_as_it_is() -> None:
    assert explained("Error: something new") is None


class _Sts:
    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def get_caller_identity(self) -> Any:
        """What STS says, or raises."""
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def _refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "GetCallerIdentity")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (NoCredentialsError(), "there are no AWS credentials"),
        (_refusal("ExpiredToken"), "have expired"),
        (_refusal("InvalidClientTokenId"), "are refused by AWS"),
    ],
)
def test_credentials_that_do_not_work(monkeypatch: pytest.MonkeyPatch, answer: Any, told: str) -> None:
    monkeypatch.setattr(tools.support.account, "client", lambda *_: _Sts(answer))
    with pytest.raises(UserError, match=told) as problem:
        current_account(load_settings("dev"))
    assert "nothing was changed" in str(problem.value)


def test_the_wrong_account_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    identity = {"Account": "444455556666", "Arn": "arn:aws:iam::444455556666:user/x"}
    monkeypatch.setattr(tools.support.account, "client", lambda *_: _Sts(identity))
    settings = load_settings("prod")
    allowed = settings.pipeline.model_copy(update={"allowed_account_ids": ("111122223333",)})
    with pytest.raises(UserError, match=r"444455556666.*111122223333"):
        current_account(settings.model_copy(update={"pipeline": allowed}))


def test_a_plan_is_commented_once_and_older_ones_are_folded(
    github: Github, fake: FakeGithub, saved: SavedPlan
) -> None:
    for _ in range(2):
        github.comment(7, "<!-- plan of dev -->", plan_text(saved))
    folded = [body for method, path, body in fake.asked if path == "/graphql"]
    assert [body["variables"]["input"]["subjectId"] for body in folded] == ["N0"]
    assert "1 to create" in fake.comments[-1]["body"]
    assert "hunter2" not in fake.comments[-1]["body"]


def test_drift_has_one_issue(github: Github, fake: FakeGithub) -> None:
    done = [github.keep_issue("Drift in dev", "drift", body) for body in (None, "a", "b", None)]
    assert done == ["nothing to tell", "opened", "updated", "closed"]
    assert len(fake.issues) == 1
    assert fake.issues[0]["state"] == "closed"


def test_a_refusal_of_github_becomes_one_message(github: Github, fake: FakeGithub) -> None:
    fake.failures = [403]
    with pytest.raises(
        UserError, match=r"GitHub answered 403 \(No\.\) .* list the open pull requests: .*permission"
    ):
        github.open_pull_requests()


def test_only_reading_is_tried_again(github: Github, fake: FakeGithub) -> None:
    fake.failures = [502, 503]
    assert github.open_pull_requests() == set()
    assert len(fake.asked) == 3
    fake.failures = [200, 502]
    with pytest.raises(UserError, match="GitHub answered 502"):
        github.comment(7, "<!-- mark -->", "text")
    assert [method for method, _, _ in fake.asked] == ["GET", "GET", "GET", "GET", "POST"]


def test_an_unreachable_github_becomes_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(github_module, "READ_RETRIES", 0)
    nowhere = Github(f"http://127.0.0.1:{free_port()}", "owner/name", "secret-token")
    with pytest.raises(
        UserError, match=r"GitHub cannot be reached .* comment on pull request 7\."
    ) as problem:
        nowhere.comment(7, "<!-- mark -->", "text")
    assert "secret-token" not in str(problem.value)


def test_what_github_would_not_take_is_cut() -> None:
    assert len(shortened("x" * 100_000)) < MAXIMUM_CHARACTERS + 100


def test_a_deployment_is_announced_to_the_hook(fake: FakeGithub) -> None:
    settings = load_settings("dev")
    pipeline = settings.pipeline.model_copy(
        update={
            "announcement": settings.pipeline.announcement.model_copy(update={"topic": False, "hook": True})
        }
    )
    settings = settings.model_copy(update={"pipeline": pipeline})
    outputs = {"api_endpoint": "https://api.example", "aws_region": "us-east-1", "alert_topic_arn": "arn"}
    hook = f"http://127.0.0.1:{fake.server.server_port}/hook"
    assert announce(settings, outputs, {"DEPLOY_HOOK_URL": hook}) == ["the hook"]
    assert "dev was deployed" in fake.asked[-1][2]["text"]
    with pytest.raises(UserError, match="DEPLOY_HOOK_URL"):
        announce(settings, outputs, {})


def test_suppressions_say_why() -> None:
    found = list(suppressions())
    assert found
    assert all(len(each.reason) > 10 for each in found)


def test_a_roles_actions_are_counted_against_all_of_iams() -> None:
    statements = (
        {"Effect": "Allow", "Action": ["s3:Get*", "s3:getobject"], "Resource": "arn:aws:s3:::x"},
        {"Effect": "Allow", "Action": "kms:Decript", "Resource": "*"},
        {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"},
    )
    everything = ["iam:PassRole", "kms:Decrypt", "s3:GetObject", "s3:GetBucketAcl", "s3:PutObject"]
    text = comparison(Grants("plan role", statements), everything)
    assert "PowerUserAccess allows 4 actions of 2 services" in text
    assert "The plan role allows 2 actions (1 patterns) of 1 services: 50.0 %" in text
    assert "without a condition: kms:Decript. Not in the list of IAM's actions: kms:Decript." in text


def test_parts_lists_name_parts_by_version(tmp_path: Path) -> None:
    npm = npm_list()
    assert any(part["name"] == "cdktf-cli" for part in npm["components"])
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("fastjsonschema/__init__.py", "")
        content.writestr("catalog/handler.py", "")
    parts = bundle_list("catalog", archive)
    assert [part["name"] for part in parts["components"]] == ["fastjsonschema"]
    assert parts == bundle_list("catalog", archive), "the same zip has the same list"
