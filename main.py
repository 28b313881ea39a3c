"""The cdktf app: settings from the environment, one stack (or, by EDUCATION_STACK, the account's bootstrap), synth."""

import gc
import os
import sys
from importlib.util import find_spec
from pathlib import Path

if (
    sys.version_info < (3, 11) or find_spec("cdktf") is None
):  # it was not started from the project's environment
    print(
        f"error: {sys.executable} is not the project's Python (3.11 or newer, with its packages): run `make install`, "
        "then `. .venv/bin/activate`, and this again; or use make, for example `make synth`.",
        file=sys.stderr,
    )
    sys.exit(1)
if str(Path(__file__).resolve().parent) not in sys.path:  # PYTHONSAFEPATH leaves it out
    sys.path.insert(0, str(Path(__file__).resolve().parent))

from education import early_start
from education.encoding import speak_utf8
from education.errors import UserError, user_message
from education.preconditions import check_preconditions, wants_bootstrap


def main() -> int:
    """Synthesize the stack that the variables name. Returns 1, with one sentence, if the user made a mistake."""
    try:
        check_preconditions(os.environ)
        with early_start.starting():  # meanwhile comes what needs no jsii
            from education.functions.bundling import bundles
            from education.openapi.description import load_api_description
            from education.settings.load import settings_from_variables, stack_arguments

            settings = settings_from_variables(os.environ)
            load_api_description()
            if not wants_bootstrap(os.environ):
                bundles()

        from cdktf import App

        app = App()
        if wants_bootstrap(os.environ):
            from education.pipeline.bootstrap_stack import add_bootstrap_stack

            add_bootstrap_stack(app, settings, os.environ)
        else:
            from education.tap_stack import TapStack

            TapStack(app, f"TapStack{settings.environment_suffix}", **stack_arguments(os.environ))
        app.synth()
    except (UserError, OSError) as problem:
        print(f"error: {user_message(problem)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    gc.disable()  # a synth is over before it has made much that could be collected
    speak_utf8()
    sys.exit(main())
