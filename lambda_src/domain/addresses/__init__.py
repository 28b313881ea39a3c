"""A person's e-mail addresses, and the invitations that wait for an address."""
