"""Rules for sign-in: Cognito takes what is configured, no user is lost by a change, administrators need two factors."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from education.aws_context import AwsContext
from education.environment import Environment
from education.identity import Identity, user_pool
from education.settings.load import load_settings
from education.settings.model import IdentitySettings
from tests.infrastructure.conftest import SynthesizedOf
from tests.infrastructure.synthesized import Synthesized, reference


def test_token_validity_units_are_a_list_of_one_block(stack: Synthesized) -> None:
    client = stack.one("aws_cognito_user_pool_client")
    assert client["token_validity_units"] == [
        {"access_token": "minutes", "id_token": "minutes", "refresh_token": "days"}
    ], "the provider takes a list of blocks here"
    identity = stack.settings.identity
    assert client["id_token_validity"] == identity.id_token_minutes
    assert client["access_token_validity"] == identity.access_token_minutes
    assert client["refresh_token_validity"] == identity.refresh_token_days


def test_a_second_factor_is_configured_where_mfa_asks_for_one(stack: Synthesized) -> None:
    pool = stack.one("aws_cognito_user_pool")
    assert pool["mfa_configuration"] == stack.settings.identity.mfa
    if pool["mfa_configuration"] != "OFF":
        assert pool.get("software_token_mfa_configuration") == {"enabled": True}, (
            "Cognito: can't disable all MFAs with a required or optional configuration"
        )


def test_people_sign_in_with_a_verified_address_and_a_strong_password(stack: Synthesized) -> None:
    pool = stack.one("aws_cognito_user_pool")
    assert (pool["username_attributes"], pool["auto_verified_attributes"]) == (["email"], ["email"])
    assert pool["username_configuration"] == {"case_sensitive": False}
    policy = pool["password_policy"]
    assert policy["minimum_length"] == stack.settings.identity.password_minimum_length >= 12
    assert all(policy[f"require_{kind}"] for kind in ("lowercase", "uppercase", "numbers", "symbols"))
    assert pool["user_pool_add_ons"]["advanced_security_mode"] == stack.settings.identity.advanced_security


def test_the_pools_schema_is_minimal_and_explicit(stack: Synthesized) -> None:
    """A changed schema replaces the pool and loses every user (terraform-provider-aws #21654)."""
    (attribute,) = stack.one("aws_cognito_user_pool")["schema"]
    assert attribute["name"] == "email", "profile data belongs into DynamoDB"
    assert (attribute["required"], attribute["mutable"]) == (True, True)
    assert attribute["string_attribute_constraints"] == {"min_length": "0", "max_length": "2048"}, (
        "spelt out as Cognito answers it, or every plan wants to replace the pool (#38224)"
    )


def test_the_web_client_keeps_no_secret_and_tells_nothing(stack: Synthesized) -> None:
    client = stack.one("aws_cognito_user_pool_client")
    assert client["generate_secret"] is False, "a browser can keep none"
    assert set(client["explicit_auth_flows"]) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert client["prevent_user_existence_errors"] == "ENABLED"
    assert client["enable_token_revocation"] is True
    assert client["write_attributes"] == ["email"], "a user must not write what the platform relies on"


def test_a_new_address_counts_only_after_its_code(stack: Synthesized) -> None:
    """The emulator changes it at once, and lets a user write every attribute, so no local test would notice."""
    settings = stack.one("aws_cognito_user_pool")["user_attribute_update_settings"]
    assert settings == {"attributes_require_verification_before_update": ["email"]}
    assert stack.one("aws_cognito_user_pool")["auto_verified_attributes"] == ["email"]


def test_the_mail_with_a_code_says_when_not_to_enter_it(stack: Synthesized) -> None:
    """Somebody may have signed up with the reader's address and a password that only they know."""
    template = stack.one("aws_cognito_user_pool")["verification_message_template"]
    assert template["default_email_option"] == "CONFIRM_WITH_CODE"
    assert template["email_message"].count("{####}") == 1
    for said in ("only if you have just asked for it yourself", "did not choose its password"):
        assert said in template["email_message"]


def test_the_roles_are_groups(stack: Synthesized) -> None:
    groups = {body["name"] for body in stack.resources("aws_cognito_user_group").values()}
    assert groups == {"students", "instructors", "administrators"}


def test_the_trigger_is_called_before_every_token(stack: Synthesized) -> None:
    trigger = reference(stack.one("aws_cognito_user_pool")["lambda_config"]["pre_token_generation"])
    permissions = [
        body
        for body in stack.resources("aws_lambda_permission").values()
        if body["principal"] == "cognito-idp.amazonaws.com"
    ]
    assert [reference(body["function_name"]) for body in permissions] == [trigger]


def test_administrators_need_two_factors_where_students_are_real(synthesized_of: SynthesizedOf) -> None:
    for environment in ("staging", "prod"):
        stack = synthesized_of(environment)
        assert stack.settings.identity.administrators_need_mfa
        variables = [
            body["environment"]["variables"]
            for name, body in stack.resources("aws_lambda_function").items()
            if "identity-triggers" in name
        ]
        assert [each["ADMINISTRATORS_NEED_MFA"] for each in variables] == ["true"]


def test_mails_are_sent_through_ses_where_a_sender_is_set(
    synthesized_of: SynthesizedOf,
) -> None:
    """Cognito's own sender stops at 50 mails a day: sign-up codes and forgotten passwords of a whole school."""
    from cdktf import App, TerraformStack, Testing

    assert "email_configuration" not in synthesized_of("dev").one("aws_cognito_user_pool")
    arn = "arn:aws:ses:us-east-1:111122223333:identity/example.org"
    settings = load_settings("dev")
    sender = {"ses_identity_arn": arn, "email_from": "platform@example.org"}
    with_sender = settings.model_copy(update={"identity": settings.identity.model_copy(update=sender)})
    stack = TerraformStack(App(), "sender")
    env = Environment(with_sender, AwsContext(stack, "aws", region="us-east-1"))
    user_pool(stack, env, "trigger")
    (pool,) = json.loads(Testing.synth(stack))["resource"]["aws_cognito_user_pool"].values()
    assert pool["email_configuration"] == {
        "email_sending_account": "DEVELOPER",
        "source_arn": arn,
        "from_email_address": "platform@example.org",
    }


def test_the_plan_is_the_cheap_one_until_a_setting_says_otherwise(stack: Synthesized) -> None:
    """With SRP, the dear one cannot check the password of a sign-in."""
    pool = stack.one("aws_cognito_user_pool")
    assert stack.settings.identity.plan == pool["user_pool_tier"] == "ESSENTIALS"
    assert pool["user_pool_add_ons"] == {"advanced_security_mode": "OFF"}
    assert not stack.resources("aws_cognito_risk_configuration")


def test_threat_protection_does_what_is_written_down(tmp_path: Path) -> None:
    """AUDIT only observes; ENFORCED does the same things that the risk configuration says for both."""
    sender = {
        "ses_identity_arn": "arn:aws:ses:us-east-1:111122223333:identity/a.example",
        "email_from": "p@a.example",
    }
    for number, mode in enumerate(("AUDIT", "ENFORCED")):
        chosen = {"plan": "PLUS", "advanced_security": mode, **(sender if number else {})}
        made = identity_of(tmp_path / mode, chosen)
        (pool,) = made["aws_cognito_user_pool"].values()
        assert pool["user_pool_tier"] == "PLUS"
        assert pool["user_pool_add_ons"] == {"advanced_security_mode": mode}
        (risks,) = made["aws_cognito_risk_configuration"].values()
        passwords = risks["compromised_credentials_risk_configuration"]
        assert passwords["actions"] == {"event_action": "BLOCK"}
        assert "SIGN_IN" not in passwords["event_filter"], "the password of a sign-in is never sent"
        assert ("account_takeover_risk_configuration" in risks) is bool(number), "the provider wants a sender"
    actions = risks["account_takeover_risk_configuration"]["actions"]
    assert {level: action["event_action"] for level, action in actions.items()} == {
        "low_action": "NO_ACTION",
        "medium_action": "MFA_IF_CONFIGURED",
        "high_action": "BLOCK",
    }


def test_who_may_sign_up_is_a_setting(tmp_path: Path) -> None:
    """Anyone; people whose address the trigger takes; or only whom an administrator invites."""
    domains = {"sign_up": "domains", "sign_up_domains": ("school.example.org",)}
    cases: list[tuple[dict[str, Any], bool, bool]] = [
        ({}, False, False),
        (domains, True, False),
        ({"sign_up": "invited"}, False, True),
    ]
    for number, (chosen, asks, invited) in enumerate(cases):
        (pool,) = identity_of(tmp_path / str(number), chosen)["aws_cognito_user_pool"].values()
        assert ("pre_sign_up" in pool["lambda_config"]) is asks
        assert pool["admin_create_user_config"] == {"allow_admin_create_user_only": invited}


def identity_of(folder: Path, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The resources of sign-in in production, with other settings of `[identity]`."""
    from cdktf import App, TerraformStack, Testing

    settings = load_settings("prod")
    identity = IdentitySettings.model_validate({**settings.identity.model_dump(), **chosen})
    stack = TerraformStack(App(outdir=str(folder)), "identity")
    env = Environment(
        settings.model_copy(update={"identity": identity}), AwsContext(stack, "aws", region="us-east-1")
    )
    trigger: Any = SimpleNamespace(arn="arn", function_name="f", role_name="r", user_pool_grants=lambda _: [])
    Identity(stack, "identity", env=env, pre_token_function=trigger, origins=["o"], log_key_arn="key")
    return dict(json.loads(Testing.synth(stack))["resource"])
