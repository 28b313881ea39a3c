"""Values that Terraform or AWS would refuse in the middle of a deploy are refused in the file, in one sentence."""

from pathlib import Path

import pytest

from education.errors import UserError
from education.settings.load import ENVIRONMENTS_FOLDER, load_settings, stack_arguments
from education.settings.model import EnvironmentSettings

DEV = (ENVIRONMENTS_FOLDER / "dev.toml").read_text()
BUCKET, ORIGIN = "education-terraform-state-dev", "http://localhost:3000"
TAGS = "protect_data = false"


def dev_with(folder: Path, old: str, new: str) -> EnvironmentSettings:
    """The settings of dev.toml after an edit."""
    assert DEV.count(old) == 1, f"environments/dev.toml has no {old!r}: correct the test"
    (folder / "dev.toml").write_text(DEV.replace(old, new))
    return load_settings("dev", folder=folder)


def refusal(folder: Path, old: str, new: str) -> str:
    """The one sentence that answers an edit of dev.toml."""
    with pytest.raises(UserError) as caught:
        dev_with(folder, old, new)
    said = str(caught.value)
    assert said.endswith(".")
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    "name",
    [
        "a..b",
        "192.168.0.1",
        "300.1.1.1",
        "ab",
        "a" * 64,
        "-ab",
        "ab-",
        "A-bucket",
        "xn--a",
        "a-s3alias",
        "a--x-s3",
    ],
)
def test_a_bucket_that_s3_would_not_make(tmp_path: Path, name: str) -> None:
    said = refusal(tmp_path, BUCKET, name)
    assert f"state.bucket is {name!r}; allowed: the name of an S3 bucket: 3 to 63 lower-case letters" in said
    assert "no IP address" in said


@pytest.mark.parametrize("name", ["abc", "a.b-c", "a" * 63, "1.2.3", "192.168.0.1.x"])
def test_a_bucket_that_s3_makes(tmp_path: Path, name: str) -> None:
    assert dev_with(tmp_path, BUCKET, name).state.bucket == name


@pytest.mark.parametrize(
    ("tags", "sentence"),
    [
        ('"aws:team" = "a"', "default_tags: a tag is called 'aws:team'; allowed: up to 128 letters"),
        ('"AWS:team" = "a"', "a tag is called 'AWS:team'"),
        ('"" = "a"', "a tag is called ''"),
        (f'{"a" * 129} = "a"', "allowed: up to 128 letters"),
        ('"${x}" = "a"', "a tag is called '${x}'"),
        ('Team = "${data.x.y}"', "default_tags: Team is '${data.x.y}'; allowed: up to 256 letters"),
        (f'Team = "{"a" * 257}"', "allowed: up to 256 letters, digits, spaces and _.:/=+@-."),
    ],
)
def test_a_tag_that_aws_or_terraform_would_refuse(tmp_path: Path, tags: str, sentence: str) -> None:
    assert sentence in refusal(tmp_path, TAGS, f"{TAGS}\ndefault_tags = {{ {tags} }}")


def test_a_tag_in_any_language(tmp_path: Path) -> None:
    settings = dev_with(
        tmp_path, TAGS, f'{TAGS}\ndefault_tags = {{ "Cost centre" = "Münster/4 +1:a=b@c_d-e." }}'
    )
    assert settings.default_tags["Cost centre"] == "Münster/4 +1:a=b@c_d-e."


def test_the_value_of_a_variable_is_made_to_fit_a_tag() -> None:
    """A commit's author must not end a deploy, so there it is rewritten."""
    settings = load_settings(**stack_arguments({"REPOSITORY": "${x}", "COMMIT_AUTHOR": "a" * 300}))
    assert settings.default_tags["Repository"] == "__x_"
    assert len(settings.default_tags["CommitAuthor"]) == 256


@pytest.mark.parametrize("port", ["99999", "65536", "0", "080"])
def test_an_origin_with_a_wrong_port(tmp_path: Path, port: str) -> None:
    said = refusal(tmp_path, ORIGIN, f"https://portal.example.org:{port}")
    assert "content.portal_origins.0 is" in said
    assert "with a port from 1 to 65535 or none" in said


@pytest.mark.parametrize("port", ["", ":1", ":65535"])
def test_an_origin_with_a_right_port(tmp_path: Path, port: str) -> None:
    origin = f"https://portal.example.org{port}"
    assert dev_with(tmp_path, ORIGIN, origin).content.portal_origins == (origin,)


