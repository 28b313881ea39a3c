"""A school's own domains on the emulator, which knows a distribution and the sign-in pages by its own names only.

On AWS, DNS leads a name to CloudFront, which finds the distribution that has it among its aliases. Here the name ends
with `.localhost`, which browsers look for on this machine, and the emulator finds the distribution in the same way.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def label_of(host: str) -> str | None:
    """The label of the distribution that has the host's name among its aliases; None if there is none."""
    from ministack.services import cloudfront  # type: ignore[import-untyped]

    name = _name(host)
    for distribution in cloudfront._distributions.values():
        for alias in _aliases(distribution["config_xml"]):
            if alias == name or (alias.startswith("*.") and alias[2:] == name.partition(".")[2]):
                return str(distribution["DomainName"].partition(".")[0])
    return None


@lru_cache(maxsize=64)
def _aliases(config_xml: str) -> tuple[str, ...]:
    """The aliases in a configuration. The emulator asks for them with each request, and reading it takes long."""
    from ministack.services import cloudfront

    return tuple(cloudfront._get_distribution_aliases({"config_xml": config_xml}))


def is_distribution(host: str) -> bool:
    """Whether a request for this host is one for a distribution, by its own name or by an alias."""
    return "cloudfront" in host or label_of(host) is not None


def find_distributions_by_alias() -> None:
    """Change how the emulator, in this process, finds the distribution of a request."""
    from ministack import app  # type: ignore[import-untyped]

    own = app._parse_cloudfront_dataplane_host
    app._parse_cloudfront_dataplane_host = lambda host: own(host) or label_of(host)


class SignInDomain:
    """Passes requests for a user pool's own domain on as those for the emulator itself, which has the pages."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, with another `Host` where the name is a user pool's."""
        if scope["type"] == "http":
            headers = [
                (name, _host(value) if name.lower() == b"host" else value) for name, value in scope["headers"]
            ]
            scope = {**scope, "headers": headers}
        await self._application(scope, receive, send)


def _host(value: bytes) -> bytes:
    from ministack.services import cognito

    host = value.decode("latin-1")
    if _name(host) not in cognito._pool_domain_map:
        return value
    return f"127.0.0.1:{host.rpartition(':')[2]}".encode()


def _name(host: str) -> str:
    return host.partition(":")[0].lower()
