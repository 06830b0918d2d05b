"""One registry workbook of 200,000 rows: reading it as a table beside the bare rows out of its XML, in turns.

The rows are taken twice: kept, as a program that wants the sheet would have them, and each thrown away at once.

    registry.py FOLDER    makes the workbook in FOLDER where it is not there, and prints CPU seconds and the ratios
"""

import statistics
import sys
import time
from collections import deque
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from wr_plugin.intake import sheets, tabular, xlsx_rows  # noqa: E402
from wr_plugin.model import schema  # noqa: E402
from wr_plugin.sample import workbook  # noqa: E402

ROWS, TURNS = 200_000, 5
NAMES = ("村", "组", "承包方代表姓名", "承包方编码", "地块编码", "地块名称", "二轮延包面积（亩）", "作物", "灌溉方式", "备注")
CROPS = ("玉米", "小麦", "苜蓿", "马铃薯", "制种玉米", "大麦")


def made(path):
    """The workbook: five parcels to a household, thirty households to a group."""
    number = range(ROWS)
    holders = [f"6207992{i // 15000:02d}{201 + i // 1500 % 10:03d}{1 + i // 150 % 10:02d}{i // 5 % 10000:04d}" for i in number]
    columns = [[f"{code[7:12]}村" for code in holders], [f"{code[12:14]}组" for code in holders],
               [f"张{chr(0x4E00 + i // 5 % 9000)}" for i in number], holders,
               [f"{code[:14]}{i % 100000:05d}" for i, code in enumerate(holders)], [f"地块{i % 900}" for i in number],
               [round(0.3 + i % 977 / 100, 2) for i in number], [CROPS[i % len(CROPS)] for i in number],
               ["滴灌" if i % 3 else "漫灌" for i in number], [None] * ROWS]
    workbook.write(path, workbook.table("名录", NAMES, columns))


def cpu_of(work):
    began = time.process_time()
    work()
    return time.process_time() - began


def rows_alone(path, keep):
    """Reads every row; ``keep``: how many of them are held."""
    with xlsx_rows.Book(path) as book:
        return [deque(book.rows(part), maxlen=keep) for _, _, part in book.sheets]


def as_table(path):
    for raw in sheets.read(path, schema.table("registry")):
        tabular.to_frame(schema.table("registry"), raw)


def main(folder):
    path = Path(folder) / f"名录_{ROWS}.xlsx"
    if not path.exists():
        made(path)
    turns = [(cpu_of(lambda: rows_alone(path, ROWS + 1)), cpu_of(lambda: rows_alone(path, 0)), cpu_of(lambda: as_table(path)))
             for _ in range(TURNS)]
    kept, thrown, whole = (statistics.median(each) for each in zip(*turns))
    beside_kept, beside_thrown = (statistics.median(turn[2] / turn[n] for turn in turns) for n in (0, 1))
    print(f"名录 {ROWS:,} 行：读成表 {whole:.2f} CPU 秒；只取行 {kept:.2f} CPU 秒，之比 {beside_kept:.2f}；"
          f"取了就丢 {thrown:.2f} CPU 秒，之比 {beside_thrown:.2f}")


if __name__ == "__main__":
    main(sys.argv[1])
