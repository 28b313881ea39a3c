"""Makes the emulator's Lambda start instances of Python functions by forking a process that has botocore loaded.

The emulator starts a Python for each instance, which takes half a second of processor, most of it for botocore. On AWS
that is not so: there the runtime has its own machine. What a function itself loads, and its state, are still its own
in each instance. Its modules are compiled once, not for each instance.
"""

import contextlib
import hashlib
import json
import os
import py_compile
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from importlib.util import cache_from_source
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from local_platform.gate.instances.starter import LENGTH

STARTER = Path(__file__).with_name("starter.py")
ENDED = 0


def fork_instances() -> None:
    """Change how the emulator, in this process, starts instances of Python functions.

    Only on Linux: on macOS, a process that has used the system's libraries must not be forked.
    """
    if sys.platform != "linux":
        return
    from ministack.core import lambda_runtime  # type: ignore[import-untyped]

    kept = Path(tempfile.mkdtemp(prefix="compiled-"))
    lambda_runtime.subprocess = _Subprocess(Starter(), Compiled(kept))


class Instance:
    """A forked instance, with the part of `subprocess.Popen` that the emulator uses."""

    def __init__(self, pid: int, pipes: tuple[IO[str], IO[str], IO[str]], life: int) -> None:
        self.pid, self._life = pid, life
        weakref.finalize(self, os.close, life)
        self.stdin, self.stdout, self.stderr = pipes
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """None while the instance runs."""
        return self._ended_within(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; raises `TimeoutExpired`."""
        if self._ended_within(timeout) is None:
            raise subprocess.TimeoutExpired(str(STARTER), timeout or 0)
        return ENDED

    def terminate(self) -> None:
        """Ask it to end."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _ended_within(self, seconds: float | None) -> int | None:
        """Only the instance has the other end of its pipe of life, so that it ends with it."""
        if self.returncode is None:
            poll = select.poll()
            poll.register(self._life, select.POLLIN)
            if poll.poll(None if seconds is None else seconds * 1000):
                self.returncode = ENDED
        return self.returncode


class Starter:
    """The process that instances are forked from. It starts with the first one, and ends with this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None

    def start(self, program: str, folder: str, environment: dict[str, str]) -> Instance:
        """Start an instance that runs `program` in `folder`."""
        order = json.dumps({"program": program, "folder": folder, "environment": environment}).encode()
        inputs, outputs, errors, life = os.pipe(), os.pipe(), os.pipe(), os.pipe()
        theirs = [inputs[0], outputs[1], errors[1], life[1]]
        try:
            with self._lock:
                orders = self._running()
                socket.send_fds(orders, [LENGTH.pack(len(order))], theirs)
                orders.sendall(order)
                (pid,) = LENGTH.unpack(orders.recv(LENGTH.size, socket.MSG_WAITALL))
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        pipes = (
            os.fdopen(inputs[1], "w", buffering=1, encoding="utf-8"),
            os.fdopen(outputs[0], encoding="utf-8", errors="replace"),
            os.fdopen(errors[0], encoding="utf-8", errors="replace"),
        )
        return Instance(pid, pipes, life[0])

    def stop(self) -> None:
        """End the starter, but not the instances. The next one starts it anew."""
        with self._lock:
            if self._process is not None and self._orders is not None:
                self._orders.close()
                self._process.wait()
            self._process = self._orders = None

    def _running(self) -> socket.socket:
        if self._orders is None or self._process is None or self._process.poll() is not None:
            ours, its = socket.socketpair()
            with its:
                self._process = subprocess.Popen(
                    [sys.executable, str(STARTER), str(its.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[its.fileno()],
                )
            self._orders = ours
        return self._orders


class Compiled:
    """Compiled modules, kept in a folder by the content of their source."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def put_beside(self, folder: str) -> None:
        """Put the compiled modules beside the sources of a function."""
        for source in Path(folder).rglob("*.py"):
            kept = self._folder / hashlib.sha256(source.read_bytes()).hexdigest()
            if not kept.exists():
                self._compile(source, kept)
            if kept.stat().st_size:
                target = Path(cache_from_source(str(source)))
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(kept, target)

    def _compile(self, source: Path, kept: Path) -> None:
        made = kept.with_suffix(f".{threading.get_ident()}.{time.monotonic_ns()}")
        try:
            py_compile.compile(
                str(source),
                str(made),
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
        except py_compile.PyCompileError:
            made.touch()  # the instance says what is wrong with it
        made.replace(kept)


class _Subprocess(ModuleType):
    """`subprocess` for the emulator's Lambda."""

    def __init__(self, starter: Starter, compiled: Compiled) -> None:
        super().__init__("subprocess")
        self._starter, self._compiled = starter, compiled

    def __getattr__(self, name: str) -> Any:
        return getattr(subprocess, name)

    def Popen(self, command: list[str], **options: Any) -> Any:  # noqa: N802 - the name that it stands for
        """Fork an instance of a Python function; start any other program."""
        if command[0] != sys.executable or len(command) != 2:
            return subprocess.Popen(command, **options)
        self._compiled.put_beside(options["cwd"])
        return self._starter.start(command[1], options["cwd"], options["env"])
