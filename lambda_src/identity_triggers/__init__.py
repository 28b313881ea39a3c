"""What Cognito asks while it makes a token."""
