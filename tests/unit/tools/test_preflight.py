"""What is looked at before a deployment, and what is refused: quotas, names, and settings of the example."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from education.errors import UserError
from education.settings.load import load_settings
from education.settings.model import EnvironmentSettings
from tools.deploy import key_quota
from tools.pipeline import preflight
from tools.support.account import Account

ACCOUNT = Account("1" * 12, "aws", "arn:aws:iam::111111111111:user/ada")
IDENTITY = "arn:aws:ses:eu-west-1:111111111111:identity/school.edu"


def refusal(code: str, operation: str = "HeadBucket") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


class Aws:
    """An account with what a test says; every service is this object."""

    def __init__(self, **said: Any) -> None:
        self.concurrency = said.get("concurrency", 1000)
        self.rate, self.burst = said.get("rate", 10_000), said.get("burst", 5_000)
        self.production, self.verified = said.get("production", True), said.get("verified", True)
        self.foreign = said.get("foreign", ())
        self.keys, self.groups = list(said.get("keys", ())), list(said.get("groups", ()))
        self.quota = said.get("quota")
        self.indexes: dict[str, dict[str, str]] = said.get("indexes", {})
        self.exceptions = SimpleNamespace(NotFoundException=KeyError, ResourceNotFoundException=KeyError)

    def __call__(self, service: str, _: str) -> "Aws | Any":
        gateway = SimpleNamespace(
            get_account=lambda: {"throttleSettings": {"rateLimit": self.rate, "burstLimit": self.burst}}
        )
        return gateway if service == "apigateway" else self

    def get_account_settings(self) -> Any:
        return {"AccountLimit": {"ConcurrentExecutions": self.concurrency}}

    def get_account(self) -> Any:
        return {"ProductionAccessEnabled": self.production}

    def get_email_identity(self, **_: str) -> Any:
        return {"VerifiedForSendingStatus": self.verified}

    def head_bucket(self, *, Bucket: str, ExpectedBucketOwner: str) -> None:  # noqa: N803
        assert ExpectedBucketOwner == ACCOUNT.id
        raise refusal("403" if Bucket in self.foreign else "404")

    def list_public_keys(self, Marker: str = "0") -> Any:  # noqa: N803
        start = int(Marker)
        page = {"Items": [{"Name": name} for name in self.keys[start : start + 4]]}
        return {
            "PublicKeyList": page | ({"NextMarker": str(start + 4)} if start + 4 < len(self.keys) else {})
        }

    def list_key_groups(self) -> Any:
        items = [{"KeyGroup": {"KeyGroupConfig": {"Name": name}}} for name in self.groups]
        return {"KeyGroupList": {"Items": items} if items else {}}

    def describe_table(self, *, TableName: str) -> Any:  # noqa: N803
        indexes = self.indexes[TableName].items()
        return {
            "Table": {
                "GlobalSecondaryIndexes": [
                    {"IndexName": name, "IndexStatus": status} for name, status in indexes
                ]
            }
        }

    def get_paginator(self, _: str) -> "Aws":
        return self

    def paginate(self, **_: str) -> Any:
        if self.quota is None:
            raise refusal("AccessDeniedException", "ListServiceQuotas")
        return [{"Quotas": [{"QuotaName": "Public keys per AWS account", "Value": float(self.quota)}]}]


def production(**identity: Any) -> EnvironmentSettings:
    """Production's settings, as a school has written them."""
    settings = load_settings("prod")
    parts = {
        "content": settings.content.model_copy(update={"portal_origins": ("https://learn.school.edu",)}),
        "monitoring": settings.monitoring.model_copy(update={"alert_emails": ("it@school.edu",)}),
        "pipeline": settings.pipeline.model_copy(update={"repository": "school/platform"}),
        "identity": settings.identity.model_copy(update=identity),
    }
    return settings.model_copy(update=parts)


def test_an_account_that_is_ready_has_no_problem_and_two_remarks() -> None:
    found = preflight.look(production(), ACCOUNT, Aws())
    assert found.problems == []
    assert [
        remark for remark in found.remarks if "CloudFront" in remark or "50 e-mails" in remark
    ] == found.remarks
    assert len(found.remarks) == 2


@pytest.mark.parametrize(
    ("settings", "aws", "said"),
    [
        (production(), Aws(concurrency=10), "at most 10 functions at once"),
        (production(), Aws(rate=500), "api.throttling_rate = 2000 is more than the 500"),
        (production(), Aws(burst=100), "api.throttling_burst = 4000 is more than the 100"),
        (production(ses_identity_arn=IDENTITY), Aws(production=False), "sandbox in eu-west-1"),
        (
            production(ses_identity_arn=IDENTITY),
            Aws(verified=False),
            "names school.edu, which is not verified",
        ),
        (production(), Aws(foreign=("education-terraform-state-prod",)), "belongs to another account"),
        (production(), Aws(foreign=("education-content-111111111111-prod",)), "belongs to another account"),
        (production(), Aws(keys=[f"k{n}" for n in range(9)]), "no room for 2 more public keys"),
        (production(), Aws(groups=[f"g{n}" for n in range(10)]), "no room for 1 more key groups"),
        (
            load_settings("prod"),
            Aws(),
            "content.portal_origins, monitoring.alert_emails, pipeline.repository",
        ),
    ],
)
def test_each_gap_is_said_in_one_sentence(settings: EnvironmentSettings, aws: Aws, said: str) -> None:
    (problem,) = preflight.look(settings, ACCOUNT, aws).problems
    assert said in problem
    assert problem.endswith(".")
    assert "\n" not in problem


