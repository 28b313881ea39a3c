"""Finds who signs in with an e-mail address: its owner, or a user who has not signed in yet."""

import unicodedata
from typing import Protocol

from domain.addresses.rules import Address
from domain.people.user_pool import PoolUser, UserPool
from toolkit.caller import canonical_email

# What Cognito takes for a user name: letters, marks, symbols, numbers and punctuation, 128 at most. It answers anything
# else with an error instead of "unknown".
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html
_LONGEST_NAME = 128
_CATEGORIES = frozenset("LMSNP")


class AddressStore(Protocol):
    """What is stored about e-mail addresses; see domain.addresses.rules."""

    def find_one(self, email: str) -> Address:
        """What is stored about one address."""


class AddressLookup:
    """The users of an address: nobody or one person, as a rule."""

    def __init__(self, addresses: AddressStore, user_pool: UserPool) -> None:
        self._addresses = addresses
        self._user_pool = user_pool

    def users_of(self, email: str) -> list[PoolUser]:
        """Who signs in with exactly this address, verified or not. Capitals make no difference."""
        wanted = canonical_email(email)
        owner = self._addresses.find_one(wanted).owner
        names = dict.fromkeys(name for name in (owner, email, wanted) if name and _may_be_a_name(name))
        users = [self._user_pool.find(name) for name in names]
        by_id = {user.user_id: user for user in users if user is not None}
        return [user for user in by_id.values() if canonical_email(user.email) == wanted]


def _may_be_a_name(text: str) -> bool:
    is_short = len(text) <= _LONGEST_NAME
    return is_short and all(unicodedata.category(character)[0] in _CATEGORIES for character in text)
