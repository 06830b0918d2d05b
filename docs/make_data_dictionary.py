"""Writes ``docs/data_dictionary.md`` from the schema: every layer and table, its fields, units and codes."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from wr_plugin.model import schema  # noqa: E402 (the product is not installed)

TARGET = Path(__file__).resolve().parent / "data_dictionary.md"
TYPES = {schema.TEXT: "文字", schema.INTEGER: "整数", schema.REAL: "小数", schema.DATE: "日期", schema.DATETIME: "日期时间"}
SHAPES = {schema.POINT: "点", schema.MULTILINESTRING: "多线", schema.MULTIPOLYGON: "多面"}
HEAD = """# 数据字典

本文由 `make docs` 从 `wr_plugin/model/schema.py` 生成，请不要手改。工作文件模式版本：{version}。

工作文件是一个 GeoPackage（`*.gpkg`），不装插件也能在 QGIS 中打开。图层的几何列名为 `geom`。
名称以 `_100` 结尾的整数是百分之一：面积 0.01 亩，水量 0.01 m³，都是精确值。
问题（表 `finding`）的种类见[问题一览](findings.md)。
"""


def escaped(text):
    """Text that may stand in a Markdown table."""
    return str(text).replace("|", "\\|").replace("\n", " ")


def row(cells):
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"


def grid(header, rows):
    return [row(header), "|" + "---|" * len(header), *(row(cells) for cells in rows)]


def field_cells(field, table):
    kind = TYPES[field.type] + (f"（{field.length}）" if field.length else "")
    notes = ["主键"] if field.name == table.key else []
    notes += [field.note] if field.note else []
    notes += [f"指向 `{field.references}`"] if field.references else []
    notes += ["取值：" + "，".join(f"`{code}` {word}" for code, word in field.codes.items())] if field.codes else []
    notes += ["也认得：" + "、".join(field.names)] if field.names else []
    return (f"`{field.name}`", field.alias, kind, field.unit, "是" if field.required else "", "；".join(notes))


def table_section(table):
    shape = f"图层，{SHAPES[table.geometry]}" if table.geometry else "表"
    marks = [shape, "移交资料" if table.delivered else "软件生成", *(["可在 QGIS 中编辑"] if table.edited else [])]
    about = "，".join(marks) + "。" + (table.note + "。" if table.note else "")
    lines = [f"### {table.title}（`{table.name}`）", "", about, ""]
    header = ("字段", "名称", "类型", "单位", "必填", "说明")
    return [*lines, *grid(header, (field_cells(f, table) for f in table.fields)), ""]


def document():
    """The whole document as text."""
    tables = schema.tables().values()
    groups = list(dict.fromkeys(table.group for table in tables))
    lines = [HEAD.format(version=schema.SCHEMA_VERSION), "## 目录", ""]
    for group in groups:
        named = "、".join(f"{t.title} `{t.name}`" for t in tables if t.group == group)
        lines.append(f"- **{group}**：{named}")
    for group in groups:
        lines += ["", f"## {group}", ""]
        for table in tables:
            if table.group == group:
                lines += table_section(table)
    return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip() + "\n"


if __name__ == "__main__":
    TARGET.write_bytes(document().encode("utf-8"))
    print(TARGET.relative_to(ROOT))
