"""Who may make an account: anyone, or whoever has an address in one of the school's domains."""

from toolkit.caller import canonical_email

# What the setting is where everybody may.
ANYONE = "*"
# An administrator who invites somebody has decided already.
BY_AN_ADMINISTRATOR = "PreSignUp_AdminCreateUser"


class SignUpRefusedError(Exception):
    """Cognito shows the message to the person, after words of its own."""


def check_sign_up(trigger_source: str, email: str, domains: tuple[str, ...]) -> None:
    """Refuse a sign-up with an address of another domain.

    Raises:
        SignUpRefusedError: the address is in none of the domains. The message names them, not the address.
    """
    if trigger_source == BY_AN_ADMINISTRATOR or ANYONE in domains:
        return
    # Letters beyond ASCII stay what they are: `straße.de` is another domain than `strasse.de`.
    if canonical_email(email).rpartition("@")[2] not in domains:
        raise SignUpRefusedError(f"accounts here need an e-mail address of {' or '.join(domains)}")
