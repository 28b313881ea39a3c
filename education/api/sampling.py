"""How many requests of the API AWS X-Ray traces: a sampling rule, where the settings want traces.

API Gateway decides by this rule, and the functions behind it follow its decision. Without a rule of its own, X-Ray
traces one request a second and five of a hundred others; and for a function that no gateway has decided for, that rate
cannot be changed: https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
So the functions that events start are not traced.
"""

from cdktf_cdktf_provider_aws.xray_sampling_rule import XraySamplingRule
from constructs import Construct

from education.environment import Environment
from education.naming import PROJECT

# X-Ray takes the first rule that matches. Its own default rule has 10,000.
PRIORITY = 1000


def add_sampling_rule(scope: Construct, *, env: Environment, api_name: str, stage_name: str) -> None:
    """Makes the rule as a child of the construct of the API. Its name has at most 32 characters."""
    XraySamplingRule(
        scope,
        "sampling",
        rule_name=f"{PROJECT}-{env.settings.environment_suffix}",
        priority=PRIORITY,
        version=1,
        fixed_rate=env.settings.functions.trace_rate,
        # No request beyond the rate. One a second, around the clock, would be 2.6 million traces a month.
        reservoir_size=0,
        service_type="AWS::ApiGateway::Stage",
        service_name=f"{api_name}/{stage_name}",
        resource_arn="*",
        host="*",
        http_method="*",
        url_path="*",
    )
