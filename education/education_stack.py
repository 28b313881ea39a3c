"""EducationStack: the whole system on one page.

It composes the constructs, hands each what it needs of the others, and tells `TapStack` what to put out.
"""

from cdktf import TerraformProvider
from constructs import Construct

from education.api.rest_api import RestApi
from education.aws_context import AwsContext
from education.content.delivery import ContentDelivery
from education.data.audit_table import AuditTable
from education.data.event_bus import LearningEvents
from education.data.tables import StudentRecords
from education.encryption import CustomerKey, operations_key_statements, records_key_statements
from education.environment import Environment
from education.functions.api_functions import Functions
from education.functions.dead_letters import DeadLetters
from education.functions.erasure import PersonErasure
from education.functions.event_functions import StreamFunctions
from education.functions.python_function import PythonFunction
from education.functions.sign_in_trigger import ArrivalAlarm, arrival_environment, arrival_grants
from education.identity import Identity
from education.monitoring.alert_topic import AlertTopic
from education.monitoring.monitoring import Monitoring
from education.openapi.description import load_api_description
from education.settings.model import EnvironmentSettings


class EducationStack(Construct):
    """Identity, student records, content delivery, functions, API and monitoring of one environment."""

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
        description = load_api_description()
        env = Environment(settings, AwsContext(self, "aws", region=settings.aws_region))
        deletion_window_days = 30 if settings.protect_data else 7
        records_key = CustomerKey(
            self,
            "records-key",
            env=env,
            purpose="records",
            description="Student records",
            statements=records_key_statements(env),
            deletion_window_days=deletion_window_days,
        )
        operations_key = CustomerKey(
            self,
            "operations-key",
            env=env,
            purpose="operations",
            description="Logs, alerts and dead letters",
            statements=operations_key_statements(env),
            deletion_window_days=deletion_window_days,
        )
        alerts = AlertTopic(self, "alerts", env=env, key_arn=operations_key.arn)
        dead_letters = DeadLetters(self, "dead-letters", env=env, key_arn=operations_key.arn)
        records = StudentRecords(self, "records", env=env, key_arn=records_key.arn)
        audit = AuditTable(self, "audit", env=env, key_arn=records_key.arn)
        content = ContentDelivery(self, "content-delivery", env=env)
        identity_triggers = PythonFunction(
            self,
            "identity-triggers",
            env=env,
            name="identity-triggers",
            source="identity_triggers",
            description="Withholds the administrators' group from those without a second factor, enrols the invited",
            environment={
                "ADMINISTRATORS_NEED_MFA": str(settings.identity.administrators_need_mfa).lower(),
                **arrival_environment(records),
            },
            grants=arrival_grants(records),
            key_arn=operations_key.arn,
            alarm_topic_arn=alerts.arn,
        )
        arrival_alarm = ArrivalAlarm(
            self, "arrivals", env=env, function=identity_triggers, topic_arn=alerts.arn
        )
        identity = Identity(self, "identity", env=env, pre_token_function=identity_triggers)
        functions = Functions(
            self,
            "functions",
            env=env,
            records=records,
            audit=audit,
            content=content,
            user_pool_id=identity.user_pool_id,
            user_pool_arn=identity.user_pool_arn,
            key_arn=operations_key.arn,
            alarm_topic_arn=alerts.arn,
            dead_letter_queue_arn=dead_letters.queue_arn,
        )
        erasure = PersonErasure(
            self,
            "erasure",
            env=env,
            records=records,
            audit=audit,
            dead_letters=dead_letters,
            user_pool_id=identity.user_pool_id,
            user_pool_arn=identity.user_pool_arn,
            key_arn=operations_key.arn,
            alarm_topic_arn=alerts.arn,
        )
        outlet = LearningEvents(self, "learning-events", env=env, key_arn=records_key.arn)
        stream_functions = StreamFunctions(
            self,
            "stream-functions",
            env=env,
            records=records,
            content=content,
            outlet=outlet,
            dead_letters=dead_letters,
            key_arn=operations_key.arn,
            alarm_topic_arn=alerts.arn,
        )
        api = RestApi(
            self,
            "rest-api",
            env=env,
            description=description,
            functions=functions.behind_the_api,
            user_pool_arn=identity.user_pool_arn,
            log_key_arn=operations_key.arn,
        )
        watched = {
            **functions.all,
            **stream_functions.all,
            "identity-triggers": identity_triggers,
            "erasure": erasure.function,
        }
        tables = {
            "profiles": records.profiles.name,
            "courses": records.courses.name,
            "progress": records.progress.name,
            "audit": audit.name,
            "sent-events": outlet.sent_table_name,
        }
        monitoring = Monitoring(
            self,
            "monitoring",
            env=env,
            topic_arn=alerts.arn,
            api_name=api.api_name,
            stage_name=api.stage_name,
            functions={label: function.function_name for label, function in watched.items()},
            tables=tables,
            indexes={
                "profiles": records.profiles.indexes,
                "courses": records.courses.indexes,
                "progress": records.progress.indexes,
                "audit": audit.indexes,
            },
            dead_letter_queues={"dead-letters": dead_letters.queue_name},
            distribution_id=content.distribution_id,
            function_alarm_arns=[
                *(arn for function in watched.values() for arn in function.alarm_arns),
                *erasure.alarm_arns,
                arrival_alarm.arn,
                *stream_functions.lag_alarm_arns,
            ],
            edge_provider=edge_provider,
        )
        # The names are the contract's: clients, tests and operators find by them what was deployed.
        self.outputs: dict[str, str] = {
            **env.outputs,
            "api_endpoint": api.endpoint,
            "content_bucket_name": content.bucket_name,
            "cloudfront_distribution_id": content.distribution_id,
            "cloudfront_domain_name": content.distribution_domain_name,
            "content_base_url": content.base_url,
            "user_pool_id": identity.user_pool_id,
            "user_pool_client_id": identity.user_pool_client_id,
            "user_profiles_table_name": records.profiles.name,
            "courses_table_name": records.courses.name,
            "course_progress_table_name": records.progress.name,
            **{
                f"{name}_function_name": each.function_name for name, each in functions.behind_the_api.items()
            },
            "alert_topic_arn": alerts.arn,
            "dashboard_name": monitoring.dashboard_name,
        }
