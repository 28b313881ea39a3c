"""Rules for course files: private bucket, CloudFront the only way in, premium behind keys that can be rotated."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from education.settings.keys import SigningKeySettings
from education.settings.load import load_settings
from tests.infrastructure.conftest import SynthesizedOf
from tests.infrastructure.synthesized import Body, Synthesized, listed, reference, statements, synthesize

BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")


def per_bucket(stack: Synthesized, type: str) -> dict[str, Body]:
    """The resources of a type by the bucket they belong to."""
    return {reference(body["bucket"]).partition(".")[2]: body for body in stack.resources(type).values()}


def of_content(stack: Synthesized, type: str) -> Body:
    """The resource of a type that is the content delivery's. The portal has its own (`test_portal_rules.py`)."""
    (body,) = (body for name, body in stack.resources(type).items() if "content-delivery" in name)
    return body


def behaviours(stack: Synthesized) -> Iterator[Body]:
    distribution = of_content(stack, "aws_cloudfront_distribution")
    yield distribution["default_cache_behavior"]
    yield from distribution["ordered_cache_behavior"]


def code_at(stack: Synthesized, behaviour: Body, event: str) -> str:
    """The code of the function that a behaviour runs at an event."""
    (name,) = (
        reference(association["function_arn"]).partition(".")[2]
        for association in behaviour["function_association"]
        if association["event_type"] == event
    )
    code: str = stack.resources("aws_cloudfront_function")[name]["code"]
    return code


def headers_of(stack: Synthesized, behaviour: Body) -> Body:
    """The response headers policy of a behaviour."""
    name = reference(behaviour["response_headers_policy_id"]).partition(".")[2]
    return stack.resources("aws_cloudfront_response_headers_policy")[name]


# Their addresses have a token, which the edge function checks: tests/infrastructure/content/test_package_rules.py.
PACKAGES = ("p/*", "packages/*")
PLAYER = "player/*"


def test_no_bucket_can_be_made_public(stack: Synthesized) -> None:
    blocks = per_bucket(stack, "aws_s3_bucket_public_access_block")
    assert set(blocks) == set(stack.resources("aws_s3_bucket")), "use PrivateBucket"
    for name, block in blocks.items():
        assert all(block[key] is True for key in BLOCKS), name
    assert not stack.resources("aws_s3_bucket_acl"), "who may read is said by policy, never by ACL"


def test_buckets_are_encrypted_versioned_and_tidied(stack: Synthesized) -> None:
    buckets = set(stack.resources("aws_s3_bucket"))
    assert set(per_bucket(stack, "aws_s3_bucket_server_side_encryption_configuration")) == buckets
    assert set(per_bucket(stack, "aws_s3_bucket_lifecycle_configuration")) == buckets
    versioning = per_bucket(stack, "aws_s3_bucket_versioning")
    assert set(versioning) == buckets
    assert {body["versioning_configuration"]["status"] for body in versioning.values()} == {"Enabled"}
    for body in stack.resources("aws_s3_bucket_lifecycle_configuration").values():
        does = {key for rule in body["rule"] for key in rule}
        assert {"abort_incomplete_multipart_upload", "noncurrent_version_expiration"} <= does


def test_files_wait_until_their_bucket_keeps_versions(stack: Synthesized) -> None:
    """What comes before has no version of its own, and what replaces it leaves it behind."""
    versioning = {
        reference(body["bucket"]): f"aws_s3_bucket_versioning.{name}"
        for name, body in stack.resources("aws_s3_bucket_versioning").items()
    }
    for name, body in stack.resources("aws_s3_object").items():
        assert versioning[reference(body["bucket"])] in body.get("depends_on", ()), name


def test_buckets_refuse_plain_http(stack: Synthesized) -> None:
    policies = per_bucket(stack, "aws_s3_bucket_policy")
    assert set(policies) == set(stack.resources("aws_s3_bucket"))
    for name, body in policies.items():
        denies = [
            statement
            for statement in statements(body["policy"])
            if statement["Effect"] == "Deny"
            and statement["Principal"] == "*"
            and statement["Action"] == "s3:*"
            and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        ]
        assert len(denies) == (0 if stack.settings.local_endpoint else 1), f"{name}: see PrivateBucket.allow"


def test_only_the_local_environment_may_do_without_tls(synthesized_of: SynthesizedOf) -> None:
    for environment in ("dev", "staging", "prod", "pr-123"):
        assert synthesized_of(environment).settings.content.require_tls


def test_uploads_are_allowed_from_the_portal_only(stack: Synthesized) -> None:
    (rule,) = stack.one("aws_s3_bucket_cors_configuration")["cors_rule"]
    assert rule["allowed_origins"] == stack.portal_origins
    assert "*" not in "".join(rule["allowed_origins"])
    assert {"POST", "PUT"} <= set(rule["allowed_methods"]), "a form is a POST, a part is a PUT"


