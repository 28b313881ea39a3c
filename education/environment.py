"""What is equal for every construct of one environment: its settings, the names of its resources, and where it is.

It is data, not a construct: it makes no resource, and constructs get other constructs as arguments of their own.
"""

from dataclasses import dataclass

from education.aws_context import AwsContext
from education.naming import Names
from education.settings.model import EnvironmentSettings


@dataclass(frozen=True)
class Environment:
    """The facts of one environment.

    Attributes:
        settings: what `environments/<suffix>.toml` says.
        aws: the account, partition and region, as Terraform tokens.
    """

    settings: EnvironmentSettings
    aws: AwsContext

    @property
    def names(self) -> Names:
        """Makes the names of the environment's resources."""
        return Names(self.settings.environment_suffix)

    @property
    def outputs(self) -> dict[str, str]:
        """What clients and tests need to know of the environment itself."""
        return {
            "environment_suffix": self.settings.environment_suffix,
            "aws_region": self.settings.aws_region,
        }
