"""Reads the settings of an environment from its file in `environments/`, and lets variables override them.

An environment without a file of its own (`pr-123`) has the settings of `dev`. `model.py` says which settings there are.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from pydantic import ValidationError

from education.errors import UserError
from education.settings.messages import user_message
from education.settings.model import EnvironmentSettings
from education.settings.types import SUFFIX_PATTERN, SUFFIX_WORDS, tag_value

ENVIRONMENTS_FOLDER = Path(__file__).resolve().parents[2] / "environments"
FALLBACK_ENVIRONMENT = "dev"
LOCAL_ENVIRONMENT = "local"


def load_settings(
    environment_suffix: str = FALLBACK_ENVIRONMENT,
    *,
    aws_region: str | None = None,
    state_bucket: str | None = None,
    state_bucket_region: str | None = None,
    default_tags: Mapping[str, str] | None = None,
    local_port: int | None = None,
    local_settings: Path | None = None,
    folder: Path = ENVIRONMENTS_FOLDER,
) -> EnvironmentSettings:
    """The settings of one environment. Arguments other than None override its file.

    `local_settings` is a file of the same form; what it says counts instead, for an environment on the AWS emulator.
    Raises `UserError` with one sentence that names the setting, its value and what is allowed.
    """
    if not re.fullmatch(SUFFIX_PATTERN, environment_suffix):
        raise UserError(f"ENVIRONMENT_SUFFIX is {environment_suffix!r}; allowed: {SUFFIX_WORDS}.")
    file = folder / f"{environment_suffix}.toml"
    if not file.exists():
        file = folder / f"{FALLBACK_ENVIRONMENT}.toml"
    values = _read(file)
    if file.stem != environment_suffix:
        _leave_to_its_owner(values)
    if local_settings is not None and values.get("local_endpoint") is not None:
        _overlay(values, _read(local_settings, "correct EDUCATION_LOCAL_SETTINGS, or unset it"))
    values.setdefault("default_tags", {})
    values["environment_suffix"] = environment_suffix
    values["aws_region"] = aws_region or values.get("aws_region", "us-east-1")
    if isinstance(values["default_tags"], dict):
        values["default_tags"] = {
            "Project": "education",
            "Environment": environment_suffix,
            **values["default_tags"],
            **(default_tags or {}),
        }
    state = values.get("state")
    if isinstance(state, dict):
        state.update(
            {k: v for k, v in (("bucket", state_bucket), ("bucket_region", state_bucket_region)) if v}
        )
    if local_port is not None and values.get("local_endpoint") is not None:
        values["local_endpoint"] = f"http://127.0.0.1:{local_port}"
    where = f"{file.parent.name}/{file.name}"
    variables: dict[tuple[str, ...], str] = {
        path: variable
        for path, variable, given in (
            (("aws_region",), "AWS_REGION", aws_region),
            (("state", "bucket"), "TERRAFORM_STATE_BUCKET", state_bucket),
            (("state", "bucket_region"), "TERRAFORM_STATE_BUCKET_REGION", state_bucket_region),
        )
        if given
    }
    try:
        return EnvironmentSettings.model_validate(_tuples(values))
    except ValidationError as problem:
        raise UserError(
            user_message(problem, model=EnvironmentSettings, file=where, variables=variables)
        ) from None


def settings_from_variables(
    variables: Mapping[str, str], environment_suffix: str | None = None
) -> EnvironmentSettings:
    """The settings that the variables of a process ask for, of the environment `environment_suffix` if it is given.

    Raises `UserError` with one sentence, as `load_settings` does.
    """
    if environment_suffix is not None:
        variables = {**variables, "ENVIRONMENT_SUFFIX": environment_suffix}
    return load_settings(**stack_arguments(variables))


class StackArguments(TypedDict):
    """The keyword arguments of `TapStack`; also those of `load_settings`."""

    environment_suffix: str
    aws_region: str | None
    state_bucket: str | None
    state_bucket_region: str | None
    default_tags: dict[str, str]
    local_port: int
    local_settings: Path | None


def stack_arguments(variables: Mapping[str, str]) -> StackArguments:
    """What the variables of the process ask for (README, "Settings"); unset and empty ones have their defaults."""

    def get(name: str) -> str | None:
        return variables.get(name) or None

    return StackArguments(
        environment_suffix=get("ENVIRONMENT_SUFFIX") or FALLBACK_ENVIRONMENT,
        aws_region=get("AWS_REGION"),
        state_bucket=get("TERRAFORM_STATE_BUCKET"),
        state_bucket_region=get("TERRAFORM_STATE_BUCKET_REGION"),
        default_tags={
            "Repository": tag_value(get("REPOSITORY") or "unknown"),
            "CommitAuthor": tag_value(get("COMMIT_AUTHOR") or "unknown"),
        },
        local_port=local_port(variables),
        local_settings=local_settings(variables),
    )


def local_port(variables: Mapping[str, str]) -> int:
    """The port of the AWS emulator: `EDUCATION_LOCAL_PORT`, or 4566."""
    text = variables.get("EDUCATION_LOCAL_PORT") or "4566"
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise UserError(f"EDUCATION_LOCAL_PORT is {text!r}; allowed: a port number from 1 to 65535.")
    return int(text)


def local_settings(variables: Mapping[str, str]) -> Path | None:
    """The file of EDUCATION_LOCAL_SETTINGS, whose settings count instead of those of `environments/local.toml`."""
    named = variables.get("EDUCATION_LOCAL_SETTINGS")
    return Path(named).expanduser().resolve() if named else None


def _leave_to_its_owner(values: dict[str, Any]) -> None:
    """Take out of the settings of `dev` what only one environment can have: this is another one."""
    for section, name, value in (
        ("api", "account_log_role", False),
        ("content", "former_signing_keys", False),  # a new environment has no former keys
    ):
        if isinstance(values.get(section), dict):
            values[section][name] = value
    for section, names in (
        ("content", ("domain_aliases", "certificate_arn")),
        ("portal", ("domain_aliases", "certificate_arn")),
        ("identity", ("sign_in_domain", "sign_in_certificate_arn", "use_sign_in_domain")),
    ):
        if isinstance(values.get(section), dict):
            for name in names:
                values[section].pop(name, None)


def _overlay(values: dict[str, Any], others: Mapping[str, Any]) -> None:
    for name, value in others.items():
        if isinstance(value, dict) and isinstance(values.get(name), dict):
            _overlay(values[name], value)
        else:
            values[name] = value


def _read(file: Path, advice: str = "restore it from the repository") -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{file.parent.name}/{file.name} is missing: {advice}.") from None
    except OSError as problem:
        raise UserError(
            f"{file.parent.name}/{file.name} cannot be read ({problem.strerror}): {advice}."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UserError(f"{file.parent.name}/{file.name} is not valid TOML: {problem}.") from None


def _tuples(value: Any) -> Any:
    """Lists as tuples, which a frozen, strict model demands."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
