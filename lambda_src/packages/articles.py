"""Reads a package as an article: one text in Markdown, and the pictures that it shows.

It has nothing else, so no page of HTML and no script comes with an article.
"""

from packages.archive import Archive
from packages.launch import ARTICLE, Launch
from packages.refusals import FILE_TYPE_REFUSED, NO_ARTICLE, Refused, quoted

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
                FILE_TYPE_REFUSED, f"An article has Markdown and pictures only, and not {quoted(each.name)}."
            )
    index = archive.find_in_any_case(_INDEX)
    if index is not None:
        return Launch(ARTICLE, "", index.name)
    if not texts:
        raise Refused(NO_ARTICLE, "The package has no text in Markdown (.md).")
    if len(texts) > 1:
        raise Refused(NO_ARTICLE, f"The package has several texts. Name the one to show {_INDEX}.")
    return Launch(ARTICLE, "", texts[0].name)