@pytest.mark.parametrize("second", ["a@example.org", "A@Example.org"])
def test_an_address_that_is_there_twice(tmp_path: Path, second: str) -> None:
    said = refusal(tmp_path, "alert_emails = []", f'alert_emails = ["a@example.org", "{second}"]')
    assert said.endswith(f"allowed: each address only once, but {second} is there twice.")


def test_an_address_that_terraform_reads_as_a_reference(tmp_path: Path) -> None:
    said = refusal(tmp_path, "alert_emails = []", 'alert_emails = ["${x}@example.org"]')
    assert "alert_emails.0 is '${x}@example.org'; allowed: an e-mail address." in said


WAF = "waf = false               # the firewall in front of the API"
PORTAL_WAF = "waf = false   # a firewall in front of the portal"


@pytest.mark.parametrize(
    "range_",
    [
        "198.51.100.7",
        "198.51.100.7/24",
        "198.51.100.0/33",
        "0.0.0.0/0",
        "::/0",
        "2001:db8::1/32",
        "school",
        "",
    ],
)
def test_a_range_of_addresses_that_the_firewall_would_not_take(tmp_path: Path, range_: str) -> None:
    said = refusal(tmp_path, WAF, f'allowed_addresses = ["{range_}"]\n{WAF}')
    assert (
        f"api.allowed_addresses.0 is {range_!r}; allowed: a range of IP addresses as its first address"
        in said
    )
    assert "198.51.100.0/24" in said


def test_ranges_of_addresses_that_the_firewall_takes(tmp_path: Path) -> None:
    ranges = ("198.51.100.0/24", "203.0.113.7/32", "2001:db8::/32")
    given = f"allowed_addresses = {list(ranges)}\nwaf = true # the firewall in front of the API"
    assert dev_with(tmp_path, WAF, given).api.allowed_addresses == ranges
    twice = given.replace("203.0.113.7/32", "2001:0db8::/32")
    said = refusal(tmp_path, WAF, twice)
    assert "each range only once, but 2001:0db8::/32 and 2001:db8::/32 are the same" in said


def test_what_a_firewall_is_told_needs_a_firewall(tmp_path: Path) -> None:
    said = refusal(tmp_path, WAF, f'allowed_addresses = ["198.51.100.0/24"]\n{WAF}')
    problem = (
        "api.allowed_addresses is not empty but api.waf, identity.waf and portal.waf are false; allowed: "
    )
    assert f"{problem}one of them true, or no addresses" in said
    allowed = 'allowed_addresses = ["198.51.100.0/24"]\n'
    given = DEV.replace(WAF, allowed + WAF).replace(
        PORTAL_WAF, "waf = true # a firewall in front of the portal"
    )
    (tmp_path / "dev.toml").write_text(given)
    assert load_settings("dev", folder=tmp_path).api.allowed_addresses == ("198.51.100.0/24",)
    said = refusal(tmp_path, WAF, f'waf_text_rules = "BLOCK"\n{WAF}')
    assert 'api.waf_text_rules is BLOCK but api.waf is false; allowed: api.waf = true, or "COUNT".' in said
    assert "allowed: 'COUNT' or 'BLOCK'" in refusal(tmp_path, WAF, f'waf_text_rules = "count"\n{WAF}')


@pytest.mark.parametrize("mode", ["AUDIT", "ENFORCED"])
def test_threat_protection_needs_the_plan_that_has_it(tmp_path: Path, mode: str) -> None:
    off = 'advanced_security = "OFF"'
    said = refusal(tmp_path, off, f'advanced_security = "{mode}"')
    assert f"advanced_security is {mode} but plan is ESSENTIALS; allowed: advanced_security = " in said
    assert said.endswith('or plan = "PLUS".')


def test_the_dear_plan_needs_a_use(tmp_path: Path) -> None:
    said = refusal(tmp_path, 'plan = "ESSENTIALS"', 'plan = "PLUS"')
    assert 'plan is PLUS but advanced_security is OFF; allowed: advanced_security = "AUDIT"' in said


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        ('{ active = "c", a = 1, b = 1 }', "content.signing_keys.active is 'c'"),
        ('{ active = "a", a = 0, b = 1 }', "content.signing_keys.a is 0"),
        ('{ active = "a", a = 1, b = "2" }', "content.signing_keys.b is '2'"),
        ('{ active = "a", a = 1, b = 1, c = 1 }', "content.signing_keys.c"),
    ],
)
def test_keys_of_links_that_do_not_exist(tmp_path: Path, keys: str, named: str) -> None:
    assert named in refusal(
        tmp_path, 'signing_keys = { active = "a", a = 1, b = 1 }', f"signing_keys = {keys}"
    )
