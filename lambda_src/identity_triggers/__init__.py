"""The function that Cognito calls while it issues a token."""
