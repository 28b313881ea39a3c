"""People: profiles, e-mail addresses, the user pool, tombstones, and erasure."""
