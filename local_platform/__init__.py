"""The local platform: the stack `TapStacklocal` on the AWS emulator (ministack), for development and tests.

Everything that knows the AWS emulator is in this package; nothing of it is deployed anywhere else.
"""
