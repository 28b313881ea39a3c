"""What makes the emulator behave as AWS does, in one list: `make up` and the strict emulator both run with all of it.

What only one of them needs is in its own `__main__`: the gate and the names of `make up`, the checks of the strict one.
"""

from local_platform.gate import (
    api_changes,
    firewall,
    lost_answers,
    principals,
    sign_outs,
    system_logs,
    version_ranges,
    whole_answers,
)
from local_platform.gate.edge import compression, functions, signed_links
from local_platform.gate.instances import forked_instances
from local_platform.gate.sign_in import confirmations, invitations, renewals, second_factor, srp_numbers


def behave_as_aws() -> None:
    """Change the emulator in this process. Each mend wraps what was there, so call this once."""
    principals.name_the_role_of_a_session()
    sign_outs.spare_the_session_that_begins()
    whole_answers.send_head_and_body_together()
    version_ranges.answer_ranges_of_versions()
    lost_answers.let_a_lock_be_asked_for_twice()
    system_logs.respect_the_system_log_level()
    firewall.install()
    api_changes.store_changes_as_they_are_read()
    functions.let_functions_read_key_value_stores()
    functions.answer_updates_as_aws_does()
    signed_links.refuse_what_is_not_signed()
    compression.compress_as_cloudfront_does()
    renewals.keep_groups_and_time()
    second_factor.ask_for_the_second_factor()
    invitations.refuse_sign_up_by_oneself()
    confirmations.verify_the_address_of_a_confirmed_person()
    srp_numbers.take_short_numbers()
    forked_instances.fork_instances()
