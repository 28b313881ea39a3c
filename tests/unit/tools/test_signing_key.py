"""The signing key tool against a real Secrets Manager, Parameter Store and CloudFront API (ministack)."""

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from education.errors import UserError
from education.settings.load import load_settings
from tools.__main__ import main
from tools.operate import signing_key, signing_key_store
from tools.operate.signing_key import open_store
from tools.operate.signing_key_store import KeyPairs, SigningKeyStore

Run = Callable[..., int]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def clients(emulator: str) -> Iterator[dict[str, Any]]:
    """One client for each service: making them takes longer than what the tests do with them."""
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    made: dict[str, Any] = {
        "secretsmanager": session.client("secretsmanager", endpoint_url=emulator),
        "ssm": session.client("ssm", endpoint_url=emulator),
        "cloudfront": session.client("cloudfront", endpoint_url=emulator),
    }
    yield made
    for client in made.values():
        client.close()


@pytest.fixture(scope="module")
def some_keys() -> list[str]:
    """A few real keys, used in turn: making a new one for every test would take seconds."""
    return [signing_key_store.new_key() for _ in range(4)]


@pytest.fixture
def environment() -> str:
    return f"t{uuid4().hex[:12]}"


@pytest.fixture
def run(
    environment: str, clients: dict[str, Any], some_keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Runs the command line for this test's own environment."""
    store = SigningKeyStore(
        environment,
        secrets=clients["secretsmanager"],
        parameters=clients["ssm"],
        cloudfront=clients["cloudfront"],
    )
    keys = itertools.cycle(some_keys)
    monkeypatch.setattr(signing_key_store, "new_key", lambda: next(keys))
    monkeypatch.setattr(signing_key, "open_store", lambda *_, **__: store)
    monkeypatch.setattr(signing_key, "current_account", lambda _: None)

    def run_command(command: str, *more: str) -> int:
        return main(["signing-key", command, "--environment", environment, *more])

    return run_command


@pytest.fixture
def secret(clients: dict[str, Any], environment: str) -> Callable[[], dict[str, Any]]:
    def read() -> dict[str, Any]:
        value = clients["secretsmanager"].get_secret_value(SecretId=f"education-signing-key-{environment}")
        document: dict[str, Any] = json.loads(value["SecretString"])
        return document

    return read


@pytest.fixture
def public_key(clients: dict[str, Any], environment: str) -> Callable[[str], str]:
    def read(slot: str) -> str:
        name = f"/education/{environment}/signing-key/{slot}"
        return str(clients["ssm"].get_parameter(Name=name)["Parameter"]["Value"])

    return read


@pytest.fixture
def deploy(clients: dict[str, Any], environment: str, public_key: Callable[[str], str]) -> Callable[[], None]:
    """Does what the stack does with the public keys."""

    def make() -> None:
        cloudfront = clients["cloudfront"]
        ids = [
            cloudfront.create_public_key(
                PublicKeyConfig={
                    "CallerReference": uuid4().hex,
                    "Name": f"education-signing-key-{slot}-{environment}-{uuid4().hex[:8]}",
                    "EncodedKey": public_key(slot),
                }
            )["PublicKey"]["Id"]
            for slot in ("a", "b")
        ]
        cloudfront.create_key_group(
            KeyGroupConfig={"Name": f"education-signing-keys-{environment}", "Items": ids}
        )

    return make


def public_half(private_pem: str) -> str:
    key = serialization.load_pem_private_key(private_pem.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == 2048  # CloudFront takes no other size
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, form).decode()


def test_create_makes_two_pairs_whose_public_halves_the_stack_can_read(
    run: Run, secret: Callable[[], dict[str, Any]], public_key: Callable[[str], str]
) -> None:
    assert run("create") == 0
    document = secret()
    assert document["active"] == "a"
    assert set(document["keys"]) == {"a", "b"}
    for slot in ("a", "b"):
        assert public_half(document["keys"][slot]["privateKey"]) == public_key(slot)
    assert public_key("a") != public_key("b")


def test_create_leaves_existing_keys_untouched(
    run: Run, secret: Callable[[], dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    run("create")
    before = secret()
    assert run("create") == 0
    assert secret() == before
    assert "left as they are" in capsys.readouterr().out


def test_create_completes_a_half_finished_create(
    run: Run, clients: dict[str, Any], environment: str, public_key: Callable[[str], str]
) -> None:
    run("create")
    before = public_key("b")
    clients["ssm"].delete_parameter(Name=f"/education/{environment}/signing-key/b")
    assert run("create") == 0
    assert public_key("b") == before


def test_no_command_prints_a_private_key(
    run: Run, deploy: Callable[[], None], capfd: pytest.CaptureFixture[str]
) -> None:
    run("create")
    deploy()
    for command in (["create"], ["show"], ["activate", "--slot", "b"], ["rotate"], ["delete"]):
        assert run(*command) == 0
    output = capfd.readouterr()
    assert "PRIVATE" not in output.out + output.err
    assert "BEGIN PUBLIC KEY" in output.out


def test_rotate_replaces_only_the_key_that_does_not_sign(
    run: Run, secret: Callable[[], dict[str, Any]], public_key: Callable[[str], str]
) -> None:
    run("create")
    before = secret()
    assert run("rotate") == 0
    after = secret()
    assert after["active"] == "a"
    assert after["keys"]["a"] == before["keys"]["a"]
    assert after["keys"]["b"] != before["keys"]["b"]
    assert public_half(after["keys"]["b"]["privateKey"]) == public_key("b")


def test_a_slot_signs_only_once_cloudfront_knows_its_key(
    run: Run,
    secret: Callable[[], dict[str, Any]],
    deploy: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    run("create")
    assert run("activate", "--slot", "b") == 1
    assert "deploy first" in capsys.readouterr().err
    assert secret()["active"] == "a"
    deploy()
    assert run("activate", "--slot", "b") == 0
    assert secret()["active"] == "b"


def test_a_rotated_key_must_be_deployed_before_it_signs(run: Run, deploy: Callable[[], None]) -> None:
    run("create")
    deploy()
    run("rotate")
    assert run("activate", "--slot", "b") == 1


def test_show_prints_both_public_keys_and_which_one_signs(
    run: Run, public_key: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    run("create")
    capsys.readouterr()
    assert run("show") == 0
    output = capsys.readouterr().out
    assert "slot a (active)" in output
    assert public_key("a") in output
    assert public_key("b").strip() in output


@pytest.mark.parametrize("command", [["show"], ["rotate"], ["activate", "--slot", "b"]])
def test_without_keys_the_sentence_says_how_to_make_them(
    run: Run, command: list[str], environment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*command) == 1
    message = capsys.readouterr().err
    assert message.startswith("error: There is no signing key")
    assert f"create --environment {environment}" in message
    assert message.count("\n") == 1


def test_delete_keeps_the_secret_restorable_and_create_restores_it(
    run: Run, secret: Callable[[], dict[str, Any]]
) -> None:
    run("create")
    before = secret()
    assert run("delete") == 0
    assert run("show") == 1
    assert run("create") == 0
    assert secret() == before


def test_delete_now_leaves_nothing(
    run: Run, clients: dict[str, Any], environment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run("create")
    assert run("delete", "--now") == 0
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        clients["secretsmanager"].describe_secret(SecretId=f"education-signing-key-{environment}")
    names = [f"/education/{environment}/signing-key/{slot}" for slot in ("a", "b")]
    assert clients["ssm"].get_parameters(Names=names)["Parameters"] == []
    assert run("delete", "--now") == 0
    assert "there were none" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [
        "no json: PRIVATE",
        '{"active": "a"}',
        '{"active": "a", "keys": {"a": {"privateKey": "PRIVATE"}, "b": {"privateKey": "PRIVATE"}}}',
        "[]",
    ],
)
def test_a_secret_of_another_shape_is_refused_without_quoting_it(content: str) -> None:
    with pytest.raises(UserError, match="has no valid key pairs") as problem:
        KeyPairs.parse(content)
    assert "PRIVATE" not in str(problem.value)


def test_no_credentials_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, emulator: str, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert main(["signing-key", "show", "--environment", "dev", "--endpoint-url", emulator]) == 1
    assert capsys.readouterr().err.startswith("error: no AWS credentials found; sign in")


@pytest.mark.parametrize("suffix", ["Dev", "1dev", "", "x" * 21])
def test_a_bad_environment_is_one_sentence(suffix: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["signing-key", "show", "--environment", suffix]) == 1
    assert "allowed: a lower-case letter" in capsys.readouterr().err


def test_a_bad_endpoint_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["signing-key", "show", "--environment", "dev", "--endpoint-url", "nonsense"]) == 1
    assert capsys.readouterr().err == "error: Invalid endpoint: nonsense\n"


def test_the_region_is_that_of_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    def region_of(**options: Any) -> str:
        return open_store("dev", **options).region

    assert region_of() == "us-east-1"
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert region_of() == "eu-central-1"
    assert region_of(region="eu-west-1") == "eu-west-1"


def test_the_region_may_come_from_the_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings("dev", aws_region="eu-central-1")
    monkeypatch.setattr(signing_key, "settings_from_variables", lambda *_: settings)
    assert open_store("dev").region == "eu-central-1"


def test_a_wrong_account_gets_no_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(_: object) -> None:
        raise UserError("the credentials belong to another account.")

    monkeypatch.setattr(signing_key, "current_account", wrong)
    assert main(["signing-key", "create", "--environment", "dev"]) == 1
    assert capsys.readouterr().err == "error: the credentials belong to another account.\n"


def test_the_local_platforms_key_is_made_in_no_real_account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(signing_key, "open_store", lambda *_, **__: pytest.fail("AWS was asked"))
    assert main(["signing-key", "create", "--environment", "local"]) == 1
    assert "not in a real account" in capsys.readouterr().err


def test_it_is_looked_for_where_the_aws_emulator_listens(
    emulator: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["signing-key", "show", "--environment", "local", "--endpoint-url", emulator]) == 1
    assert "There is no signing key education-signing-key-local" in capsys.readouterr().err
