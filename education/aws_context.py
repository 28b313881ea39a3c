"""Where the stack is deployed: Terraform reads the account and the partition from AWS; the source never names them."""

from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from cdktf_cdktf_provider_aws.data_aws_partition import DataAwsPartition
from constructs import Construct


class AwsContext(Construct):
    """Account id, partition and DNS suffix as Terraform tokens; the region is a setting."""

    def __init__(self, scope: Construct, id: str, *, region: str) -> None:
        super().__init__(scope, id)
        partition = DataAwsPartition(self, "partition")
        self.account_id: str = DataAwsCallerIdentity(self, "account").account_id
        self.partition: str = partition.partition
        self.dns_suffix: str = partition.dns_suffix
        self.region: str = region

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"
