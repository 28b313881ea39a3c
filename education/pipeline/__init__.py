"""What a pipeline needs in an account before the first deployment: state, roles and their policies."""
