"""The tools for every environment, one folder for each theme. `python -m tools --help` lists the commands.

Code that depends on the AWS emulator of the local platform is in `local_platform`.
"""
