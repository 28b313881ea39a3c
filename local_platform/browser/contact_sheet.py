"""One page with all pictures of `make browser`, a row for each page of the portal, to be looked at by a person."""

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

STYLE = """
body { font: 16px/1.4 system-ui, sans-serif; margin: 2rem; background: #888; color: #000; }
h1, h2, p, li { background: #fff; padding: .25rem .5rem; margin: .25rem 0; }
div { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
figure { margin: 0; background: #fff; padding: .25rem; }
figure.bad { outline: 4px solid #c00; }
img { display: block; height: 22rem; max-width: 36rem; object-fit: contain; object-position: top; }
"""


class Pictured(Protocol):
    """A page in one look. It is shown with its name, its picture and its faults."""

    place: str
    direction: str
    scheme: str
    width: int
    picture: Path
    faults: list[str]


def write_contact_sheet(folder: Path, looks: Sequence[Pictured]) -> Path:
    """Write `index.html` into the folder of the pictures; returns its path."""
    rows = []
    for place in dict.fromkeys(look.place for look in looks):
        of_place = [look for look in looks if look.place == place]
        figures = "".join(_figure(folder, look) for look in of_place)
        faults = "".join(f"<li>{html.escape(fault)}</li>" for look in of_place for fault in look.faults)
        rows.append(f"<h2>{html.escape(place)}</h2><ul>{faults}</ul><div>{figures}</div>")
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>The portal in every look</title>'
        f"<style>{STYLE}</style><h1>The portal in every look</h1>{''.join(rows)}</html>\n"
    )
    sheet = folder / "index.html"
    sheet.write_text(text, encoding="utf-8")
    return sheet


def _figure(folder: Path, look: Pictured) -> str:
    caption = html.escape(f"{look.direction}, {look.scheme}, {look.width} px")
    address = html.escape(look.picture.relative_to(folder).as_posix())
    bad = ' class="bad"' if look.faults else ""
    return (
        f'<figure{bad}><a href="{address}"><img loading="lazy" src="{address}" alt="{caption}"></a>'
        f"<figcaption>{caption}</figcaption></figure>"
    )
