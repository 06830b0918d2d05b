"""Writes the table of settings in ``docs/policies.md`` and ``resources/policies/policy.schema.json`` from ``model.policy``."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from wr_plugin.model import policy  # noqa: E402 (the product is not installed)

TARGET = Path(__file__).resolve().parent / "policies.md"
SCHEMA = ROOT / "resources" / "policies" / "policy.schema.json"
BEGIN, END = "<!-- 设置表：由 docs/make_policies.py 生成 -->", "<!-- 设置表完 -->"


def row(cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def absent_text(setting):
    """What a policy means that does not have the setting."""
    if setting.absent is policy.REQUIRED:
        return "必须有"
    if setting.absent is None:
        return "同空着"
    return json.dumps(list(setting.absent) if isinstance(setting.absent, tuple) else setting.absent, ensure_ascii=False)


def settings_table():
    """Every setting in the order of the schema, as a Markdown table."""
    lines = [row(("设置", "意思", "可填", "可否空着", "政策里没有这一项时", "说明")), "|" + "---|" * 6]
    lines += [row((f"`{s.path}`", s.title, s.expected, "可以" if s.blank else "不可以", absent_text(s), s.note))
              for s in policy.SETTINGS]
    return "\n".join(lines)


def document(text):
    """The page with its table of settings brought up to date."""
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n{settings_table()}\n{END}{rest.split(END)[1]}"


def schema():
    """The JSON Schema of a policy as text."""
    return json.dumps(policy.json_schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.write_text(document(TARGET.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    SCHEMA.write_text(schema(), encoding="utf-8", newline="\n")
    print(TARGET.relative_to(ROOT), SCHEMA.relative_to(ROOT))
