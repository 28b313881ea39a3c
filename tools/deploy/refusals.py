"""What a deployment and a plan refuse before Terraform runs: changes that an environment must take in two steps."""

from education.settings.model import EnvironmentSettings
from tools.deploy import index_moves, link_keys, package_keys


def refuse_in_one_step(settings: EnvironmentSettings) -> None:
    """Refuse a deployment that would break links or packages, or drop an index that is still used.

    A role that may not look at the account is let through.

    Raises:
        UserError: with what to do instead.
    """
    link_keys.refuse_in_one_step(settings)
    package_keys.refuse_in_one_step(settings)
    index_moves.refuse_early(settings)
