"""EducationStack: the whole system on one page.

It creates the constructs, gives each of them what it needs of the others, and merges their outputs for `TapStack`.
Never rename a construct id, such as "records": a new id replaces the resources below it, tables and all their data.
"""

from cdktf import TerraformProvider
from constructs import Construct

from education.api.rest_api import RestApi
from education.aws_context import AwsContext
from education.content.delivery import ContentDelivery
from education.data.audit_table import AuditTable
from education.data.event_bus import EventBus
from education.data.tables import Tables
from education.encryption import operations_key, records_key
from education.environment import Environment
from education.functions.api_functions import ApiFunctions
from education.functions.code_bucket import CodeBucket
from education.functions.dead_letters import DeadLetters
from education.functions.event_functions import ErasureFunction, SignInTrigger, StreamFunctions
from education.functions.python_function import Operations
from education.functions.shared import Shared
from education.identity import Identity
from education.monitoring.alert_topic import AlertTopic
from education.monitoring.monitoring import Monitoring
from education.monitoring.sign_in_alarm import SignInAlarm
from education.monitoring.watched import Watched
from education.openapi.description import load_api_description
from education.portal.files import add_portal_files
from education.portal.site import PortalSite
from education.settings.model import EnvironmentSettings


class EducationStack(Construct):
    """Identity, data, content, functions, API and monitoring of one environment."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: EnvironmentSettings,
        edge_provider: TerraformProvider | None = None,
    ) -> None:
        """`edge_provider` is one for us-east-1, needed where the stack is in another region."""
        super().__init__(scope, id)
        env = Environment(settings, AwsContext(self, "aws", region=settings.aws_region))
        data_key, log_key = records_key(self, "records-key", env), operations_key(self, "operations-key", env)
        alerts = AlertTopic(self, "alerts", env=env, key=log_key)
        dead_letters = DeadLetters(self, "dead-letters", env=env, key=log_key)
        operations = Operations(env, log_key, alerts, dead_letters, CodeBucket(self, "code", env=env))
        tables = Tables(self, "records", env=env, key=data_key)
        audit = AuditTable(self, "audit", env=env, key=data_key)
        bus = EventBus(self, "learning-events", env=env, key=data_key)
        api = RestApi(self, "rest-api", env=env, description=load_api_description())
        portal = PortalSite(
            self, "portal", env=env, api_id=api.api_id, log_key_arn=log_key.arn, edge_provider=edge_provider
        )
        content = ContentDelivery(
            self,
            "content-delivery",
            env=env,
            portal_origins=portal.allowed_origins,
            edge_provider=edge_provider,
        )
        portal.log_to(content.log_bucket)
        trigger = SignInTrigger(self, "identity-triggers", operations=operations, tables=tables)
        # The deployed id "arrivals" means sign-ins. Identity also attaches the trigger's grant on the user pool.
        trigger_fails = SignInAlarm(self, "arrivals", env=env, alerts=operations.alerts, trigger=trigger.name)
        identity = Identity(
            self,
            "identity",
            env=env,
            pre_token_function=trigger,
            origins=portal.sign_in_origins,
            log_key_arn=log_key.arn,
        )
        add_portal_files(portal, env=env, content=content, identity=identity)
        shared: Shared = {"operations": operations, "tables": tables, "audit": audit}
        functions = ApiFunctions(self, "functions", **shared, content=content, identity=identity)
        erasure = ErasureFunction(self, "erasure", **shared, identity=identity)
        streams = StreamFunctions(
            self, "stream-functions", operations=operations, tables=tables, content=content, bus=bus
        )
        api.serve(functions.behind_the_api, user_pool_arn=identity.user_pool_arn, log_key_arn=log_key.arn)
        all_functions = [*functions.all, *streams.all, trigger, *erasure.all]
        monitoring = Monitoring(
            self,
            "monitoring",
            env=env,
            alerts=alerts,
            watched=Watched(
                api=api,
                functions=all_functions,
                tables=[*tables.all, audit.table, bus.sent],
                dead_letters=dead_letters,
                distribution_id=content.distribution_id,
                portal_distribution_id=portal.distribution_id,
            ),
            other_alarms=[
                *(alarm for function in all_functions for alarm in function.alarms),
                *(*erasure.alarms, trigger_fails.alarm, *streams.alarms),
            ],
            edge_provider=edge_provider,
        )
        # The names are public: clients, tests and operators find with them what was deployed.
        self.outputs: dict[str, str] = {
            **env.outputs,
            **tables.outputs,
            **content.outputs,
            **portal.outputs,
            **identity.outputs,
            **functions.outputs,
            **alerts.outputs,
            **api.outputs,
            **monitoring.outputs,
        }
