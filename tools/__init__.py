"""Tools for every environment: installation, Terraform and provider discovery, deploy, outputs, signing key.

What knows the AWS emulator of the local platform is in `local_platform`.
"""