def test_what_cannot_be_asked_is_a_remark() -> None:
    aws = Aws()

    def closed() -> Any:
        raise refusal("AccessDeniedException", "GetAccountSettings")

    aws.get_account_settings = closed  # type: ignore[method-assign]
    found = preflight.look(production(), ACCOUNT, aws)
    assert found.problems == []
    assert "not looked at: AWS refused GetAccountSettings" in found.remarks[0]


def test_the_example_may_be_tried_where_no_data_is_protected() -> None:
    assert preflight.look(load_settings("dev"), ACCOUNT, Aws()).problems == []


def test_the_command_refuses_and_the_bootstrap_only_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(preflight, "current_account", lambda _: ACCOUNT)
    findings = preflight.Findings(["Lambda is small."], ["a remark"])
    monkeypatch.setattr(preflight, "look", lambda *_: findings)
    with pytest.raises(UserError, match=r"^Lambda is small\.\nNothing was changed\.$"):
        preflight.preflight("prod")
    preflight.say(production(), ACCOUNT)
    assert "before you deploy: Lambda is small." in capsys.readouterr().out
    findings.problems.clear()
    preflight.preflight("prod")
    assert "nothing that was found stops a deployment of prod" in capsys.readouterr().out


def created(**counts: int) -> dict[str, Any]:
    """A plan that creates resources of these types."""
    changes = [
        {"type": kind, "change": {"actions": ["create", "delete"] if kind.endswith("key") else ["create"]}}
        for kind, count in counts.items()
        for _ in range(count)
    ]
    return {"resource_changes": [*changes, {"type": "aws_sqs_queue", "change": {"actions": ["create"]}}]}


def test_a_plan_that_cloudfront_has_no_room_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a rotation, whose new key is there before the old one goes."""
    aws = Aws(keys=[f"k{n}" for n in range(10)])
    monkeypatch.setattr(key_quota, "client", aws)
    with pytest.raises(
        UserError, match=r"no room for 1 more public keys: this account has 10 of 10\..*make sweep"
    ):
        key_quota.refuse_without_room(load_settings("dev"), created(aws_cloudfront_public_key=1))
    key_quota.refuse_without_room(load_settings("dev"), created())
    aws.quota = 20
    key_quota.refuse_without_room(load_settings("dev"), created(aws_cloudfront_public_key=1))


def test_what_an_environment_has_already_needs_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ["education-link-key-a-1-pr-1-2026", "education-link-key-b-1-pr-1-2026"]
    aws = Aws(keys=[*own, *(f"k{n}" for n in range(8))], groups=["education-link-keys-pr-1"])
    monkeypatch.setattr(key_quota, "client", aws)
    key_quota.refuse_without_room(load_settings("pr-1"))
    with pytest.raises(UserError, match="no room for 2 more public keys"):
        key_quota.refuse_without_room(load_settings("pr-2"))


def test_a_role_that_may_not_list_keys_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """CloudFront itself refuses too; a role from before the next bootstrap must still deploy."""
    aws = Aws()

    def closed(**_: str) -> Any:
        raise refusal("AccessDenied", "ListPublicKeys")

    aws.list_public_keys = closed  # type: ignore[method-assign,assignment]
    monkeypatch.setattr(key_quota, "client", aws)
    key_quota.refuse_without_room(load_settings("dev"), created(aws_cloudfront_public_key=1))


@pytest.mark.parametrize(
    ("indexes", "keeps_former", "early"),
    [
        ({}, False, ""),
        ({"course-completion-index": "ACTIVE"}, False, "course-completion-index"),
        ({"course-completion-index": "ACTIVE"}, True, ""),
        (
            {"course-roster-index": "ACTIVE", "course-students-index": "CREATING"},
            False,
            "course-roster-index",
        ),
        ({"course-roster-index": "ACTIVE", "course-students-index": "ACTIVE"}, False, ""),
        ({"course-students-index": "ACTIVE"}, False, ""),
    ],
)
def test_an_index_is_not_dropped_before_its_successor_is_there(
    indexes: dict[str, str], keeps_former: bool, early: str
) -> None:
    settings = production()
    records = settings.records.model_copy(update={"former_indexes": keeps_former})
    aws = Aws(indexes={"education-course-progress-prod": indexes})
    found = preflight.look(settings.model_copy(update={"records": records}), ACCOUNT, aws).problems
    assert [early in problem and "records.former_indexes = true" in problem for problem in found] == [
        True
    ] * bool(early)
