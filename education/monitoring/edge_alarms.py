"""The alarms on CloudFront's errors, which must be in us-east-1 whatever the stack's region.

CloudFront reports its metrics there only. An alarm can neither watch a metric of another region nor notify a topic of
one. So in any other region the alarms get a topic and a key of their own in us-east-1.
"""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from education.encryption import make_key, use_by_services
from education.environment import Environment
from education.firewall.firewall import PORTAL
from education.monitoring.alarm import make_alarm
from education.monitoring.alert_topic import AlertTopic
from education.naming import EDGE_REGION

ERROR_RATE_PERCENT = 5
BLOCKED_REQUESTS = 50  # in five minutes


class EdgeAlarms(Construct):
    """The alarms on the course files (`errors`) and on the portal (`portal_errors`), and what they need."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        alerts: AlertTopic,
        distribution_id: str,
        portal_distribution_id: str,
        provider: TerraformProvider | None,
    ) -> None:
        """`provider` is one for us-east-1, or None where the stack itself is there."""
        super().__init__(scope, id)
        if provider is not None:
            alerts = self._alerts(env, provider)
        self.errors: CloudwatchMetricAlarm = self._alarm(
            "errors", env, alerts, provider, distribution_id, "content", "course files"
        )
        self.portal_errors: CloudwatchMetricAlarm = self._alarm(
            "portal-errors", env, alerts, provider, portal_distribution_id, "portal", "the portal and its API"
        )
        self.blocked: list[CloudwatchMetricAlarm] = (
            [self._blocked(env, alerts, provider)] if env.settings.portal.waf else []
        )

    def _blocked(
        self, env: Environment, alerts: AlertTopic, provider: TerraformProvider | None
    ) -> CloudwatchMetricAlarm:
        """A firewall of a distribution names no region in its metrics."""
        name = env.names.of(PORTAL.what)
        return make_alarm(
            self,
            "portal-blocked",
            env=env,
            alerts=alerts,
            what="portal-blocked",
            description=f"The firewall {name} blocks requests: its log says by which rule and from where.",
            namespace="AWS/WAFV2",
            metric_name="BlockedRequests",
            dimensions={"WebACL": name, "Rule": "ALL"},
            statistic="Sum",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=BLOCKED_REQUESTS,
            period=300,
            datapoints_to_alarm=2,
            provider=provider,
        )

    def _alarm(
        self,
        id: str,
        env: Environment,
        alerts: AlertTopic,
        provider: TerraformProvider | None,
        distribution_id: str,
        what: str,
        words: str,
    ) -> CloudwatchMetricAlarm:
        return make_alarm(
            self,
            id,
            env=env,
            alerts=alerts,
            what=f"{what}-5xx",
            description=f"CloudFront answers over {ERROR_RATE_PERCENT} % of requests for {words} with 5xx.",
            namespace="AWS/CloudFront",
            metric_name="5xxErrorRate",
            dimensions={"DistributionId": distribution_id, "Region": "Global"},
            statistic="Average",
            comparison_operator="GreaterThanThreshold",
            threshold=ERROR_RATE_PERCENT,
            period=300,
            datapoints_to_alarm=2,
            provider=provider,
        )

    def _alerts(self, env: Environment, provider: TerraformProvider) -> AlertTopic:
        """A topic in us-east-1 with a key of its own: AWS's own SNS key lets no alarm publish."""
        key = make_key(
            self,
            "key",
            env=env,
            description=f"Encrypts {env.names.of('alerts')} in {EDGE_REGION}",
            statements=[use_by_services(env, "EncryptAlerts", ["cloudwatch", "sns"])],
            provider=provider,
        )
        return AlertTopic(self, "alerts", env=env, key=key, provider=provider)
