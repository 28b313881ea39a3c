"""Mends the emulator's web server: the head of an answer leaves together with the first part of its body.

The server writes them one after the other. On a busy machine the body follows milliseconds later, and Terraform's S3
backend (1.11.4) now and then takes such an answer for a broken one: it closes the connection and sends the same request
again. The second PutItem of a state lock is then refused because of the first.
"""

from typing import Any


def send_head_and_body_together() -> None:
    """Change how the web server, in this process, writes answers."""
    import h11
    from hypercorn.events import RawData
    from hypercorn.protocol.h11 import H11Protocol

    async def send(protocol: Any, event: h11.Event) -> None:
        try:
            data = protocol.connection.send(event)
        except h11.LocalProtocolError:
            if protocol.connection.their_state != h11.ERROR:
                raise
            return
        if isinstance(event, h11.Response):
            protocol.head = data
            return
        head, protocol.head = getattr(protocol, "head", b""), b""
        if head or data:
            await protocol.send(RawData(data=head + (data or b"")))

    H11Protocol._send_h11_event = send  # type: ignore[assignment,method-assign]
