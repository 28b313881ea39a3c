"""A client of the strict emulator that would like HTTP/2, as Terraform does."""

import socket
import ssl
from pathlib import Path

from local_platform.strict.instance import strict_aws
from tests.ports import free_port


def test_http_2_is_not_offered(tmp_path: Path) -> None:
    """Over HTTP/2 the web server loses answers after a thousand requests."""
    with strict_aws(tmp_path, free_port()) as aws:
        trust = ssl.create_default_context(cafile=str(aws.certificate))
        trust.set_alpn_protocols(["h2", "http/1.1"])
        with (
            socket.create_connection(("127.0.0.1", aws.port)) as plain,
            trust.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
        ):
            assert connection.selected_alpn_protocol() == "http/1.1"
