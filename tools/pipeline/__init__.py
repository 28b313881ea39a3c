"""What the pipeline runs before and after a deployment."""