def test_the_distribution_speaks_tls_1_2_or_newer(stack: Synthesized) -> None:
    distribution = of_content(stack, "aws_cloudfront_distribution")
    certificate = distribution["viewer_certificate"]
    if certificate.get("cloudfront_default_certificate"):
        # CloudFront's own certificate fixes TLS 1.0 as the minimum, so a function refuses what is older than 1.2.
        for behaviour in behaviours(stack):
            assert "TLSv1" in code_at(stack, behaviour, "viewer-request")
    else:
        assert certificate["minimum_protocol_version"] == "TLSv1.2_2021"
    wanted = "allow-all" if stack.settings.local_endpoint else "redirect-to-https"
    assert {behaviour["viewer_protocol_policy"] for behaviour in behaviours(stack)} == {wanted}


def test_the_bucket_is_read_through_the_distribution_only(stack: Synthesized) -> None:
    (origin,) = of_content(stack, "aws_cloudfront_distribution")["origin"]
    assert reference(origin["origin_access_control_id"]).startswith("aws_cloudfront_origin_access_control.")
    access = of_content(stack, "aws_cloudfront_origin_access_control")
    assert (access["signing_behavior"], access["signing_protocol"]) == ("always", "sigv4")
    readers = [
        statement
        for policy in stack.resources("aws_s3_bucket_policy").values()
        for statement in statements(policy["policy"])
        if statement["Effect"] == "Allow" and "s3:GetObject" in str(statement["Action"])
    ]
    assert len(readers) == 2, "the course files and the portal's, each by its own distribution"
    for reader in readers:
        assert reader["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        own = "content-delivery" if "content-delivery" in str(reader["Resource"]) else "education_portal_"
        source = reference(reader["Condition"]["StringEquals"]["AWS:SourceArn"])
        assert source.startswith("aws_cloudfront_distribution."), (
            "any distribution, also of another account, could read"
        )
        assert own in source, "each distribution reads its own bucket"


def test_bucket_and_distribution_do_not_wait_for_each_other(stack: Synthesized) -> None:
    for body in stack.resources("aws_s3_bucket").values():
        assert "policy" not in body, (
            "the bucket policy is a resource of its own (terraform-provider-aws #22777)"
        )
    assert "aws_s3_bucket_policy." not in str(of_content(stack, "aws_cloudfront_distribution"))


def test_every_answer_is_compressed_and_has_security_headers(stack: Synthesized) -> None:
    for behaviour in behaviours(stack):
        assert behaviour["compress"] is True
        headers = headers_of(stack, behaviour)
        assert {
            "strict_transport_security",
            "content_type_options",
            "content_security_policy",
            "referrer_policy",
        } <= set(headers["security_headers_config"])
        anyone = behaviour.get("path_pattern") in (*PACKAGES, PLAYER)
        origins = headers["cors_config"]["access_control_allow_origins"]["items"]
        assert origins == (["*"] if anyone else stack.portal_origins), (
            "pages of packages have no origin that has a name"
        )


def test_every_document_is_sandboxed_without_the_origin_of_the_files(stack: Synthesized) -> None:
    for behaviour in behaviours(stack):
        if behaviour.get("path_pattern") == PLAYER:
            continue  # our own pages
        security = headers_of(stack, behaviour)["security_headers_config"]["content_security_policy"]
        directives = security["content_security_policy"].split("; ")
        (sandbox,) = (each for each in directives if each.split()[0] == "sandbox")
        assert security["override"] is True
        assert "allow-scripts" in sandbox.split()
        assert "allow-same-origin" not in sandbox, "then one lesson could read another's signed link"
        assert f"'; {sandbox}'" in code_at(stack, behaviour, "viewer-response"), "PDF viewers need it gone"


def test_only_browsers_keep_premium_files(stack: Synthesized) -> None:
    for behaviour in behaviours(stack):
        said = {
            item["header"]: (item["value"].partition(",")[0], item["override"])
            for item in headers_of(stack, behaviour)["custom_headers_config"]["items"]
        }
        opened = behaviour.get("path_pattern") in ("public/*", PLAYER)
        assert said.get("Cache-Control") == (None if opened else ("private", True))


def test_arrivals_that_nothing_noted_expire(stack: Synthesized) -> None:
    rules = [
        rule
        for body in stack.resources("aws_s3_bucket_lifecycle_configuration").values()
        for rule in body["rule"]
        if rule["filter"] == [{"prefix": "incoming/"}]
    ]
    (rule,) = rules
    assert rule["status"] == "Enabled"
    assert rule["expiration"] == [{"days": 1}]
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 1}]
    (notified,) = stack.one("aws_s3_bucket_notification")["lambda_function"]
    assert notified["filter_prefix"] == "incoming/"


