"""A light import of the AWS bindings.

`cdktf_cdktf_provider_aws` imports all of its some 2,300 modules as soon as one is imported (terraform-cdk #3753), once
in Python and once in the Node.js process behind it. A stand-in package with the real search path and an empty body, and
the package's own lazy index, load only the modules in use; what is synthesized stays byte for byte the same, which a
test checks. Set EDUCATION_STOCK_BINDINGS=1 to import the package as it comes.
"""

import importlib.machinery
import importlib.util
import os
import sys
import types
from pathlib import Path

PACKAGE = "cdktf_cdktf_provider_aws"
_PRELOAD = Path(__file__).with_name("lazy_bindings.cjs")


def install() -> bool:
    """Puts the stand-in in place before the first import; True if the light import is in use.

    Where the package does not have the shape that the stand-in relies on, says so on stderr and leaves the
    stock import to do its work.
    """
    # jsii greets a Node.js release past its end of life, which still works, with a banner of eleven lines.
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
    if PACKAGE in sys.modules:
        return isinstance(sys.modules[PACKAGE], _LightPackage)
    if os.environ.get("EDUCATION_STOCK_BINDINGS") == "1":
        return False
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations or not _has_known_shape(spec):
        print(
            f"note: {PACKAGE} has an unknown shape, so all of it is imported (slow); see education/bindings.py",
            file=sys.stderr,
        )
        return False
    sys.modules[PACKAGE] = _LightPackage(spec)
    _preload_in_node()
    return True


def _preload_in_node() -> None:
    """Has the Node.js process that jsii will start load the bindings lazily as well."""
    path = str(_PRELOAD).replace("\\", r"\\").replace('"', r"\"")
    option, options = f'--require "{path}"', os.environ.get("NODE_OPTIONS", "")
    if option not in options:
        os.environ["NODE_OPTIONS"] = f"{options} {option}".strip()


class _LightPackage(types.ModuleType):
    def __init__(self, spec: importlib.machinery.ModuleSpec) -> None:
        super().__init__(PACKAGE, "Light stand-in; see education/bindings.py")
        self.__spec__ = spec
        self.__path__ = list(spec.submodule_search_locations or [])


def _has_known_shape(spec: importlib.machinery.ModuleSpec) -> bool:
    """Whether the package loads its assembly in `_jsii`, on which each module depends by itself."""
    return all(
        any(
            (Path(folder) / module / "__init__.py").is_file()
            for folder in spec.submodule_search_locations or []
        )
        for module in ("_jsii", "provider", "s3_bucket")
    )
