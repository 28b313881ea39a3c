"""The strict emulator: the same AWS emulator with the checks that it lacks (IAM, TLS, firewalls).

Only tests and the restore drill use it. `make up` does not.
"""
