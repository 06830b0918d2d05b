"""Where the product's own files lie: beside the package in a checkout, inside it in an installed plugin."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def package_parent():
    """The folder that holds the package ``wr_plugin``: a checkout, or QGIS's plugin folder."""
    return PACKAGE.parent


def folder(name):
    """``resources`` or ``forms``: the one inside the package if there is one, else the one beside it."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def icon_file(name):
    """The path of an icon as text, for QIcon."""
    return str(folder("resources") / "icons" / f"{name}.svg")


def style_file(name):
    """The path of a layer's QML style; it may not exist."""
    return folder("resources") / "styles" / f"{name}.qml"
