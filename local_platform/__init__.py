"""The local platform: the stack `TapStacklocal` on the embedded AWS (ministack), for development and tests.

Everything that knows the embedded AWS is in this package; nothing of it is deployed anywhere else.
"""
