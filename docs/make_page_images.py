"""Writes ``docs/images/certificate.png`` and ``poster_*.png``: pages of a small sample county, made by the verbs.

Needs poppler's ``pdftoppm``. The run's time is fixed, so that the same code gives the same pictures.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402 (the product is not installed)
from pypdf import PdfReader  # noqa: E402

from wr_plugin.commands.running import run_verb  # noqa: E402

TARGET = Path(__file__).resolve().parent / "images"
NOW = "1795651200"  # 2026-11-26
PARCELS = 600
CERTIFICATE_WIDTH, POSTER_WIDTH, MOST_BYTES = 600, 1200, 300_000
COLOURS = 256


def papers(folder):
    """(poster PDF, certificate PDF) of a sample county that has gone all the way."""
    run_verb("sample", {"out": str(folder), "parcels": PARCELS, "seed": 1})
    package, work = next(p for p in folder.iterdir() if p.is_dir()), str(folder / "示例县.gpkg")
    run_verb("import", {"package": str(package), "work": work})
    run_verb("check", {"work": work})
    run_verb("confirm", {"work": work})
    run_verb("publish", {"work": work, "out": str(folder / "公示表"), "start": "2026-11-01"})
    for level in ("town", "county", "city"):
        run_verb("approve", {"work": work, "level": level, "who": "示例审核人", "on": "2026-11-20"})
    run_verb("certify", {"work": work, "out": str(folder / "水权证")})
    return tuple(sorted((folder / name).rglob("*.pdf"))[0] for name in ("公示表", "水权证"))


def page(pdf, number, width, folder):
    """One page as an RGB image of that width in pixels."""
    name = folder / f"page{number}"
    subprocess.run(["pdftoppm", "-png", "-singlefile", "-f", str(number), "-l", str(number), "-scale-to-x", str(width * 2),
                    "-scale-to-y", "-1", str(pdf), str(name)], check=True)
    image = Image.open(name.with_suffix(".png")).convert("RGB")
    return image.resize((width, round(image.height * width / image.width)), Image.LANCZOS)


def side_by_side(images, gap=16):
    width, height = sum(i.width for i in images) + gap * (len(images) + 1), max(i.height for i in images) + 2 * gap
    sheet = Image.new("RGB", (width, height), (222, 224, 228))
    x = gap
    for image in images:
        sheet.paste(image, (x, gap))
        x += image.width + gap
    return sheet


def save(image, name):
    path = TARGET / name
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{name} 有 {path.stat().st_size} 字节，超过 {MOST_BYTES}")
    print(path.relative_to(ROOT), path.stat().st_size)


if __name__ == "__main__":
    os.environ["SOURCE_DATE_EPOCH"] = NOW
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        poster, certificate = papers(folder)
        save(side_by_side([page(certificate, n, CERTIFICATE_WIDTH, folder) for n in (1, 2)]), "certificate.png")
        last = len(PdfReader(poster).pages)
        for name, number in (("notice", 1), ("table", 2), ("map", last)):
            save(page(poster, number, POSTER_WIDTH, folder), f"poster_{name}.png")
