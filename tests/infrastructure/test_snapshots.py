"""The synthesized stack of each environment against the stored one, which a reviewer has read.

After a wanted change: `python -m pytest tests/infrastructure/test_snapshots.py --snapshot-update`, then read the diff.
Hashes that change with every edit of a function are replaced by fixed words first, because a reviewer learns nothing
from them.
"""

import json
import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.infrastructure.conftest import ENVIRONMENTS, SynthesizedOf

_ASSET = re.compile(r"^(assets/[^/]+)/[0-9a-f]{64}/")
_ZIP = re.compile(r"^([a-z-]+)/[0-9a-f]{64}\.zip$")
_DIGEST = re.compile(r"^[0-9a-f]{64}$")
# A built file of the portal or of the player: its name has a hash of its content, and says nothing to a reviewer here.
_BUILT = re.compile(r"(_(?:file|source)-)[A-Za-z0-9-]*assets-[^./\s\"]*")
_BUILT_PAGE = re.compile(r"(<head><meta http-equiv=[^>]*>).*", re.DOTALL)


class JsonFile(SingleFileSnapshotExtension):
    """One readable file for each environment."""

    _write_mode = WriteMode.TEXT
    file_extension = "json"

    def serialize(self, data: Any, **kwargs: Any) -> str:
        return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_stack(environment: str, synthesized_of: SynthesizedOf, snapshot: SnapshotAssertion) -> None:
    document = stable(synthesized_of(environment).document)
    assert document == snapshot(extension_class=JsonFile)


def stable(value: Any) -> Any:
    """The document without construct paths, and with fixed words for what hashes over file contents."""
    if isinstance(value, dict):
        fixed = {_BUILT.sub(r"\1<built>", key): stable(item) for key, item in value.items() if key != "//"}
        if "source_code_hash" in fixed:
            fixed["source_code_hash"] = "<hash of the bundle>"
        if "assets/" in str(fixed.get("key")):
            return {**fixed, "key": "assets/<built>", "source": "<built>", "content_type": "<of its name>"}
        return fixed
    if isinstance(value, list):
        items = [stable(item) for item in value]
        built = [item for item in items if "<built>" in str(item)][:1]
        return [*(item for item in items if "<built>" not in str(item)), *built]
    if isinstance(value, str):
        if value.startswith(
            '{"'
        ):  # a policy or a dashboard: shown as its content, so that a diff can be read
            return {"JSON": stable(json.loads(value))}
        value = _ASSET.sub(r"\1/<digest of the bundle>/", _BUILT.sub(r"\1<built>", value))
        value = _ZIP.sub(r"\1/<digest of the bundle>.zip", value)
        return _DIGEST.sub("<digest>", _BUILT_PAGE.sub(r"\1 <the built page>", value))
    return value


def test_an_edit_of_a_function_does_not_touch_the_snapshot(synthesized_of: SynthesizedOf) -> None:
    document = json.loads(synthesized_of("dev").text)
    before = stable(document)
    for function in document["resource"]["aws_lambda_function"].values():
        function["source_code_hash"] = "A" * 43 + "="
    for stored in document["resource"]["aws_s3_object"].values():
        for name in ("key", "source") if stored["key"].endswith(".zip") else ():
            stored[name] = re.sub("[0-9a-f]{64}", "0" * 64, stored[name])
    assert stable(document) == before
