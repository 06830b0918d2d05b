"""What a PDF says and carries, for tests: text, fonts, ink."""

import subprocess
from pathlib import Path

from pypdf import PdfReader


def texts(path):
    """Text of each page with all spaces taken out."""
    return ["".join((page.extract_text() or "").split()) for page in PdfReader(str(path)).pages]


def metadata(path):
    """All document information as one string."""
    return " ".join(str(v) for v in (PdfReader(str(path)).metadata or {}).values())


def page_count(path):
    return len(PdfReader(str(path)).pages)


def fonts(path):
    """[(name, embedded), …] of every font that any page or form refers to."""
    found = {}
    for page in PdfReader(str(path)).pages:
        for ref in page["/Resources"]["/Font"].values():
            font = ref.get_object()
            descriptor = font.get("/FontDescriptor")
            embedded = descriptor is not None and "/FontFile2" in descriptor.get_object()
            found[font["/BaseFont"]] = embedded
    return sorted(found.items())


def ink(path, page, box, folder, resolution=50):
    """Share of pixels that are not white in a box (left, top, right, bottom as shares of the page)."""
    from PIL import Image

    target = Path(folder) / "ink"
    subprocess.run(["pdftoppm", "-r", str(resolution), "-f", str(page), "-l", str(page), "-singlefile", "-png", str(path),
                    str(target)], check=True, timeout=120)
    image = Image.open(f"{target}.png").convert("L")
    width, height = image.size
    part = image.crop((int(box[0] * width), int(box[1] * height), int(box[2] * width), int(box[3] * height)))
    histogram = part.histogram()
    return 1 - sum(histogram[250:]) / sum(histogram)
