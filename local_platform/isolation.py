"""What a process inherits and must not use here: a proxy on the way to this machine, the user's own AWS configuration.

A profile that does not exist, or a configuration file that nobody can parse, ends an AWS client before its first call.
"""

import os
from collections.abc import MutableMapping

THIS_MACHINE = ("127.0.0.1", "localhost", ".localhost")
EVERYTHING = "*"

# No file of the user's is read, and nobody asks the network who this machine is.
NO_AWS_CONFIGURATION = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def isolate(variables: MutableMapping[str, str]) -> None:
    """Change `variables`, such as `os.environ`, so that AWS clients and HTTP go to the AWS emulator, nowhere else."""
    remove_aws_configuration(variables)
    bypass_proxies(variables)


def remove_aws_configuration(variables: MutableMapping[str, str]) -> None:
    """Take out AWS's own variables, and switch its files off."""
    for name in [name for name in variables if name.startswith("AWS_")]:
        del variables[name]
    variables.update(NO_AWS_CONFIGURATION)


def bypass_proxies(variables: MutableMapping[str, str]) -> None:
    """Reach this machine without a proxy, and everything that was reached without one before.

    Both spellings are set to one list: Python prefers the lower-case one, other programs the upper-case one.
    """
    named = f"{variables.get('no_proxy', '')},{variables.get('NO_PROXY', '')}".split(",")
    hosts = dict.fromkeys([*filter(None, map(str.strip, named)), *THIS_MACHINE])
    # Among others the star means nothing to Python.
    variables["no_proxy"] = variables["NO_PROXY"] = EVERYTHING if EVERYTHING in hosts else ",".join(hosts)
