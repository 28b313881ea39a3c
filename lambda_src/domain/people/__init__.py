"""People: profiles, e-mail addresses, the user pool, and erasure."""
