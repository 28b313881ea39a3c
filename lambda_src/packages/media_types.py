"""The media type with which each file of a package is served, by its extension; and the file types that are refused.

No file's own idea of its type counts. A file whose extension is not listed is served as bytes, which a browser saves
and does not run. HTML has no charset here, because old packages say in the page itself that it is not UTF-8.
"""

from packages.refusals import FILE_TYPE_REFUSED, Refused, quoted

BYTES = "application/octet-stream"
_OF_EXTENSIONS = {
    "text/html": "html htm",
    "application/xhtml+xml": "xhtml",
    "text/css": "css",
    "text/javascript": "js mjs",
    "application/json": "json map",
    "application/manifest+json": "webmanifest",
    "application/wasm": "wasm",
    "application/xml": "xml xsd dtd xsl xslt",
    "text/plain": "txt md markdown csv",
    "text/vtt": "vtt",
    "application/x-subrip": "srt",
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg jpeg jpe",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/svg+xml": "svg",
    "image/x-icon": "ico cur",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/ogg": "ogg oga opus",
    "audio/wav": "wav",
    "video/mp4": "mp4 m4v",
    "video/webm": "webm",
    "video/ogg": "ogv",
    "font/woff": "woff",
    "font/woff2": "woff2",
    "font/ttf": "ttf",
    "font/otf": "otf",
    "application/vnd.ms-fontobject": "eot",
    "model/gltf-binary": "glb",
    "model/gltf+json": "gltf",
}
MEDIA_TYPES = {
    extension: media_type for media_type, listed in _OF_EXTENSIONS.items() for extension in listed.split()
}
# Programs and installers for the student's computer, and programs for a server, which no browser runs. A package that
# has one was not made for a course, or was made for a server that is not here.
_REFUSED = (
    "exe dll msi msix com scr pif bat cmd ps1 psm1 vbs vbe wsf wsh hta cpl lnk reg jar jnlp apk app dmg pkg deb rpm sh "
    "php php3 php4 php5 php7 phps phtml phar asp aspx ashx asmx cer jsp jspx cgi cfm"
)
REFUSED_EXTENSIONS = frozenset(_REFUSED.split())


def media_type_of(name: str) -> str:
    """The media type of a file of a package.

    Raises:
        Refused: the package must not have a file of this type.
    """
    # Windows drops dots and blanks at the end of a name.
    _, dot, extension = name.rpartition("/")[2].rstrip(". ").rpartition(".")
    extension = extension.lower() if dot else ""
    if extension in REFUSED_EXTENSIONS:
        raise Refused(
            FILE_TYPE_REFUSED, f"A package must not have a file of the type .{extension}: {quoted(name)}."
        )
    return MEDIA_TYPES.get(extension, BYTES)
