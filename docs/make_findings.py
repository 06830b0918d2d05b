"""Writes ``docs/findings.md`` from ``model.findings``: every kind of finding, what it means and what a clerk does."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from wr_plugin.commands.catalogue import VERBS  # noqa: E402 (the product is not installed)
from wr_plugin.model import findings  # noqa: E402
from wr_plugin.model.codes import LEVEL  # noqa: E402
from wr_plugin.model.tables_work import SEVERITY  # noqa: E402

TARGET = Path(__file__).resolve().parent / "findings.md"
CONSEQUENCE = {
    findings.STOP: "改正之前不予核定",
    findings.REVIEW: "请人工复核；软件按下面的规则处理，不会自行改数",
    findings.NOTICE: "知道即可",
}
HEAD = """# 问题一览

本文由 `docs/make_findings.py` 从 `wr_plugin/model/findings.py` 生成，请不要手改。怎样处理问题见[使用手册](user_guide.md#八问题怎么看怎么改)。

“程度”分三种：

{severities}

“谁可以认可”：情况属实、不用改正的，由这一级以上写明理由后认可（`accept`），内容不变的重新检查、核定后仍然有效。

“依据”一栏写的是张掖等地的条款；问题清单和说明里写的是本县现行政策的条款。

“对象”说明问题列表里 `subject` 一栏写的是什么，例如地块编码；两个编码之间用“|”隔开。
"""


def escaped(text):
    """Text that may stand in a Markdown table."""
    return str(text).replace("|", "\\|").replace("\n", " ")


def row(cells):
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"


def accepted_by(code):
    level = findings.accepting_level(code)
    return f"{LEVEL[level]}以上" if level else "不能，须改正"


def section(stage):
    """The kinds that one step reports, as one table; the heading is the step's title."""
    kinds = [kind for kind in findings.KINDS.values() if kind.stage == stage]
    header = ("名称", "代码", "程度", "什么情况下报告", "怎么办", "谁可以认可", "对象", "依据")
    lines = [f"## {VERBS[stage].title}（`{stage}`）报告的问题", "", row(header), "|" + "---|" * len(header)]
    lines += [row((k.title, f"`{k.code}`", SEVERITY[k.severity], k.rule, k.remedy, accepted_by(k.code), k.subject, k.clause))
              for k in kinds]
    return [*lines, ""]


def document():
    """The whole document as text."""
    severities = "\n".join(f"- **{SEVERITY[name]}**：{text}。" for name, text in CONSEQUENCE.items())
    lines = [HEAD.format(severities=severities)]
    for stage in dict.fromkeys(kind.stage for kind in findings.KINDS.values()):
        lines += section(stage)
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8", newline="\n")
    print(TARGET.relative_to(ROOT))
