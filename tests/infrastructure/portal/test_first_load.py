"""How much JavaScript the portal loads before anybody has opened a page: 60 kB at most, compressed."""

import gzip
import re
from pathlib import Path

from education.portal.web_build import built

LIMIT_BYTES = 60_000
IMPORT = re.compile(r"""(?:import|from)\s*["']\./([^"']+\.js)["']""")
LANGUAGES = ("ar", "de", "en", "es")
CATALOGUE = re.compile(rf"(?:{'|'.join(LANGUAGES)})-[\w-]+\.js")
SCRIPT = re.compile(r"""(?:src|href)="/(assets/[^"]+\.js)\"""")


def test_the_first_load_is_small() -> None:
    app = built("app")
    loaded = first_scripts(app)
    # The first page also waits for the sentences of one language; which catalogue that is, no name tells.
    catalogues = [each for each in (app / "assets").glob("*.js") if CATALOGUE.fullmatch(each.name)]
    assert len(catalogues) >= len(LANGUAGES)
    assert not loaded & set(catalogues)
    assert sum(map(compressed, loaded)) + max(map(compressed, catalogues)) <= LIMIT_BYTES
    names = " ".join(each.name for each in loaded)
    assert not [part for part in ("pdf", "article", "package", "teach", "admin") if part in names], names


def compressed(file: Path) -> int:
    """The size of a file in bytes, as it is sent."""
    return len(gzip.compress(file.read_bytes()))


def first_scripts(app: Path) -> set[Path]:
    """The scripts of the page, and those that they import at once; not those that they load later."""
    open_ = [app / name for name in SCRIPT.findall((app / "index.html").read_text(encoding="utf-8"))]
    assert open_
    found: set[Path] = set()
    while open_:
        script = open_.pop()
        if script not in found:
            found.add(script)
            text = script.read_text(encoding="utf-8")
            open_ += [script.parent / name for name in IMPORT.findall(text)]
    return found
