"""The settings: their defaults, what overrides them, and the sentence for each mistake."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from education.errors import UserError
from education.settings.load import ENVIRONMENTS_FOLDER, load_settings, settings_from_variables
from education.settings.model import EnvironmentSettings

Refusal = Callable[[str, str], str]
CERTIFICATE = f"arn:aws:acm:us-east-1:{'1' * 12}:certificate/01234567-89ab-cdef-0123-456789abcdef"
DEV = re.sub(" +#.*", "", (ENVIRONMENTS_FOLDER / "dev.toml").read_text())  # without comments


@pytest.fixture
def refusal(tmp_path: Path) -> Refusal:
    """The sentence that answers an edit of dev.toml: `refusal(old text, new text)`."""

    def of(old: str, new: str) -> str:
        assert DEV.count(old) == 1, f"environments/dev.toml has no {old!r}: correct the test"
        folder = tmp_path / "environments"
        folder.mkdir()
        (folder / "dev.toml").write_text(DEV.replace(old, new))
        with pytest.raises(UserError) as caught:
            load_settings("dev", folder=folder)
        return str(caught.value)

    return of


def from_variables(**variables: str) -> EnvironmentSettings:
    return settings_from_variables(variables)


def test_without_any_variable_it_is_dev_in_us_east_1() -> None:
    settings = from_variables()
    assert settings.environment_suffix == "dev"
    assert settings.aws_region == "us-east-1"
    assert settings.state.bucket == "education-terraform-state-dev"
    assert settings.state.bucket_region == "us-east-1"
    assert settings.default_tags == {
        "Project": "education",
        "Environment": "dev",
        "Repository": "unknown",
        "CommitAuthor": "unknown",
    }
    assert settings.local_endpoint is None


def test_an_empty_variable_is_an_unset_one() -> None:
    names = (
        "ENVIRONMENT_SUFFIX",
        "AWS_REGION",
        "TERRAFORM_STATE_BUCKET",
        "TERRAFORM_STATE_BUCKET_REGION",
        "REPOSITORY",
        "COMMIT_AUTHOR",
        "EDUCATION_LOCAL_PORT",
    )
    assert from_variables(**dict.fromkeys(names, "")) == from_variables()


def test_every_variable_wins_over_the_file() -> None:
    settings = from_variables(
        ENVIRONMENT_SUFFIX="prod",
        AWS_REGION="eu-central-1",
        TERRAFORM_STATE_BUCKET="somewhere-else",
        TERRAFORM_STATE_BUCKET_REGION="eu-west-1",
        REPOSITORY="school/platform",
        COMMIT_AUTHOR="Ada",
    )
    assert (settings.environment_suffix, settings.aws_region) == ("prod", "eu-central-1")
    assert (settings.state.bucket, settings.state.bucket_region) == ("somewhere-else", "eu-west-1")
    assert settings.default_tags["Repository"] == "school/platform"
    assert settings.default_tags["CommitAuthor"] == "Ada"


@pytest.mark.parametrize(
    ("author", "tag"),
    [
        ("dependabot[bot]", "dependabot_bot_"),
        ("Zoë O'Hara <z@a.org>", "Zoë O_Hara _z@a.org_"),
        ("a" * 300, "a" * 256),
    ],
)
def test_an_author_that_aws_refuses_as_a_tag_is_rewritten(author: str, tag: str) -> None:
    assert from_variables(COMMIT_AUTHOR=author).default_tags["CommitAuthor"] == tag


@pytest.mark.parametrize("environment", ["local", "dev", "staging", "prod"])
def test_every_environment_of_the_project_is_valid(environment: str) -> None:
    settings = load_settings(environment)
    assert settings.environment_suffix == environment
    assert settings.protect_data is (environment in ("staging", "prod"))


def test_an_environment_without_a_file_has_the_settings_of_dev() -> None:
    dev, branch = load_settings("dev"), load_settings("pr-123")
    assert branch.environment_suffix == "pr-123"
    assert branch.default_tags["Environment"] == "pr-123"
    same = set(EnvironmentSettings.model_fields) - {"environment_suffix", "default_tags", "api"}
    assert branch.model_dump(include=same) == dev.model_dump(include=same)
    # What there is one of in an account stays with the environment whose file it is.
    assert branch.api == dev.api.model_copy(update={"account_log_role": False})


def test_only_the_local_environment_has_a_port() -> None:
    assert from_variables(ENVIRONMENT_SUFFIX="local").local_endpoint == "http://127.0.0.1:4566"
    elsewhere = from_variables(ENVIRONMENT_SUFFIX="local", EDUCATION_LOCAL_PORT="4777")
    assert elsewhere.local_endpoint == "http://127.0.0.1:4777"
    assert from_variables(ENVIRONMENT_SUFFIX="dev", EDUCATION_LOCAL_PORT="4777").local_endpoint is None


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings("dev").protect_data = True


@pytest.mark.parametrize("suffix", ["Dev", "1st", "-x", "a" * 21, "dev_1", "dev ", "dev\n", "../dev", "é"])
def test_a_suffix_outside_of_the_pattern_is_refused(suffix: str) -> None:
    with pytest.raises(UserError, match=r"^ENVIRONMENT_SUFFIX is .*; allowed: a lower-case letter"):
        load_settings(suffix)


@pytest.mark.parametrize("suffix", ["a", "a" * 20, "pr-123", "x-"])
def test_a_suffix_in_the_pattern_is_accepted(suffix: str) -> None:
    assert load_settings(suffix).environment_suffix == suffix


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("AWS_REGION", "us-east-9", "an AWS region"),
        ("AWS_REGION", "cn-north-1", "an AWS region"),
        ("AWS_REGION", "us-gov-west-1", "an AWS region"),
        ("AWS_REGION", "US-EAST-1", "an AWS region"),
        ("TERRAFORM_STATE_BUCKET_REGION", "mars", "an AWS region"),
        ("TERRAFORM_STATE_BUCKET", "Not_A_Bucket", "the name of an S3 bucket"),
        ("EDUCATION_LOCAL_PORT", "70000", "a port number from 1 to 65535"),
        ("EDUCATION_LOCAL_PORT", "http", "a port number from 1 to 65535"),
    ],
)
def test_a_bad_variable_is_named_with_its_value(variable: str, value: str, allowed: str) -> None:
    with pytest.raises(UserError) as caught:
        from_variables(**{variable: value})
    assert str(caught.value).startswith(f"{variable} is {value!r}; allowed: {allowed}")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'mfa = "OPTIONAL"',
            'mfa = "SOMETIMES"',
            "identity.mfa is 'SOMETIMES'; allowed: 'OFF', 'OPTIONAL' or 'ON'.",
        ),
        (
            '["TOTP"]',
            "[]",
            'identity: mfa is OPTIONAL but second_factors is empty; allowed: ["TOTP"], or mfa = "OFF".',
        ),
        ('["TOTP"]', '["SMS"]', "identity.second_factors.0 is 'SMS'; allowed: 'TOTP'."),
        ('["TOTP"]', '"TOTP"', "identity.second_factors is 'TOTP'; allowed: a list, in brackets."),
        (
            "log_retention_days = 30",
            "log_retention_days = 29",
            "functions.log_retention_days is 29; allowed: 30, 60",
        ),
        (
            "log_retention_days = 30",
            "log_retention_days = 31",
            "functions.log_retention_days is 31; allowed: 30, 60",
        ),
        ("timeout_seconds = 15", "timeout_seconds = 30", "is 30; allowed: less than or equal to 29."),
        ("timeout_seconds = 15", "timeout_seconds = 9", "is 9; allowed: greater than or equal to 10."),
        ("memory_mib = 512", 'memory_mib = "512"', "functions.memory_mib is '512'; allowed: a whole number."),
        ("memory_mib = 512", "memory_mib = 512.5", "functions.memory_mib is 512.5; allowed: a whole number."),
        ("memory_mib = 512", "memory_mib = 64", "is 64; allowed: greater than or equal to 128."),
        ("memory_mib = 512", "", "functions.memory_mib is missing; give it a value"),
        (
            "memory_mib = 512",
            "memory = 512",
            "functions.memory = 512 is not a known setting; allowed here: log_level,",
        ),
        ("trace_rate = 0", "trace_rate = 5", "functions.trace_rate is 5; allowed: less than or equal to 1."),
        (
            "trace_rate = 0",
            "trace_rate = -1",
            "functions.trace_rate is -1; allowed: greater than or equal to 0.",
        ),
        ("trace_rate = 0", "trace_rate = true", "functions.trace_rate is True; allowed:"),
        ("roster_shards = 4", "roster_shards = 0", "is 0; allowed: greater than or equal to 1."),
        ("former_indexes = false", 'former_indexes = "no"', "is 'no'; allowed: true or false."),
        ("counting_seconds = 15", "counting_seconds = 60", "is 60; allowed: less than or equal to 25."),
        ("premium_url_minutes = 60", "premium_url_minutes = 61", "is 61; allowed: less than or equal to 60."),
        ('["http://localhost:3000"]', "[]", "content.portal_origins is (); allowed: a list of one or more."),
        ('["http://localhost:3000"]', '["*"]', "content.portal_origins.0 is '*'; allowed: an origin"),
        ('["http://localhost:3000"]', '["https://a.org/x"]', "is 'https://a.org/x'; allowed: an origin"),
        ("alert_emails = []", 'alert_emails = ["nobody"]', "is 'nobody'; allowed: an e-mail address."),
        (
            "protect_data = false",
            "protect_data = false\ncolour = 3",
            "colour = 3 is not a known setting; allowed here:",
        ),
        (
            "protect_data = false",
            "protect_data = false\nlocal_endpoint = 'x'",
            "is 'x'; allowed: http://127.0.0.1:",
        ),
        (
            "protect_data = false",
            "protect_data = false\nlocal_endpoint = 'http://127.0.0.1:65536'",
            "allowed: http://127.0.0.1: and a port from 1 to 65535.",
        ),
        (
            "protect_data = false",
            "protect_data = false\ndefault_tags = {a = 1}",
            "default_tags.a is 1; allowed: a text",
        ),
        ("[api]", "[apis]", "apis is not a known setting; allowed here: api,"),
        (
            "access_logs = false",
            f"access_logs = false\ncertificate_arn = '{CERTIFICATE}'",
            "domain_aliases and certificate_arn go together; allowed: both or neither.",
        ),
        (
            "access_logs = false",
            "access_logs = false\ncertificate_arn = 'hello'",
            "certificate_arn is 'hello'; allowed: the ARN of an ACM certificate in us-east-1",
        ),
        (
            "access_logs = false",
            f"access_logs = false\ncertificate_arn = '{CERTIFICATE.replace('us-east-1', 'eu-west-1')}'",
            "allowed: the ARN of an ACM certificate in us-east-1",
        ),
        (
            "access_logs = false",
            f"access_logs = false\ncertificate_arn = '{CERTIFICATE}'\ndomain_aliases = ['*']",
            "is '*'; allowed: a domain name",
        ),
        (
            "refresh_token_days = 30",
            "refresh_token_days = 30\nemail_from = 'a@example.org'",
            "ses_identity_arn and email_from go together; allowed: both or neither.",
        ),
        (
            "refresh_token_days = 30",
            "refresh_token_days = 30\nemail_from = 'a@example.org'\nses_identity_arn = 'example.org'",
            "the ARN of an identity that SES has verified",
        ),
        ("protect_data = false", "protect_data = ", "is not valid TOML: "),
    ],
)
def test_a_bad_setting_is_answered_with_one_sentence(
    old: str, new: str, sentence: str, refusal: Refusal
) -> None:
    said = refusal(old, new)
    assert said.startswith("environments/dev.toml")
    assert sentence in said
    assert said.endswith(".")
    assert "\n" not in said


def test_mfa_for_administrators_needs_mfa(refusal: Refusal) -> None:
    said = refusal(
        'mfa = "OPTIONAL"\nsecond_factors = ["TOTP"]\nadministrators_need_mfa = false',
        'mfa = "OFF"\nsecond_factors = []\nadministrators_need_mfa = true',
    )
    assert "administrators_need_mfa is true but mfa is OFF; allowed:" in said


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"dev\.toml is missing: restore it"):
        load_settings("dev", folder=tmp_path)


def test_an_own_domain_comes_with_its_certificate(tmp_path: Path) -> None:
    own = f"access_logs = false\ncertificate_arn = '{CERTIFICATE}'\ndomain_aliases = ['content.example.org']"
    (tmp_path / "dev.toml").write_text(DEV.replace("access_logs = false", own))
    assert load_settings("dev", folder=tmp_path).content.certificate_arn == CERTIFICATE


def test_a_suffix_may_end_in_a_hyphen() -> None:
    assert load_settings("dev-").environment_suffix == "dev-"
