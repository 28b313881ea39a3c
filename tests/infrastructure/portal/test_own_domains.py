"""A school's own domains: what clients are told follows them, and everything that trusts an address trusts these."""

import json
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

import pytest

from education.aws_context import AwsContext
from education.environment import Environment
from education.pipeline.policies import PipelinePolicies
from education.settings.load import load_settings
from education.settings.model import EnvironmentSettings
from local_platform.strict.instance import Decision
from local_platform.strict.statements import allowed_by
from tests.infrastructure.synthesized import Synthesized, synthesize

LEARN, CONTENT, SIGN_IN = "learn.school.org", "content.school.org", "sign-in.school.org"
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-00000000000"
ACCOUNT = "111122223333"


def with_domains(*, used: bool = True) -> EnvironmentSettings:
    """The settings of dev with three names beside each other, and a second one of the portal."""
    settings = load_settings("dev")
    portal = {"domain_aliases": (LEARN, "www.school.org"), "certificate_arn": f"{CERTIFICATE}1"}
    content = {
        "domain_aliases": (CONTENT,),
        "certificate_arn": f"{CERTIFICATE}2",
        "portal_origins": (f"https://{LEARN}",),
    }
    identity = {
        "sign_in_domain": SIGN_IN,
        "sign_in_certificate_arn": f"{CERTIFICATE}3",
        "use_sign_in_domain": used,
    }
    return settings.model_copy(
        update={
            "portal": settings.portal.model_copy(update=portal),
            "content": settings.content.model_copy(update=content),
            "identity": settings.identity.model_copy(update=identity),
        }
    )


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """The stack with these settings."""
    with mock.patch("education.tap_stack.load_settings", return_value=with_domains()):
        return synthesize("dev", tmp_path_factory.mktemp("named"))


def distribution(stack: Synthesized, comment: str) -> Any:
    (found,) = (
        each for each in stack.resources("aws_cloudfront_distribution").values() if each["comment"] == comment
    )
    return found


def pages_of_sign_in(stack: Synthesized) -> dict[str, Any]:
    return {
        name.rpartition("_")[0].removeprefix("education_identity_"): body
        for name, body in stack.resources("aws_cognito_user_pool_domain").items()
    }


def test_what_clients_are_told_follows_the_names(named: Synthesized) -> None:
    assert named.outputs["portal_url"] == f"https://{LEARN}"
    assert named.outputs["content_base_url"] == f"https://{CONTENT}"
    assert named.outputs["sign_in_base_url"].startswith(
        "https://${aws_cognito_user_pool_domain.education_identity_own-"
    )
    assert pages_of_sign_in(named)["own-sign-in-pages"]["domain"] == SIGN_IN
    files = {
        body["key"]: body["content"]
        for body in named.resources("aws_s3_object").values()
        if body.get("key") == "config.json"
    }
    assert json.loads(files["config.json"])["contentBaseUrl"] == f"https://{CONTENT}"


@pytest.mark.parametrize(
    ("comment", "aliases", "certificate"),
    [
        ("education-portal-dev", [LEARN, "www.school.org"], f"{CERTIFICATE}1"),
        ("education-content-dev", [CONTENT], f"{CERTIFICATE}2"),
    ],
)
def test_each_distribution_has_its_names_and_its_certificate(
    named: Synthesized, comment: str, aliases: list[str], certificate: str
) -> None:
    found = distribution(named, comment)
    assert found["aliases"] == aliases
    assert found["viewer_certificate"] == {
        "acm_certificate_arn": certificate,
        "minimum_protocol_version": "TLSv1.2_2021",
        "ssl_support_method": "sni-only",
    }


def test_the_domain_of_cognito_stays_beside_the_own_one(named: Synthesized) -> None:
    """Else nobody could sign in between the deployment and the record in DNS, and the change would replace it."""
    pages = pages_of_sign_in(named)
    assert set(pages) == {"sign-in-pages", "own-sign-in-pages"}
    assert pages["own-sign-in-pages"]["certificate_arn"] == f"{CERTIFICATE}3"
    assert "certificate_arn" not in pages["sign-in-pages"]


def test_sign_in_stays_at_cognitos_address_until_the_setting_says_so(tmp_path: Any) -> None:
    with mock.patch("education.tap_stack.load_settings", return_value=with_domains(used=False)):
        stack = synthesize("dev", tmp_path)
    assert "amazoncognito.com" in stack.outputs["sign_in_base_url"]
    assert pages_of_sign_in(stack)["own-sign-in-pages"]["domain"] == SIGN_IN


def test_sign_in_leads_back_to_the_name_only(named: Synthesized) -> None:
    client = named.one("aws_cognito_user_pool_client")
    assert client["callback_urls"] == [f"https://{LEARN}/signed-in"]
    assert client["logout_urls"] == [f"https://{LEARN}/"]


def test_the_portal_is_named_once_where_the_settings_name_it_too(named: Synthesized) -> None:
    """CloudFront and S3 refuse an origin that is listed twice."""
    for policy in named.resources("aws_cloudfront_response_headers_policy").values():
        origins = policy.get("cors_config", {}).get("access_control_allow_origins", {}).get("items", [])
        assert len(origins) == len(set(origins))


def test_course_files_are_framed_by_the_portal_and_say_that_their_origin_stays_apart(
    named: Synthesized,
) -> None:
    """On hosts beside each other, `document.domain` and a shared process would bring the two together."""
    for policy in named.resources("aws_cloudfront_response_headers_policy").values():
        said = policy["security_headers_config"]["content_security_policy"]["content_security_policy"]
        (ancestors,) = (each for each in said.split("; ") if each.startswith("frame-ancestors"))
        assert set(ancestors.split()[1:]) <= {"'self'", "'none'", f"https://{LEARN}"}
        assert "school.org" not in said.replace(f"https://{LEARN}", ""), "a wildcard or another name"
        custom = {each["header"]: each["value"] for each in policy["custom_headers_config"]["items"]}
        assert custom["Origin-Agent-Cluster"] == "?1", policy["name"]


def test_nothing_of_a_cookie_reaches_the_portals_origins(named: Synthesized) -> None:
    """A page of course files can set cookies for the whole school: neither files nor API ever read one."""
    for kind, key in (
        ("aws_cloudfront_origin_request_policy", "cookies_config"),
        ("aws_cloudfront_cache_policy", "parameters_in_cache_key_and_forwarded_to_origin"),
    ):
        for body in named.resources(kind).values():
            found = body[key].get("cookies_config", body[key])
            assert found["cookie_behavior"] == "none", body["name"]


def test_the_deploy_role_may_make_the_domain_and_touch_no_other_distribution() -> None:
    context = cast(AwsContext, SimpleNamespace(account_id=ACCOUNT, partition="aws", region="us-east-1"))
    own = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1234567890ABC"
    cognitos = "arn:aws:cloudfront::444455556666:distribution/E1234567890ABC"
    for settings, may in ((load_settings("dev"), False), (with_domains(), True)):
        policies = PipelinePolicies(
            Environment(settings, context), "boundary", "arn:aws:s3:::states", "locks"
        )
        for resource, account, wanted in ((cognitos, "444455556666", may), (own, ACCOUNT, False)):
            decision = Decision(
                "", "cloudfront:UpdateDistribution", resource, "", {"aws:resourceaccount": account}
            )
            allowed = allowed_by(policies.deploy(), decision)
            assert bool(allowed) is wanted, (resource, may)
        assert "UpdateDistribution" not in json.dumps(policies.plan())
