"""A light import of the AWS bindings: only the modules in use are loaded.

`cdktf_cdktf_provider_aws` imports all of its some 2,300 modules as soon as one is imported (terraform-cdk #3753), once
in Python and once in the Node.js process behind it. A stand-in for the package, with the real search path and an empty
body, prevents that in Python; the package's own lazy index prevents it in Node.js. The synthesized output is the same
byte for byte, which a test checks. Set EDUCATION_STOCK_BINDINGS=1 to import the package itself.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
import types
from collections.abc import MutableMapping
from pathlib import Path

from education.installers import takes_files

PACKAGE = "cdktf_cdktf_provider_aws"
_CACHE = "JSII_RUNTIME_PACKAGE_CACHE_ROOT"
_OWN_CACHE = Path(__file__).resolve().parents[1] / "build" / "jsii"
_PRELOAD = Path(__file__).with_name("node") / "lazy_index.cjs"


def install() -> bool:
    """Install the stand-in before the first import. Returns whether the light import is in use.

    If the package does not have the shape that the stand-in relies on, a note on stderr says so and the package itself
    is imported.
    """
    # For a Node.js release past its end of life, which still works, jsii prints a banner of eleven lines.
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
    os.environ.setdefault(
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "1"
    )  # a release that is newer than jsii
    _cache_where_home_has_none(os.environ)
    if PACKAGE in sys.modules:
        return isinstance(sys.modules[PACKAGE], _LightPackage)
    if os.environ.get("EDUCATION_STOCK_BINDINGS") == "1":
        return False
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None:  # nothing is installed yet
        return False
    if not spec.submodule_search_locations or not _has_known_shape(spec):
        print(
            f"note: {PACKAGE} has an unknown shape, so all of it is imported (slow); see education/bindings.py",
            file=sys.stderr,
        )
        return False
    sys.modules[PACKAGE] = _LightPackage(spec)
    _preload_in_node()
    return True


def _cache_where_home_has_none(variables: MutableMapping[str, str]) -> None:
    """Give jsii a cache in this checkout where it could not write below HOME: it would wait forever, or fail.

    jsii unpacks the bindings into ~/.cache/aws/jsii (~/Library/Caches/com.amazonaws.jsii on macOS), and into the
    folder for temporary files where HOME is not set.
    """
    if variables.get(_CACHE) or not variables.get("HOME"):
        return
    place = "Library/Caches/com.amazonaws.jsii" if sys.platform == "darwin" else ".cache/aws/jsii"
    folder = Path(variables["HOME"], place, "package-cache")
    if not takes_files(folder):
        variables[_CACHE] = str(_OWN_CACHE)


def preload_option(script: Path) -> str:
    """The option that makes a Node.js process run a script first, as NODE_OPTIONS has it."""
    path = str(script).replace("\\", r"\\").replace('"', r"\"")
    return f'--require "{path}"'


def _preload_in_node() -> None:
    """Make the Node.js process that jsii will start load the bindings lazily as well."""
    option, options = preload_option(_PRELOAD), os.environ.get("NODE_OPTIONS", "")
    if option not in options:
        os.environ["NODE_OPTIONS"] = f"{options} {option}".strip()


class _LightPackage(types.ModuleType):
    def __init__(self, spec: importlib.machinery.ModuleSpec) -> None:
        super().__init__(PACKAGE, "Light stand-in; see education/bindings.py")
        self.__spec__ = spec
        self.__path__ = list(spec.submodule_search_locations or [])


def _has_known_shape(spec: importlib.machinery.ModuleSpec) -> bool:
    """Whether the package loads its assembly in `_jsii`, and each module imports that itself."""
    return all(
        any(
            (Path(folder) / module / "__init__.py").is_file()
            for folder in spec.submodule_search_locations or []
        )
        for module in ("_jsii", "provider", "s3_bucket")
    )
