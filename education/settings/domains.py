"""A school's own domains: which names go together, and the sentence for those that do not.

The portal, the course files and the sign-in pages each have names and a certificate of their own. CloudFront gives a
name to one distribution only, and course files must not be where a hostile one would be taken for the portal.
"""

from collections.abc import Iterator, Mapping, Sequence

OF_THIS_MACHINE = ".localhost"
# Browsers let a page set cookies for each parent of its host but the last label, and but for suffixes such as co.uk.
_SHARED_LABELS = 2


def check_pair(aliases: Sequence[str], certificate_arn: str | None) -> None:
    """Raises `ValueError` where names have no certificate, or where the first name, the address, is no address."""
    if bool(aliases) != bool(certificate_arn):
        raise ValueError("domain_aliases and certificate_arn go together; allowed: both or neither")
    if aliases and aliases[0].startswith("*"):
        raise ValueError(
            f"the first of domain_aliases is {aliases[0]}, but links begin with it; allowed: a name without a wildcard"
        )


def check_sign_in(domain: str | None, certificate_arn: str | None, *, is_used: bool) -> None:
    """Raises `ValueError` where Cognito would refuse the domain, or where it is to be used and there is none.

    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html
    """
    if (domain is None) != (certificate_arn is None):
        raise ValueError("sign_in_domain and sign_in_certificate_arn go together; allowed: both or neither")
    if is_used and domain is None:
        raise ValueError("use_sign_in_domain is true but sign_in_domain is not set; allowed: set both")
    if domain and domain.count(".") < _SHARED_LABELS:
        raise ValueError(
            f"sign_in_domain is {domain}; allowed: a name below the school's own, such as sign-in.{domain}, because "
            "Cognito takes no domain at the top"
        )


def conflict(names: Mapping[str, Sequence[str]], *, files: str, is_local: bool) -> str | None:
    """What is wrong with the names of a whole environment, as one sentence without its full stop; else None.

    `names` has the domains by setting; `files` is the setting whose pages come from course authors.
    """
    pairs = [(setting, name) for setting, listed in names.items() for name in listed]
    for setting, name in pairs:
        if name.endswith(OF_THIS_MACHINE) != is_local:
            allowed = "names that end with .localhost" if is_local else "names that DNS can have"
            return f"{setting} has {name}; allowed: {allowed}"
    for place, (setting, name) in enumerate(pairs):
        for other, same in pairs[:place]:
            if name == same:
                return f"{name} is in {other} and again in {setting}; allowed: each name only once"
            for wide, wide_in, narrow, narrow_in in (
                (name, setting, same, other),
                (same, other, name, setting),
            ):
                if wide_in != narrow_in and covers(wide, narrow):
                    return (
                        f"{wide_in} has {wide}, which covers {narrow} of {narrow_in}; allowed: a wildcard below which "
                        "no other setting has a name"
                    )
    for own in names[files]:
        for setting, name in pairs:
            if setting != files and name.endswith(f".{own.removeprefix('*.')}"):
                return (
                    f"{files} has {own}, and {setting} has {name} below it: what a course file does to its own domain "
                    "would reach there; allowed: a name beside the others, such as content.<domain>, or of another "
                    "domain"
                )
    return None


def covers(pattern: str, name: str) -> bool:
    """Whether a name in a certificate or an alias stands for `name`: the same, or a wildcard for its first label."""
    return pattern == name or (pattern.startswith("*.") and pattern[2:] == name.partition(".")[2])


def shared_parent(first: str, second: str) -> str | None:
    """The longest domain that both names have in common and that could be somebody's own; None if there is none.

    `co.uk` would be answered too, because the list of public suffixes is not part of this project.
    """
    labels = [name.removeprefix("*.").split(".")[::-1] for name in (first, second)]
    common: list[str] = []
    for one, other in zip(*labels, strict=False):
        if one != other:
            break
        common.insert(0, one)
    return ".".join(common) if len(common) >= _SHARED_LABELS else None


def parents(name: str) -> Iterator[str]:
    """The domains above a name, the nearest first, without the last label alone."""
    labels = name.split(".")
    for start in range(1, len(labels) - 1):
        yield ".".join(labels[start:])
