"""People: profiles, roles, second factors, the user pool, tombstones, and erasure."""
