"""Writes the example outputs into ``docs/user_guide.md``: what the verbs really say of a sample county of 2,000 parcels.

An example stands between ``<!-- 例：NAME -->`` and ``<!-- 例完 -->``. Long outputs are cut to the lines that the guide speaks
of; what is left out shows as ``……``.
"""

import contextlib
import io
import os
import re
import sqlite3
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from wr_plugin import __main__ as door  # noqa: E402 (the product is not installed)

TARGET = Path(__file__).resolve().parent / "user_guide.md"
PLACE = re.compile(r"<!-- 例：(\w+) -->\n.*?<!-- 例完 -->", re.DOTALL)
NOW = "1795651200"  # 2026-11-26
PARCELS, PACKAGE, WORK = 2000, "demo/620799示例县", "demo/示例县.gpkg"
LONGEST = 110


def examples(folder):
    """{name: text of the example} from runs below ``folder``, which becomes the working directory meanwhile."""
    before, epoch = os.getcwd(), os.environ.get("SOURCE_DATE_EPOCH")
    os.chdir(folder)
    os.environ["SOURCE_DATE_EPOCH"] = NOW
    try:
        made = {"sample": _ran(["sample", "--out", "demo", "--parcels", str(PARCELS), "--seed", "1"], "")}
        made["import"] = _ran(["import", PACKAGE, "--work", WORK], "导入资料包|地块  |承包方  |县（区）|政策  |工作坐标系|编码|名录.*合计|发现的问题")
        made["check"] = _ran(["check", "--work", WORK], "检查|地块 |不合规|名录外|占新开|无水源|合计|不能核定")
        made["confirm"] = _ran(["confirm", "--work", WORK], "水权已核定|户数|核定地块|确权面积|水水量|：已核定|扣减后|：名录外|：非承包|超指标|性质")
        made["whatif"] = _ran(["whatif", "--work", WORK, "--lever", "定额:大田玉米=-5%", "地表水比例=0.7"],
                              "^试算|  试算 |全部|东干|的户|下一步")
        made["explain"] = _ran(["explain", _reduced_parcel(), "--work", WORK],
                               "^地块|^权利人|^第 (8|10) 步|^  重叠|^  地块图形|^  结论：(扣减|.*四舍五入到 1 )|^结果|^  扣减后|^怎样|^情况|^  ·")
        made["balance"] = _ran(["balance", "--work", WORK, "--out", "demo/平衡表.xlsx"], "^平衡表|结论|地表水|两种|地块  |收储候选 名录外")
        made["verify"] = _ran(["verify", "--work", WORK], "复算|结论|一致")
        made["status"] = _ran(["status", "--work", WORK], "进度|已完成|未做|下一步")
        return made
    finally:
        os.chdir(before)
        os.environ.pop("SOURCE_DATE_EPOCH")
        if epoch is not None:
            os.environ["SOURCE_DATE_EPOCH"] = epoch


def _reduced_parcel():
    connection = sqlite3.connect(WORK)
    try:
        return connection.execute(
            "SELECT p.DKBM FROM parcel p JOIN parcel_right r ON r.parcel_fid = p.fid WHERE r.state = 'reduced'"
            " AND r.source <> 'mixed' ORDER BY p.DKBM").fetchone()[0]
    finally:
        connection.close()


def _ran(arguments, picks):
    """The command and what it printed, as two fenced blocks."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        code = door.main([*arguments, "--progress=none"])
    if code:
        raise SystemExit(f"{arguments}：退出码 {code}")
    lines, cut = [], False
    for line in printed.getvalue().splitlines():
        if re.search(picks, line):
            lines.append(line if len(line) <= LONGEST else line[:LONGEST] + "……")
            cut = False
        elif line.strip() and not cut:
            lines.append("  ……")
            cut = True
    return "\n".join(["```", f"python3 -m wr_plugin {' '.join(arguments)}", "```", "", "```", *lines, "```"])


def document(text, made):
    """The guide with its examples replaced."""
    return PLACE.sub(lambda place: f"<!-- 例：{place[1]} -->\n{made[place[1]]}\n<!-- 例完 -->", text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        made = examples(temporary)
    TARGET.write_text(document(TARGET.read_text(encoding="utf-8"), made), encoding="utf-8", newline="\n")
    print(TARGET.relative_to(ROOT))
