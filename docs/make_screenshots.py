"""The user guide's pictures, from the real QGIS under Xvfb: ``.venv/bin/python docs/make_screenshots.py [WORK.gpkg]``.

Without an argument it uses ``demo/示例县.gpkg``, which ``make demo`` builds. Writes ``docs/images/*.png``.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "journeys"))

import real_qgis
from PIL import Image

IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 300_000


def shrink(path):
    """Fewer colours, without dithering, until the picture is small enough to keep in the repository."""
    picture = Image.open(path).convert("RGB")
    for colours in (256, 128, 64, 32):
        picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            return


def main(arguments):
    work = Path(arguments[0]) if arguments else ROOT / "demo" / "示例县.gpkg"
    if not work.is_file():
        raise SystemExit(f"没有 {work}：先运行 make demo")
    code, result, printed = real_qgis.drive(ROOT / "docs" / "screenshot_tour.py", IMAGES, timeout=300,
                                            TOUR_WORK=work.resolve())
    (IMAGES / "result.json").unlink(missing_ok=True)
    if code != 0 or not result.get("ok"):
        raise SystemExit(f"QGIS 以 {code} 结束：{result.get('error') or result.get('exceptions') or printed[-2000:]}")
    for image in sorted(IMAGES.glob("*.png")):
        shrink(image)
        size = image.stat().st_size
        print(f"{image.relative_to(ROOT)}  {size / 1000:.0f} kB")
        if size > MOST_BYTES:
            raise SystemExit(f"{image.name} 超过 {MOST_BYTES // 1000} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
