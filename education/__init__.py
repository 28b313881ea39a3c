"""The infrastructure of the education platform; start reading at `tap_stack`.

The light import of the AWS bindings must be in place before the first module that uses them.
"""

from education import bindings

bindings.install()
