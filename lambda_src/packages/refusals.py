"""Why a package is refused: a stable code for programs, and one sentence for the instructor who uploaded it."""

from toolkit import texts

# A sentence repeats this many characters of a name at most.
_LONGEST_NAME = 80

NOT_A_ZIP = "not-a-zip"
DAMAGED = "damaged"
ENCRYPTED = "encrypted"
COMPRESSION_UNKNOWN = "compression-unknown"
PATH_TRAVERSAL = "path-traversal"
NAME_NOT_ALLOWED = "name-not-allowed"
SYMBOLIC_LINK = "symbolic-link"
SPECIAL_FILE = "special-file"
NAMES_COLLIDE = "names-collide"
TOO_MANY_FILES = "too-many-files"
TOO_LARGE = "too-large"
RATIO_TOO_HIGH = "ratio-too-high"
FILE_TYPE_REFUSED = "file-type-refused"
MANIFEST_INVALID = "manifest-invalid"
NO_ENTRY_PAGE = "no-entry-page"
ENTRY_PAGE_MISSING = "entry-page-missing"
NO_ARTICLE = "no-article"
NOT_IN_ARTICLE = "not-in-article"


class Refused(Exception):  # noqa: N818 - a decision about a package, not an error of the program
    """The package breaks a rule, and is not unpacked.

    Attributes:
        code: one of the codes above; clients may depend on it.
        detail: one sentence for the instructor.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def quoted(name: str) -> str:
    """A name of the package as sentences repeat it: harmless, and not too long."""
    return f"“{texts.excerpt(name, _LONGEST_NAME)}”"
