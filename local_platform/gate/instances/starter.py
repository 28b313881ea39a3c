"""The program whose copies become instances of functions: `python starter.py DESCRIPTOR` (forked_instances.py runs it).

It has loaded what every instance needs of the Lambda runtime, botocore, and nothing of any function. Then it waits for
orders on the socket of this descriptor. For each it forks; the copy runs the emulator's program for instances.
"""

import gc
import json
import os
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

# The services that functions call. Their descriptions are what takes most of the time to load.
SERVICES = ("cognito-idp", "dynamodb", "events", "kms", "lambda", "s3", "secretsmanager", "sqs")
LENGTH = struct.Struct("!I")
# Standard input, output and error, and one that is open for as long as the instance lives.
DESCRIPTORS = 4


def load_runtime() -> None:
    """Import botocore, and let it read the descriptions of the services."""
    import botocore.handlers
    import botocore.loaders
    import botocore.session

    loader = botocore.loaders.create_loader()
    session = botocore.session.get_session()
    session.register_component("data_loader", loader)
    session.set_credentials("none", "none")
    for service in SERVICES:
        session.create_client(service, region_name="eu-central-1")
    create_loader = botocore.loaders.create_loader

    def prepared(search_path_string: str | None = None) -> botocore.loaders.Loader:
        """What clients of one session share anyway, unless the settings name a folder of descriptions."""
        return create_loader(search_path_string) if search_path_string else loader

    botocore.session.create_loader = prepared


def next_order(orders: socket.socket) -> dict[str, Any] | None:
    """Fork for each order. Returns the order in the copy, and None in the starter when nobody can order any more."""
    while True:
        head, descriptors, _, _ = socket.recv_fds(orders, LENGTH.size, DESCRIPTORS)
        if len(head) < LENGTH.size:
            return None
        order: dict[str, Any] = json.loads(_exactly(orders, LENGTH.unpack(head)[0]))
        pid = os.fork()
        if pid == 0:
            orders.close()
            _take(descriptors)
            return order
        for descriptor in descriptors:
            os.close(descriptor)
        orders.sendall(LENGTH.pack(pid))


def become(order: dict[str, Any]) -> None:
    """Run a program in this process as if Python had been started with it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    program = order["program"]
    sys.argv, sys.path[0] = [program], str(Path(program).parent)
    main = ModuleType("__main__")
    main.__file__ = program
    sys.modules["__main__"] = main
    exec(compile(Path(program).read_bytes(), program, "exec"), main.__dict__)  # noqa: S102 - the emulator's own


def _exactly(orders: socket.socket, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = orders.recv(length - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _take(descriptors: list[int]) -> None:
    for target, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, target)
        os.close(descriptor)


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that no ended instance stays as a zombie
    load_runtime()
    gc.collect()
    gc.freeze()  # what is loaded stays shared with the copies
    if (found := next_order(socket.socket(fileno=int(sys.argv[1])))) is not None:
        become(found)
