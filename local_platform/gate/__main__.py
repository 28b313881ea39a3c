"""Runs the AWS emulator behind the gate: `python -m local_platform.gate`, as `local_platform.emulator` does.

The variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are the root user's keys.
"""

import os
import sys

from local_platform.gate import (
    api_changes,
    lost_answers,
    own_domains,
    principals,
    sign_outs,
    signatures,
    system_logs,
    version_ranges,
    whole_answers,
)
from local_platform.gate.edge import compression, functions, signed_links
from local_platform.gate.gate import Gate
from local_platform.gate.instances import forked_instances
from local_platform.gate.sign_in import confirmations, invitations, renewals, second_factor, srp_numbers
from local_platform.gate.sign_in.pages import SignInPages


def main() -> int:
    """Run the emulator until it is stopped."""
    from ministack import app  # type: ignore[import-untyped]

    from local_platform.gate import firewall

    os.environ.pop("PYTHONPATH", None)  # it was for this module; functions inherit what is left
    signatures.trust_only(os.environ["AWS_ACCESS_KEY_ID"])
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
    own_domains.find_distributions_by_alias()
    forked_instances.fork_instances()
    app.app = Gate(own_domains.SignInDomain(SignInPages(app.app)))
    app._port_is_bindable = lambda *_: False  # the port it was given is the only one it opens
    app.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
