"""Rules for course files: private bucket, CloudFront the only way in, premium behind keys that can be rotated."""

from collections.abc import Iterator

from tests.infrastructure.conftest import SynthesizedOf
from tests.infrastructure.synthesized import Body, Synthesized, reference, statements

BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")


def per_bucket(stack: Synthesized, type: str) -> dict[str, Body]:
    """The resources of a type by the bucket they belong to."""
    return {reference(body["bucket"]).partition(".")[2]: body for body in stack.resources(type).values()}


def behaviours(stack: Synthesized) -> Iterator[Body]:
    distribution = stack.one("aws_cloudfront_distribution")
    yield distribution["default_cache_behavior"]
    yield from distribution["ordered_cache_behavior"]


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
    assert rule["allowed_origins"] == list(stack.settings.content.portal_origins)
    assert "*" not in "".join(rule["allowed_origins"])
    assert "POST" in rule["allowed_methods"], "a presigned upload is a POST"


def test_the_distribution_speaks_tls_1_2_or_newer(stack: Synthesized) -> None:
    distribution = stack.one("aws_cloudfront_distribution")
    certificate = distribution["viewer_certificate"]
    if certificate.get("cloudfront_default_certificate"):
        # CloudFront's own certificate fixes TLS 1.0 as the minimum, so a function refuses what is older than 1.2.
        guard = stack.one("aws_cloudfront_function")
        assert "TLSv1" in guard["code"]
        for behaviour in behaviours(stack):
            (association,) = behaviour["function_association"]
            assert reference(association["function_arn"]).startswith("aws_cloudfront_function.")
    else:
        assert certificate["minimum_protocol_version"] == "TLSv1.2_2021"
    wanted = "allow-all" if stack.settings.local_endpoint else "redirect-to-https"
    assert {behaviour["viewer_protocol_policy"] for behaviour in behaviours(stack)} == {wanted}


def test_the_bucket_is_read_through_the_distribution_only(stack: Synthesized) -> None:
    (origin,) = stack.one("aws_cloudfront_distribution")["origin"]
    assert reference(origin["origin_access_control_id"]).startswith("aws_cloudfront_origin_access_control.")
    access = stack.one("aws_cloudfront_origin_access_control")
    assert (access["signing_behavior"], access["signing_protocol"]) == ("always", "sigv4")
    readers = [
        statement
        for policy in stack.resources("aws_s3_bucket_policy").values()
        for statement in statements(policy["policy"])
        if statement["Effect"] == "Allow" and "s3:GetObject" in str(statement["Action"])
    ]
    (reader,) = readers
    assert reader["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    source = reader["Condition"]["StringEquals"]["AWS:SourceArn"]
    assert reference(source).startswith("aws_cloudfront_distribution."), (
        "any distribution, also of another account, could read"
    )


def test_bucket_and_distribution_do_not_wait_for_each_other(stack: Synthesized) -> None:
    for body in stack.resources("aws_s3_bucket").values():
        assert "policy" not in body, (
            "the bucket policy is a resource of its own (terraform-provider-aws #22777)"
        )
    assert "aws_s3_bucket_policy." not in str(stack.one("aws_cloudfront_distribution"))


def test_every_answer_is_compressed_and_has_security_headers(stack: Synthesized) -> None:
    for behaviour in behaviours(stack):
        assert behaviour["compress"] is True
        assert reference(behaviour["response_headers_policy_id"])
    headers = stack.one("aws_cloudfront_response_headers_policy")
    assert {
        "strict_transport_security",
        "content_type_options",
        "content_security_policy",
        "referrer_policy",
    } <= set(headers["security_headers_config"])
    assert headers["cors_config"]["access_control_allow_origins"]["items"] == list(
        stack.settings.content.portal_origins
    )


def test_only_public_files_are_open(stack: Synthesized) -> None:
    for behaviour in behaviours(stack):
        groups = [reference(group).partition(".")[0] for group in behaviour.get("trusted_key_groups", [])]
        opened = behaviour.get("path_pattern") == "public/*"
        assert groups == ([] if opened else ["aws_cloudfront_key_group"]), (
            f"{behaviour.get('path_pattern', 'default')}: everything but public/ needs a signed link"
        )


def test_a_signing_key_can_be_rotated(stack: Synthesized) -> None:
    keys = stack.resources("aws_cloudfront_public_key")
    assert len(keys) == 2, "one key is replaced while links signed with the other stay valid"
    for name, key in keys.items():
        assert "name" not in key, (
            f"{name}: a fixed name cannot be given to the next key (terraform-provider-aws #19093)"
        )
        assert key["name_prefix"]
        assert key["lifecycle"]["create_before_destroy"] is True, f"{name}: PublicKeyInUse"
        assert reference(key["encoded_key"]).startswith("data.aws_ssm_parameter.")
    group = stack.one("aws_cloudfront_key_group")
    assert {reference(item) for item in group["items"]} == {
        f"aws_cloudfront_public_key.{name}" for name in keys
    }


def test_access_is_logged_where_the_settings_say(stack: Synthesized) -> None:
    wanted = stack.settings.content.access_logs
    assert bool(stack.resources("aws_s3_bucket_logging")) is wanted
    assert ("logging_config" in stack.one("aws_cloudfront_distribution")) is wanted


def test_logging_waits_until_its_bucket_takes_logs(synthesized_of: SynthesizedOf) -> None:
    """S3 needs the log bucket's policy, and CloudFront needs a bucket that takes an ACL."""
    resources = synthesized_of("prod").resources
    (logging,) = resources("aws_s3_bucket_logging").values()
    (distribution,) = resources("aws_cloudfront_distribution").values()
    for waiting, kind in (
        (logging, "aws_s3_bucket_policy"),
        (distribution, "aws_s3_bucket_ownership_controls"),
    ):
        of_logs = [
            address for address in waiting["depends_on"] if address.startswith(kind) and "logs" in address
        ]
        assert of_logs, f"{waiting.get('bucket')} does not wait for a {kind}"


def test_access_is_logged_where_students_are_real(synthesized_of: SynthesizedOf) -> None:
    assert all(
        synthesized_of(environment).settings.content.access_logs for environment in ("staging", "prod")
    )
