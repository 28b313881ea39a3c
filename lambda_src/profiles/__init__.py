"""A person's own profile, and the roles that administrators grant."""