def test_nothing_reads_arrivals_through_the_distribution(stack: Synthesized) -> None:
    read = [
        resource
        for policy in stack.resources("aws_s3_bucket_policy").values()
        for statement in statements(policy["policy"])
        if statement["Effect"] == "Allow" and statement["Action"] == "s3:GetObject"
        for resource in listed(statement["Resource"])
        if "content-delivery" in resource
    ]
    assert sorted(resource.partition("/")[2] for resource in read) == [
        "packages/*",
        "player/*",
        "premium/*",
        "public/*",
    ]


def test_only_public_files_are_open(stack: Synthesized) -> None:
    for behaviour in behaviours(stack):
        groups = [reference(group).partition(".")[0] for group in behaviour.get("trusted_key_groups", [])]
        opened = behaviour.get("path_pattern") in ("public/*", PLAYER, *PACKAGES)
        assert groups == ([] if opened else ["aws_cloudfront_key_group"]), (
            f"{behaviour.get('path_pattern', 'default')}: everything but public/ needs a signed link"
        )
        checked = "createHmac" in code_at(stack, behaviour, "viewer-request")
        assert checked is (behaviour.get("path_pattern") in PACKAGES), "a package needs a token"


def test_a_signing_key_can_be_rotated(stack: Synthesized) -> None:
    keys = stack.resources("aws_cloudfront_public_key")
    assert len(keys) == 2, "one key is replaced while links signed with the other stay valid"
    for name, key in keys.items():
        assert "name" not in key, (
            f"{name}: a fixed name cannot be given to the next key (terraform-provider-aws #19093)"
        )
        assert key["name_prefix"]
        assert key["lifecycle"]["create_before_destroy"] is True, f"{name}: PublicKeyInUse"
        assert reference(key["encoded_key"]).startswith("data.aws_kms_public_key.")
    group = stack.one("aws_cloudfront_key_group")
    assert {reference(item) for item in group["items"]} == {
        f"aws_cloudfront_public_key.{name}" for name in keys
    }


def test_links_are_signed_in_kms_by_the_content_function_only(stack: Synthesized) -> None:
    keys = {
        name: key
        for name, key in stack.resources("aws_kms_key").items()
        if key.get("key_usage") == "SIGN_VERIFY"
    }
    assert len(keys) == 2
    for key in keys.values():
        assert key["customer_master_key_spec"] == "ECC_NIST_P256", "CloudFront takes no other curve"
        (denied,) = (each for each in statements(key["policy"]) if each["Effect"] == "Deny")
        assert (denied["Principal"], denied["Action"]) == ({"AWS": "*"}, "kms:Sign")
        role = denied["Condition"]["ArnNotEquals"]["aws:PrincipalArn"].rpartition("/")[2]
        assert role == f"education-content-function-{stack.settings.environment_suffix}"
    signing = [
        (policy["name"], statement["Resource"])
        for policy in stack.resources("aws_iam_role_policy").values()
        for statement in statements(policy["policy"])
        if "kms:Sign" in listed(statement["Action"])
    ]
    ((name, resources),) = signing
    assert name == role
    assert {reference(resource) for resource in resources} == {f"aws_kms_key.{name}" for name in keys}, (
        "both slots: while a switch reaches the instances, some sign with the other one"
    )


def test_the_distribution_trusts_a_key_before_the_function_signs_with_it(stack: Synthesized) -> None:
    (function,) = (
        function
        for function in stack.resources("aws_lambda_function").values()
        if function["function_name"].startswith("education-content-")
    )
    (name,) = (each for each in stack.resources("aws_cloudfront_distribution") if "content-delivery" in each)
    assert f"aws_cloudfront_distribution.{name}" in function["depends_on"]
    assert "SIGNING_SECRET_ID" not in function["environment"]["variables"]


def changed(tmp_path: Path, **content: Any) -> Synthesized:
    """The stack of dev with other settings of `[content]`."""
    settings = load_settings("dev")
    other = settings.model_copy(update={"content": settings.content.model_copy(update=content)})
    with mock.patch("education.tap_stack.load_settings", return_value=other):
        return synthesize("dev", tmp_path)


def test_a_rotation_makes_another_key_and_leaves_the_one_that_signs(tmp_path: Path) -> None:
    """The addresses of what stays do not change; the new key has an address of its own."""
    before = changed(tmp_path / "before")
    after = changed(tmp_path / "after", signing_keys=SigningKeySettings(active="a", a=1, b=2))
    gone = before.resources("aws_kms_key").keys() - after.resources("aws_kms_key").keys()
    new = after.resources("aws_kms_key").keys() - before.resources("aws_kms_key").keys()
    assert {name.rpartition("link-key-")[2].rpartition("_")[0] for name in gone} == {"b-1"}
    assert {name.rpartition("link-key-")[2].rpartition("_")[0] for name in new} == {"b-2"}
    switched = changed(tmp_path / "switched", signing_keys=SigningKeySettings(active="b", a=1, b=2))
    assert signing_variables(before) == signing_variables(after) != signing_variables(switched)
    assert switched.resources("aws_kms_key") == after.resources("aws_kms_key")


