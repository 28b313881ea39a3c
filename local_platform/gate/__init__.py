"""The AWS emulator behind a gate: it obeys only calls that are signed, as AWS does.

Without the gate the emulator obeys any web page that the developer opens: it takes the root user's name without a
signature, answers every origin and every `Host`.
"""
