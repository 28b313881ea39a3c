"""What the infrastructure tests read: one environment's stack as synthesized, with typed access.

A test asks for resources by Terraform type and never digs through the document itself. Terraform's own words are kept:
a resource is known by its address (`aws_s3_bucket.education_…`), and one names another by a reference `${address.…}`.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest import mock

from education.iam import Grant
from education.settings.load import load_settings
from education.settings.model import EnvironmentSettings

ROOT = Path(__file__).resolve().parent.parent.parent
Body = Mapping[str, Any]

_REFERENCE = re.compile(r"\$\{(?:[a-z]+\()?((?:data\.)?[a-z0-9_]+\.[A-Za-z0-9_-]+)\.")


@dataclass(frozen=True)
class Synthesized:
    """One synthesized environment."""

    environment: str
    folder: Path
    document: Body
    settings: EnvironmentSettings
    grants: Sequence[Grant] = field(repr=False)
    """Every `Grant` that was made into a statement."""

    @cached_property
    def text(self) -> str:
        """The document as one line of JSON, for searching."""
        return json.dumps(self.document, sort_keys=True)

    def resources(self, type: str) -> dict[str, Body]:
        """The resources of a type, by their names in the document."""
        return dict(self.document["resource"].get(type, {}))

    def one(self, type: str) -> Body:
        """The only resource of a type."""
        (body,) = self.resources(type).values()
        return body

    def all_resources(self) -> Iterator[tuple[str, Body]]:
        """Each resource with its address."""
        for type, named in self.document["resource"].items():
            for name, body in named.items():
                yield f"{type}.{name}", body

    def data(self, type: str) -> dict[str, Body]:
        """The data sources of a type."""
        return dict(self.document["data"].get(type, {}))

    def needs_of(self, address: str) -> set[str]:
        """The addresses of the resources that must be there before this one, near and far."""
        bodies, needed, waiting = dict(self.all_resources()), set[str](), [address]
        while waiting:
            body = bodies[waiting.pop()]
            named = {*body.get("depends_on", ()), *_REFERENCE.findall(json.dumps(body))} & set(bodies)
            waiting += named - needed
            needed |= named
        return needed

    def zip_of(self, function: Body) -> Path:
        """The zip of a function's code, which Terraform uploads from the stack's folder."""
        stored = reference(function["s3_key"])
        return self.folder / str(dict(self.all_resources())[stored]["source"])

    @property
    def backend(self) -> Body:
        """The settings of the S3 backend."""
        (kind, body), *others = self.document["terraform"]["backend"].items()
        assert (kind, others) == ("s3", []), "the state belongs into one S3 backend: see TapStack._backend"
        return dict(body)

    @property
    def providers(self) -> list[Body]:
        """The configurations of the AWS provider; the first is the stack's own."""
        return list(self.document["provider"]["aws"])

    @property
    def outputs(self) -> dict[str, Any]:
        """The values of the outputs."""
        return {name: output["value"] for name, output in self.document["output"].items()}

    @property
    def portal_origins(self) -> list[str]:
        """Where pages are that may use course files: the settings' portals, and the stack's own."""
        development = self.settings.portal.development_origin
        own = [self.outputs["portal_url"], *([development] if development else [])]
        return [*self.settings.content.portal_origins, *own]


def reference(value: object) -> str:
    """The address that a value refers to; empty where it is no reference."""
    match = _REFERENCE.search(str(value))
    return match.group(1) if match else ""


def values_of(body: object, key: str) -> Iterator[Any]:
    """Every value under `key`, at any depth, also in JSON inside strings."""
    if isinstance(body, Mapping):
        for name, value in body.items():
            if name == key:
                yield value
            yield from values_of(value, key)
    elif isinstance(body, list):
        for item in body:
            yield from values_of(item, key)
    elif isinstance(body, str) and body[:2] in ('{"', "[{"):
        yield from values_of(json.loads(body), key)


def listed(value: object) -> list[Any]:
    """A value that IAM and Terraform take alone or as a list, as a list."""
    return value if isinstance(value, list) else [value]


def statements(policy: str) -> list[Body]:
    """The statements of an IAM policy document."""
    return listed(json.loads(policy)["Statement"])


def synthesize(environment: str, folder: Path, **arguments: Any) -> Synthesized:
    """Synthesizes the stack of an environment into `folder`; `arguments` go to `TapStack`."""
    from cdktf import App

    from education.tap_stack import TapStack

    grants: list[Grant] = []
    folder.mkdir(parents=True, exist_ok=True)
    with mock.patch.object(Grant, "statement", _remembering(Grant.statement, grants)):
        app = App(outdir=str(folder))
        stack = f"TapStack{environment}"
        TapStack(app, stack, environment_suffix=environment, **arguments)
        app.synth()
    output = folder / "stacks" / stack
    return Synthesized(
        environment=environment,
        folder=output,
        document=json.loads((output / "cdk.tf.json").read_text()),
        settings=load_settings(environment, **arguments),
        grants=tuple(grants),
    )


def _remembering(make: Callable[[Grant], Any], grants: list[Grant]) -> Callable[[Grant], Any]:
    def statement(grant: Grant) -> Any:
        grants.append(grant)
        return make(grant)

    return statement
