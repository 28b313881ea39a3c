"""Isolates a process from what it inherits: a proxy on the way to this machine, and the user's AWS configuration.

Without this, an AWS client fails before its first call if the user's profile does not exist or the user's
configuration file cannot be parsed.
"""

import os
from collections.abc import MutableMapping

THIS_MACHINE = ("127.0.0.1", "localhost", ".localhost")
EVERYTHING = "*"

# AWS clients then read no file of the user and do not ask the network (EC2 metadata) for credentials.
NO_AWS_CONFIGURATION = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def isolate(variables: MutableMapping[str, str]) -> None:
    """Change `variables`, such as `os.environ`, so that AWS clients and HTTP requests go to the AWS emulator only."""
    remove_aws_configuration(variables)
    bypass_proxies(variables)


def remove_aws_configuration(variables: MutableMapping[str, str]) -> None:
    """Remove AWS's own variables, and switch its configuration files off."""
    for name in [name for name in variables if name.startswith("AWS_")]:
        del variables[name]
    variables.update(NO_AWS_CONFIGURATION)


def bypass_proxies(variables: MutableMapping[str, str]) -> None:
    """Reach this machine without a proxy, and also every host that was reached without one before.

    Both spellings are set to one list: Python prefers the lower-case one, other programs the upper-case one.
    """
    named = f"{variables.get('no_proxy', '')},{variables.get('NO_PROXY', '')}".split(",")
    hosts = dict.fromkeys([*filter(None, map(str.strip, named)), *THIS_MACHINE])
    # Python accepts `*` only as the whole value of NO_PROXY.
    variables["no_proxy"] = variables["NO_PROXY"] = EVERYTHING if EVERYTHING in hosts else ",".join(hosts)
