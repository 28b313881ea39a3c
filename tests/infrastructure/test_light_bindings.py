"""`main.py` writes the same bytes whatever way the bindings are imported, and whenever and wherever it runs."""

import sys
from pathlib import Path

from education.bindings import PACKAGE
from education.settings.load import stack_arguments
from tests.infrastructure.background import Background
from tests.infrastructure.conftest import SynthesizedOf
from tests.infrastructure.synthesized import synthesize


def written(folder: Path) -> dict[str, bytes]:
    """What a synth has left behind, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_output_is_the_same_with_the_stock_import(tmp_path: Path, stock_synthesis: Background) -> None:
    """The two differ in process, hash seed, time zone and locale as well: none of them may show."""
    arguments = dict(stack_arguments({"ENVIRONMENT_SUFFIX": "prod"}))
    synthesize(str(arguments.pop("environment_suffix")), tmp_path, **arguments)
    light = written(tmp_path)
    assert stock_synthesis.finished() == "", "a synth that works says nothing"
    assert "stacks/TapStackprod/cdk.tf.json" in light
    assert written(stock_synthesis.folder) == light


def test_only_the_modules_in_use_are_imported(synthesized_of: SynthesizedOf) -> None:
    synthesized_of("prod")
    imported = {name.split(".")[1] for name in sys.modules if name.startswith(f"{PACKAGE}.")}
    assert len(imported) < 150, "some other way to the bindings imports all of them (10 s)"
    assert "quicksight_dashboard" not in imported
