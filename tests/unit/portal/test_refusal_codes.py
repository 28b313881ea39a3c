"""The portal has a sentence for each code with which a package is refused."""

import re

from packages import refusals
from tools.support.paths import ROOT

CODES = ROOT / "portal/app/src/pages/teach/refusal.tsx"


def test_the_portal_explains_each_code_of_a_package() -> None:
    codes = {value for name, value in vars(refusals).items() if name.isupper() and isinstance(value, str)}
    assert "not-in-article" in codes
    assert codes <= set(re.findall(r'^  "([a-z-]+)",$', CODES.read_text("utf-8"), re.MULTILINE))
