"""The demo accounts."""

import string

from local_platform.accounts import random_password


def test_passwords_satisfy_any_policy() -> None:
    passwords = {random_password() for _ in range(50)}
    assert len(passwords) == 50
    for password in passwords:
        for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation):
            assert set(password) & set(kind)
