"""Mends the emulator's sign-in: what Cognito's own pages and its token endpoint do besides."""
