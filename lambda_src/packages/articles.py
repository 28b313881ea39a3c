"""Reads a package as an article: a text in Markdown, and the pictures that it shows.

It has nothing else, so no page of HTML comes with an article. Of several texts `index.md` is the one to show. A picture
in SVG may hold a script: it does not run where the text shows the picture, and a picture that is opened by itself is in
the sandbox of all course files.
"""

from packages.archive import Archive
from packages.launch import ARTICLE, Launch
from packages.names import folded
from packages.refusals import NO_ARTICLE, NOT_IN_ARTICLE, Refused, quoted

# The text to show, where there are several.
_INDEX = "index.md"
_MARKDOWN = (".md", ".markdown")
_PICTURES = "image/"


def read_article(archive: Archive) -> Launch:
    """The text of an article, by its name.

    Raises:
        Refused: there is no text, or none of several is the one to show; or there is more than texts and pictures.
    """
    texts = [each for each in archive.members if each.name.lower().endswith(_MARKDOWN)]
    for each in archive.members:
        if each not in texts and not each.media_type.startswith(_PICTURES):
            raise Refused(
                NOT_IN_ARTICLE, f"An article has Markdown and pictures only, and not {quoted(each.name)}."
            )
    index = archive.find_in_any_case(_INDEX)
    if index is not None:
        return Launch(ARTICLE, "", index.name)
    if not texts:
        raise Refused(NO_ARTICLE, "The package has no text in Markdown (.md).")
    named = [each for each in texts if folded(each.name.rpartition("/")[2]) == _INDEX]
    shown = named if len(texts) > 1 else texts
    if len(shown) != 1:
        raise Refused(
            NO_ARTICLE,
            f"The package has several texts. Name the one to show {_INDEX}, at the top of the zip.",
        )
    return Launch(ARTICLE, "", shown[0].name)
