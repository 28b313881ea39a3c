"""Tools for every environment: installation, Terraform and provider discovery, deploy, outputs, signing key.

What knows the embedded AWS of the local platform is in `local_platform`.
"""
