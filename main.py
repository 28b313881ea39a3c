"""The cdktf app: settings from the environment, one stack, synth.

Run by `cdktf synth` and `cdktf deploy`. A mistake in the settings ends with exit code 1 and one sentence.
"""

import os
import sys

# jsii prints a banner of eleven lines for a Node.js release that is past its end of life but works.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")

from education.errors import UserError
from education.settings import load_settings, stack_arguments


def main() -> int:
    """Synthesizes the stack of the environment that the variables name; returns the exit code."""
    try:
        arguments = stack_arguments(os.environ)
        load_settings(**arguments)  # refuse a mistake at once: starting jsii, below, takes a second

        from cdktf import App

        from education.tap_stack import TapStack

        app = App()
        TapStack(app, f"TapStack{arguments['environment_suffix']}", **arguments)
        app.synth()
    except UserError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
