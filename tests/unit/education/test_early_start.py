"""jsii is started early, and its work is done in one Node.js process instead of two.

That the output is the same byte for byte is shown in `tests/infrastructure/test_light_bindings.py`.
"""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from education import early_start
from education.bindings import preload_option

ROOT = Path(early_start.__file__).resolve().parents[1]
PASSES_ON = "console.log('passes on')"
WORKS = """
const fs = require("node:fs");
const read = Buffer.alloc(100);
const length = fs.readSync(3, read);
fs.writeSync(3, `answer to ${read.toString("utf8", 0, length)}`);
console.log("printed");
console.error("complained");
fs.writeSync(2, JSON.stringify({ links: process.execArgv }) + "\\n");
"""
# As in main.py.
MEANWHILE = """
import sys
from education.functions.bundling import bundles
from education.openapi.description import load_api_description
from education.settings.load import settings_from_variables, stack_arguments
bundles()
print(sorted({"jsii", "constructs", "cdktf"} & set(sys.modules)))
"""


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """Files as jsii has them: the main file, and the one that the second process would run."""
    for name, content in (("bin/jsii-runtime.js", PASSES_ON), ("lib/program.js", WORKS)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(content)
    return tmp_path


def run(runtime: Path, script: str = "bin/jsii-runtime.js") -> subprocess.CompletedProcess[str]:
    options = preload_option(Path(early_start.__file__).with_name("node") / "one_process.cjs")
    return subprocess.run(
        ["node", runtime / script],
        env={**os.environ, "NODE_OPTIONS": options},
        input="a request",
        capture_output=True,
        text=True,
        check=True,
    )


def test_the_first_process_does_the_work(runtime: Path) -> None:
    done = run(runtime)
    assert done.stdout == "answer to a request"
    said: dict[str, object] = {}
    for line in done.stderr.splitlines():
        said |= json.loads(line)
    assert base64.b64decode(str(said["stdout"])) == b"printed\n"
    assert base64.b64decode(str(said["stderr"])) == b"complained\n"
    assert said["links"] == ["--preserve-symlinks"]


def test_files_of_another_shape_are_run_as_they_are(runtime: Path) -> None:
    (runtime / "lib" / "program.js").unlink()
    assert run(runtime).stdout == "passes on\n"


def test_other_programs_are_left_alone(runtime: Path) -> None:
    (runtime / "other.js").write_text(PASSES_ON)
    assert run(runtime, "other.js").stdout == "passes on\n"


def run_python(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    started = "import os, education, sys\nfrom education import early_start\nwith early_start.starting():\n    pass\n"
    return subprocess.run(
        [sys.executable, "-c", started + code],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )


def python(code: str, **variables: str) -> str:
    return run_python(code, **variables).stdout


def test_everything_is_loaded_and_later_programs_get_no_more_options() -> None:
    said = python(
        "wanted = {'constructs', 'cdktf', 'cdktf_cdktf_provider_aws._jsii'}\n"
        "print(sorted(wanted - set(sys.modules)))\n"
        "print(os.environ['NODE_OPTIONS'].count('--'), 'preserve' in os.environ['NODE_OPTIONS'])",
        NODE_OPTIONS="--no-warnings",
    )
    assert said == "[]\n2 False\n"


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux lists the children of a process")
def test_there_is_one_node_process() -> None:
    said = python(
        "from jsii._runtime import kernel\n"
        "node = kernel.provider._process._process.pid\n"
        "print(repr(open(f'/proc/{node}/task/{node}/children').read()))"
    )
    assert said == "''\n"


def test_what_runs_meanwhile_imports_no_jsii() -> None:
    """Two imports at once of what imports one another fail now and then."""
    said = subprocess.run(
        [sys.executable, "-c", MEANWHILE], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert said == "[]\n"


def test_a_failure_is_told_only_where_the_packages_are_imported() -> None:
    done = run_python(
        "try:\n    import cdktf\nexcept Exception as problem:\n    print('refused')",
        JSII_NODE="/no/such/node",
    )
    assert done.stdout == "refused\n"
    assert "Exception in thread" not in done.stderr  # jsii itself complains once of its half-made process
