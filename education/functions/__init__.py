"""The Lambda functions, what each may do, and how they are bundled."""
