"""The user guide's pictures, from the real QGIS under Xvfb: ``.venv/bin/python docs/make_screenshots.py [WORK.gpkg]``.

Without an argument it uses ``demo/示例县.gpkg``, which ``make demo`` builds. Writes ``docs/images/*.png``.
"""

import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "journeys"), str(ROOT)]

import numpy as np
import openpyxl
import real_qgis
from PIL import Image

from wr_plugin.commands.running import run_verb

IMAGES = ROOT / "docs" / "images"
MOST_BYTES, LEGEND_WIDTH = 450_000, 290


def shrink(path):
    """Fewer colours until the picture is small enough to keep: the commonest of the window and of the legend stay as
    they are, the many shades of thin lines go to the nearest of them."""
    pixels = np.asarray(Image.open(path).convert("RGB"))
    legend = pixels[:, :LEGEND_WIDTH]
    colours, which = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    for number in (256, 192, 128, 96):
        palette = np.unique(np.vstack([commonest(legend, number // 3), commonest(pixels, number - number // 3)]), axis=0)
        nearest = np.concatenate([
            np.square(part[:, None, :].astype(int) - palette.astype(int)).sum(axis=2).argmin(axis=1)
            for part in np.array_split(colours, len(colours) // 4096 + 1)])
        picture = Image.fromarray(nearest[which].reshape(pixels.shape[:2]).astype(np.uint8), "P")
        picture.putpalette(palette.tobytes())
        picture.save(path, optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            return


def commonest(pixels, number):
    """The ``number`` commonest colours of a picture, rows of (r, g, b)."""
    colours, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    return colours[np.argsort(counts)[::-1][:number]]


def proposed_mapping(folder):
    """A file with what the verb ``mapping`` says of a package whose sender has columns of his own."""
    package = Path(run_verb("sample", {"out": str(folder), "parcels": 500, "seed": 1}).outputs[0])
    for path, row, names in ((package / "权属数据" / "CBDKXX.xlsx", 1, {"DKBM": "宗地号", "CBFBM": "户号"}),
                             (next((package / "名录").glob("*.xlsx")), 4, {"合同面积（亩）": "面积"})):
        book = openpyxl.load_workbook(path)
        for area in list(book.active.merged_cells.ranges):
            book.active.unmerge_cells(str(area))
        head = list(book.active.iter_rows(min_row=row, max_row=row))[0]
        for cell in head:
            cell.value = names.get(cell.value, cell.value)
        if row > 1:
            for line in book.active.iter_rows(min_row=row + 2):  # a second column of areas, which no name tells apart
                line[len(head) - 1].value = round(line[7].value * 1.05, 2) if isinstance(line[7].value, float) else None
            head[-1].value, book.active.cell(row - 1, len(head)).value = "面积", "地块"
        book.save(path)
    counts = run_verb("mapping", {"package": str(package), "out": str(folder / "字段对应.yaml"), "sender": "某某测绘院"}).counts
    target = folder / "proposed.json"
    target.write_text(json.dumps({**counts, "top": {"sender": "某某测绘院"}}, ensure_ascii=False), encoding="utf-8")
    return target


def main(arguments):
    work = Path(arguments[0]) if arguments else ROOT / "demo" / "示例县.gpkg"
    if not work.is_file():
        raise SystemExit(f"没有 {work}：先运行 make demo")
    with tempfile.TemporaryDirectory() as folder:
        code, result, printed = real_qgis.drive(ROOT / "docs" / "screenshot_tour.py", IMAGES, timeout=300,
                                                TOUR_WORK=work.resolve(), TOUR_MAPPING=proposed_mapping(Path(folder)))
    (IMAGES / "result.json").unlink(missing_ok=True)
    if code != 0 or not result.get("ok"):
        raise SystemExit(f"QGIS 以 {code} 结束：{result.get('error') or result.get('exceptions') or printed[-2000:]}")
    for image in (IMAGES / name for name in result["shots"]):
        shrink(image)
        size = image.stat().st_size
        print(f"{image.relative_to(ROOT)}  {size / 1000:.0f} kB")
        if size > MOST_BYTES:
            raise SystemExit(f"{image.name} 超过 {MOST_BYTES // 1000} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
