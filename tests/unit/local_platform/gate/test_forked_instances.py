"""Instances of functions at the emulator: forked with botocore loaded, and otherwise as if each were started anew."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local_platform.gate.instances.forked_instances import Compiled, Instance, Starter

# Says what it sees, and then answers each line with the number of its lines so far.
PROGRAM = """
import json, os, sys
import botocore.session
seen = {"name": __name__, "environment": dict(os.environ), "folder": os.getcwd(), "path": sys.path[0],
        "again": hasattr(botocore, "mark"), "pid": os.getpid()}
botocore.mark = True
print(json.dumps(seen), flush=True)
print("to the log", file=sys.stderr, flush=True)
lines = 0
for line in sys.stdin:
    lines += 1
    print(lines, flush=True)
"""
ENDING_SECONDS = 20


@pytest.fixture(scope="module")
def starter() -> Iterator[Starter]:
    """One starter for all tests, as for all functions."""
    started = Starter()
    yield started
    started.stop()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The file of the program that instances run."""
    (tmp_path / "code").mkdir()
    file = tmp_path / "_worker.py"
    file.write_text(PROGRAM)
    return file


@contextmanager
def instance(starter: Starter, program: Path, **environment: str) -> Iterator[Instance]:
    """A running instance, which is ended afterwards."""
    started = starter.start(str(program), str(program.parent / "code"), environment)
    try:
        yield started
    finally:
        started.kill()
        started.wait(ENDING_SECONDS)
        for pipe in (started.stdin, started.stdout, started.stderr):
            pipe.close()


def said(started: Instance) -> str:
    """The next line of an instance."""
    return started.stdout.readline()


def test_an_instance_has_its_own_environment_folder_and_state(starter: Starter, program: Path) -> None:
    """Nothing of the starter's environment, and nothing that another instance has changed."""
    seen = []
    for number in ("1", "2"):
        with instance(starter, program, NUMBER=number) as started:
            seen.append(json.loads(said(started)))
            assert started.stderr.readline() == "to the log\n"
            assert seen[-1]["pid"] == started.pid
    assert [each["environment"] for each in seen] == [{"NUMBER": "1"}, {"NUMBER": "2"}]
    assert [each["name"] for each in seen] == ["__main__", "__main__"]
    assert {each["folder"] for each in seen} == {str(program.parent / "code")}
    assert {each["path"] for each in seen} == {str(program.parent)}
    assert [each["again"] for each in seen] == [False, False]


def test_instances_run_beside_each_other(starter: Starter, program: Path) -> None:
    """Each has its own pipes."""
    with instance(starter, program) as one, instance(starter, program) as other:
        said(one), said(other)
        one.stdin.write("a\nb\n")
        other.stdin.write("a\n")
        assert (said(one), said(one), said(other)) == ("1\n", "2\n", "1\n")


@pytest.mark.parametrize("end", ["terminate", "kill", "input"])
def test_the_end_of_an_instance_is_noticed(starter: Starter, program: Path, end: str) -> None:
    """Whether it was asked to end, was killed, or has read its last line. No zombie stays. Another one goes on."""
    with instance(starter, program) as other, instance(starter, program) as started:
        said(started), said(other)
        assert started.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            started.wait(0)
        started.stdin.close() if end == "input" else getattr(started, end)()
        started.wait(ENDING_SECONDS)
        assert started.poll() is not None
        assert other.poll() is None
        until(lambda: not Path(f"/proc/{started.pid}").exists())


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + ENDING_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_after_its_end_a_starter_is_started_anew(program: Path) -> None:
    """Somebody may have killed it."""
    starter = Starter()
    with instance(starter, program) as one:
        said(one)
    starter.stop()
    with instance(starter, program) as other:
        assert said(other)
    starter.stop()


def test_modules_are_compiled_once_for_all_instances(tmp_path: Path) -> None:
    """By their content. A module with a mistake stays as it is, so that its instance says what is wrong."""
    compiled = Compiled(tmp_path / "kept")
    for name in ("one", "other"):
        (tmp_path / name / "part").mkdir(parents=True)
        (tmp_path / name / "part" / "module.py").write_text("value = __file__\n")
        (tmp_path / name / "wrong.py").write_text("value =\n")
        compiled.put_beside(str(tmp_path / name))
    kept = {file.name for file in (tmp_path / "kept").iterdir()}
    assert len(kept) == 2
    for name in ("one", "other"):
        code = "import part.module as m; print(m.__cached__, m.value, sep='\\n')"
        found = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path / name,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        cached, value = found.stdout.splitlines()
        assert Path(cached).stat().st_size
        assert value == str(tmp_path / name / "part" / "module.py")
        wrong = subprocess.run(
            [sys.executable, "-c", "import wrong"],
            cwd=tmp_path / name,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "SyntaxError" in wrong.stderr
