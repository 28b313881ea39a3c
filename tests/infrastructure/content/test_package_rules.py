"""Rules for packages: every file behind a token, whose key is in no state, and pages that are kept apart."""

import json

from education.content.package_gate import GATE
from tests.infrastructure.conftest import SynthesizedOf
from tests.infrastructure.synthesized import Body, Synthesized, listed, reference, statements
from tests.infrastructure.test_content_rules import behaviours, code_at, headers_of

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-functions
MOST_FUNCTION_BYTES = 10 * 1024


def directives(stack: Synthesized, pattern: str) -> dict[str, str]:
    """The content security policy of a behaviour, by directive."""
    (behaviour,) = (each for each in behaviours(stack) if each.get("path_pattern") == pattern)
    security = headers_of(stack, behaviour)["security_headers_config"]
    policy: str = security["content_security_policy"]["content_security_policy"]
    return {name: value for name, _, value in (each.partition(" ") for each in policy.split("; "))}


def test_the_keys_are_not_in_the_state(stack: Synthesized) -> None:
    """The step after a deployment makes them; whatever Terraform writes is in its state."""
    assert not stack.resources("aws_secretsmanager_secret_version")
    assert not stack.resources("aws_cloudfrontkeyvaluestore_key")
    assert not stack.resources("aws_cloudfrontkeyvaluestore_keys_exclusive")
    secret = stack.one("aws_secretsmanager_secret")
    assert secret["name"] == stack.one("aws_cloudfront_key_value_store")["name"]
    assert secret["name"] == f"education-package-keys-{stack.settings.environment_suffix}"
    assert (secret["recovery_window_in_days"] > 0) is stack.settings.protect_data


def test_only_the_content_function_reads_the_keys(stack: Synthesized) -> None:
    readers = {
        policy["name"]: statement["Resource"]
        for policy in stack.resources("aws_iam_role_policy").values()
        for statement in statements(policy["policy"])
        if "secretsmanager" in json.dumps(statement["Action"])
    }
    ((name, resources),) = readers.items()
    assert name.startswith("education-content-function-")
    assert [reference(each).partition(".")[0] for each in listed(resources)] == ["aws_secretsmanager_secret"]


def test_one_function_checks_tls_and_token_and_reads_the_store(stack: Synthesized) -> None:
    (behaviour,) = (each for each in behaviours(stack) if each.get("path_pattern") == "p/*")
    code = code_at(stack, behaviour, "viewer-request")
    assert "TLSv1" in code
    (gate,) = (
        each
        for each in stack.resources("aws_cloudfront_function").values()
        if "key_value_store_associations" in each
    )
    assert gate["code"] == code == GATE
    (store,) = gate["key_value_store_associations"]
    assert reference(store).startswith("aws_cloudfront_key_value_store.")


def test_edge_functions_are_as_small_as_cloudfront_wants_them(stack: Synthesized) -> None:
    for function in stack.resources("aws_cloudfront_function").values():
        assert len(function["code"].encode()) <= MOST_FUNCTION_BYTES, function["name"]


def test_a_file_is_cached_once_whoever_asks(stack: Synthesized) -> None:
    """The token is no part of what CloudFront caches by: the path is rewritten, and nothing else counts."""
    for behaviour in behaviours(stack):
        if behaviour.get("path_pattern") in ("p/*", "player/*"):
            assert behaviour["cache_policy_id"] == "658327ea-f89d-4fab-a63d-7e88639e58f6"
            assert behaviour["allowed_methods"] == ["GET", "HEAD"]


def test_packages_send_nothing_to_other_hosts_and_only_the_portal_frames_them(stack: Synthesized) -> None:
    portal = " ".join(stack.portal_origins)
    for pattern in ("p/*", "player/*"):
        policy = directives(stack, pattern)
        assert policy["frame-ancestors"] == f"'self' {portal}"
        assert policy["connect-src"] == "'self' data: blob:"
        assert policy["webrtc"] == "'block'"
        assert policy["form-action"] == policy["base-uri"] == "'self'"
        assert "//" not in " ".join(value for name, value in policy.items() if name != "frame-ancestors")
        assert "*" not in " ".join(policy.values())


def test_no_package_uses_webrtc_in_a_browser_that_can_forbid_it(stack: Synthesized) -> None:
    """SCORM packages may open windows of other hosts. Nothing else of a package is connected with them."""
    for pattern in ("p/*", "player/*"):
        (behaviour,) = (each for each in behaviours(stack) if each.get("path_pattern") == pattern)
        custom = headers_of(stack, behaviour)["custom_headers_config"]["items"]
        sent = {each["header"]: each["value"] for each in custom}
        assert sent["Connection-Allowlist"] == "(response-origin);webrtc=block"
    (behaviour,) = (each for each in behaviours(stack) if each.get("path_pattern") == "p/*")
    assert code_at(stack, behaviour, "viewer-response").count(";webrtc=block") == 1


def test_a_package_never_leaves_its_frame(stack: Synthesized) -> None:
    """Neither with an origin of its own nor with that of the player."""
    (behaviour,) = (each for each in behaviours(stack) if each.get("path_pattern") == "p/*")
    sandbox = directives(stack, "p/*")["sandbox"].split()
    code = code_at(stack, behaviour, "viewer-response")
    assert f"; sandbox {' '.join(sandbox)} allow-popups allow-same-origin'" in code
    assert "allow-popups" not in sandbox, "a popup could take data to another host"
    for allowed in (sandbox, code):
        assert "allow-top-navigation" not in " ".join(allowed)
        assert "allow-popups-to-escape-sandbox" not in " ".join(allowed)


def test_a_switch_of_the_slot_changes_a_variable_only(synthesized_of: SynthesizedOf) -> None:
    (function,) = (
        each
        for each in synthesized_of("dev").resources("aws_lambda_function").values()
        if each["function_name"].startswith("education-content-")
    )
    variables = function["environment"]["variables"]
    assert variables["PACKAGE_KEY_SLOT"] == "a"
    assert reference(variables["PACKAGE_KEYS_ARN"]).startswith("aws_secretsmanager_secret.")


def player_files(stack: Synthesized) -> dict[str, Body]:
    """The objects of the player, by their key without the prefix."""
    return {
        body["key"].removeprefix("player/"): body
        for body in stack.resources("aws_s3_object").values()
        if body["key"].startswith("player/")
    }


def test_the_player_is_in_the_bucket_of_course_files(stack: Synthesized) -> None:
    files = player_files(stack)
    assert {"index.html", "h5p.html", "config.json"} <= files.keys()
    assert any(name.startswith("assets/") for name in files)
    for name, body in files.items():
        assert "content-delivery" in reference(body["bucket"]), name
        is_hashed = name.startswith("assets/")
        assert body["cache_control"].endswith("immutable" if is_hashed else "no-cache"), name
    assert files["index.html"]["content_type"].startswith("text/html")


def test_the_player_listens_to_the_portals_that_may_frame_it(stack: Synthesized) -> None:
    text = player_files(stack)["config.json"]["content"]
    origins = [line.strip(' ",') for line in text.splitlines() if "://" in line]
    assert origins
    assert directives(stack, "player/*")["frame-ancestors"] == f"'self' {' '.join(origins)}"


def test_h5p_never_runs_in_the_origin_of_the_player(stack: Synthesized) -> None:
    (behaviour,) = (each for each in behaviours(stack) if each.get("path_pattern") == "player/*")
    code = code_at(stack, behaviour, "viewer-response")
    assert "'/player/h5p.html'" in code
    assert "sandbox allow-scripts" in code
    assert "allow-same-origin" not in code
