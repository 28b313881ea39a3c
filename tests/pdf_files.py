"""Makes small PDF documents, one line of text a page."""


def pdf_of(*lines: str) -> bytes:
    """A document of as many pages as there are lines (ASCII)."""
    pages = range(len(lines))
    kids = " ".join(f"{4 + 2 * page} 0 R" for page in pages)
    bodies = [
        "<</Type/Catalog/Pages 2 0 R/Lang(en)>>",
        f"<</Type/Pages/Count {len(lines)}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for page, line in enumerate(lines):
        drawn = f"BT /F 24 Tf 72 700 Td ({line}) Tj ET"
        bodies.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {5 + 2 * page} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>"
        )
        bodies.append(f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream")
    text, offsets = "%PDF-1.7\n", []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(text))
        text += f"{number} 0 obj{body}endobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(bodies) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\n"
    return f"{text}{end}startxref\n{len(text)}\n%%EOF\n".encode("ascii")
