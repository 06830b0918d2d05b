"""Texts that look like a path but are none: virtual files of GDAL, connection strings, devices. Standard library only."""

import re

NOT_A_FILE = re.compile(r"^\s*(/vsi|[a-z][a-z0-9+.-]+:(?![\\/][^/])|\{|<)", re.IGNORECASE)
"""``/vsizip/…``, ``PG:…``, ``http://…``, GeoJSON or XML given as text. A drive letter (``D:\\…``) is a file."""
DEVICE = re.compile(r"^\s*[\\/]{2}[.?][\\/]")
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
"""Names that Windows takes for devices whatever folder and ending they stand with."""
SHARE = re.compile(r"^\s*(\\\\|//)[^\\/]")


def is_strange(text):
    """True for a text that must not be opened as a file: connection, virtual file, device, or one with a control mark."""
    text = str(text)
    return bool(NOT_A_FILE.match(text) or DEVICE.match(text) or "/vsi" in text.lower().replace("\\", "/")
                or any(ord(c) < 32 for c in text))


def has_reserved(text):
    """True where a part of a path is a name that Windows takes for a device, e.g. ``NUL`` or ``com1.txt``."""
    return any(RESERVED.fullmatch(part.strip().rstrip(". ")) for part in re.split(r"[\\/]", str(text)))


def is_share(text):
    """True for a path on another computer (``\\\\server\\share``)."""
    return bool(SHARE.match(str(text)))
