"""Course packages: checks an uploaded zip and unpacks it. Called by the uploads function, not over HTTP."""