def signing_variables(stack: Synthesized) -> dict[str, str]:
    """What tells the content function which key signs."""
    (function,) = (
        function
        for function in stack.resources("aws_lambda_function").values()
        if function["function_name"].startswith("education-content-")
    )
    variables: dict[str, str] = function["environment"]["variables"]
    return {name: variables[name] for name in ("SIGNING_KEY_ARN", "SIGNING_PUBLIC_KEY_ID")}


def test_an_environment_leaves_its_rsa_keys_without_a_broken_link(tmp_path: Path) -> None:
    """CloudFront trusts both kinds, and the former code still finds what it reads."""
    stack = changed(tmp_path, former_signing_keys=True)
    assert len(stack.resources("aws_cloudfront_public_key")) == 4
    groups = stack.resources("aws_cloudfront_key_group")
    assert len(groups) == 2
    for behaviour in behaviours(stack):
        if behaviour.get("path_pattern") not in ("public/*", PLAYER, *PACKAGES):
            trusted = {reference(group) for group in behaviour["trusted_key_groups"]}
            assert trusted == {f"aws_cloudfront_key_group.{name}" for name in groups}
    # The addresses that they were deployed with, so that Terraform neither replaces nor deletes them.
    former = {
        "content-delivery_signing-keys_key-group": "aws_cloudfront_key_group",
        "content-delivery_signing-keys_public-key-a": "aws_cloudfront_public_key",
        "content-delivery_signing-keys_public-key-b": "aws_cloudfront_public_key",
    }
    for beginning, kind in former.items():
        (body,) = (body for name, body in stack.resources(kind).items() if beginning in name)
        assert body["lifecycle"]["create_before_destroy"] is True, (
            "otherwise the next deployment deletes it while the distribution still trusts it"
        )
    content = stack.text
    assert "SIGNING_SECRET_ID" in content
    assert "secretsmanager:GetSecretValue" in content


def test_access_is_logged_where_the_settings_say(stack: Synthesized) -> None:
    wanted = stack.settings.content.access_logs
    assert bool(stack.resources("aws_s3_bucket_logging")) is wanted
    assert bool(stack.resources("aws_cloudwatch_log_delivery")) is wanted


def test_logs_have_no_signed_links(stack: Synthesized) -> None:
    """CloudFront's earlier logs have the query string of each request, and with it the signature of premium links."""
    assert "logging_config" not in of_content(stack, "aws_cloudfront_distribution")
    for delivery in stack.resources("aws_cloudwatch_log_delivery").values():
        fields = delivery["record_fields"]
        assert fields, "without a list of fields all of them are logged"
        assert not {"cs-uri-query", "cs(Referer)", "cs(Cookie)"} & set(fields)
    for behaviour in behaviours(stack):
        assert "origin_request_policy_id" in behaviour
    policy = of_content(stack, "aws_cloudfront_origin_request_policy")
    assert policy["query_strings_config"] == {"query_string_behavior": "none"}, "S3 logs its requests too"


def test_cloudfronts_logs_are_delivered_from_its_own_region(synthesized_of: SynthesizedOf) -> None:
    of_prod = synthesized_of("prod")
    edge = None if of_prod.settings.aws_region == "us-east-1" else "aws.edge"
    for kind in ("", "_source", "_destination"):
        parts = of_prod.resources(f"aws_cloudwatch_log_delivery{kind}").values()
        assert [part.get("provider") for part in parts] == [edge, edge], (
            "of the course files, and of the portal"
        )


def test_logging_waits_until_its_bucket_takes_logs(synthesized_of: SynthesizedOf) -> None:
    """S3 and CloudFront need the log bucket's policy."""
    resources = synthesized_of("prod").resources
    logging = resources("aws_s3_bucket_logging").values()
    deliveries = resources("aws_cloudwatch_log_delivery").values()
    assert (len(logging), len(deliveries)) == (2, 2)
    for waiting in (*logging, *deliveries):
        of_logs = [
            address
            for address in waiting["depends_on"]
            if address.startswith("aws_s3_bucket_policy") and "logs" in address
        ]
        assert of_logs, f"{waiting} does not wait for the log bucket's policy"


def test_access_is_logged_where_students_are_real(synthesized_of: SynthesizedOf) -> None:
    assert all(
        synthesized_of(environment).settings.content.access_logs for environment in ("staging", "prod")
    )
