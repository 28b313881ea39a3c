"""Lets the strict emulator speak HTTP/1.1 only, as the endpoints of AWS that Terraform asks.

Over TLS the emulator's web server also offers HTTP/2, and clients in Go take it. All requests of a Terraform run then
go over one connection. After 1001 of them the server ends it without the answers that are still due. The client repeats
these requests, and what the first one made is refused to the second ("ResourceAlreadyExistsException").
"""


def speak_http_1_only() -> None:
    """Change what the web server, in this process, offers to clients."""
    from hypercorn.config import Config

    Config.alpn_protocols = ["http/1.1"]
