"""A field mapping as the text of a YAML file that a clerk can read, edit and keep.

Standard library only: the engine writes proposals with it and the QGIS dialog what a person has confirmed. The form of a
source (one file, as plain data that travels as JSON): ``table``, ``title``, ``file``, ``layer``, ``headers`` (every column),
``fields`` (dicts: ``name``, ``alias``, ``column``, ``how``, ``confidence``, ``samples``, ``candidates`` (column, confidence),
``ask``, ``absent``), ``kept`` (what an earlier mapping said besides: constants, codes, crs …).
"""

ASKED = "请填列名"
ABOUT = (
    "字段对应：左边是本软件的字段，右边是文件里的列名。核对后导入时用它（--mapping，或导入对话框的“字段对应”）。",
    "右边是空的（\"\"）要填上列名；文件里确实没有这一列的写 ~。井号后面是说明，可以删。",
    "headers 是文件现有的全部列名：同一单位以后交来列名完全相同的文件，自动套用这里的对应。",
)


def quoted(text):
    """A text as a double-quoted YAML scalar on one line."""
    out = []
    for c in str(text):
        if c in '"\\':
            out.append("\\" + c)
        elif c.isprintable():
            out.append(c)
        else:
            out.append(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}")
    return '"' + "".join(out) + '"'


def remark(text):
    """A text that may stand behind ``#``."""
    return "".join(c if c.isprintable() else "□" for c in str(text))


def document(sources, top=None):
    """The whole file. ``top``: what stands above the tables (sender, county, work_crs …)."""
    lines = [f"# {line}" for line in ABOUT]
    for name, value in (top or {}).items():
        if value not in (None, "", {}):
            lines.append(f"{name}: {_value(value)}")
    lines.append("tables:" if sources else "tables: {}")
    by_table = {}
    for source in sources:
        by_table.setdefault(source["table"], []).append(source)
    for table, group in by_table.items():
        sections = _sections(group)
        lines.append(f"  {table}:  # {remark(group[0]['title'])}")
        for files in sections:
            body = _section(files)
            if len(sections) > 1:
                body = [("    - " if i == 0 else "      ") + line for i, line in enumerate(body)]
            else:
                body = ["    " + line for line in body]
            lines += body
    return "\n".join(lines) + "\n"


def _sections(group):
    """Sources of one table that say the same, together."""
    found = []
    for source in group:
        said = {**source, "file": None, "fields": [(f["name"], f.get("column"), f.get("absent"), f.get("ask"))
                                                   for f in source["fields"]]}
        for other, files in found:
            if other == said:
                files.append(source)
                break
        else:
            found.append((said, [source]))
    return [files for _, files in found]


def _section(sources):
    first, names = sources[0], [quoted(s["file"]) for s in sources]
    lines = [f"file: {names[0] if len(names) == 1 else '[' + ', '.join(names) + ']'}"]
    if first.get("layer"):
        lines.append(f"layer: {quoted(first['layer'])}")
    lines += [f"{name}: {_value(value)}" for name, value in (first.get("kept") or {}).items() if value not in (None, "", {})]
    lines.append(f"headers: [{', '.join(quoted(h) for h in first['headers'])}]")
    said, left = [], []
    for field in first["fields"]:
        alias = remark(field["alias"])
        if field.get("column"):
            sample = f"；如 {remark('、'.join(field['samples']))}" if field.get("samples") else ""
            column = field["column"]
            shown = quoted(column) if isinstance(column, str) else "[" + ", ".join(map(quoted, column)) + "]"
            said.append(f"  {field['name']}: {shown}  # {alias}：{remark(how_text(field))}{sample}")
        elif field.get("ask"):
            said.append(f'  {field["name"]}: ""  # {alias}：{ASKED}{_likely(field)}；没有这一列的写 ~')
        elif field.get("absent"):
            said.append(f"  {field['name']}: ~  # {alias}：没有")
        else:
            left.append(f"{field['name']} {alias}")
    lines += ["fields:", *said] if said else ["fields: {}"]
    if left:
        lines.append(f"# 没有找到的字段，有的话照样写一行：{'，'.join(left)}")
    return lines


def how_text(field):
    """How a column was found, in words: ``按内容判断（98%），请核对``."""
    if field.get("how") == "content":
        return f"按内容判断（{field.get('confidence') or 0:.0%}），请核对"
    if field.get("ask"):
        return f"有 {len(field['candidates'])} 列都像，请选一列" if field.get("candidates") else "没有找到，请选一列"
    return field.get("how") or ""


def _likely(field):
    shown = "、".join(f"{remark(column)}（{confidence:.0%}）" if confidence else remark(column)
                     for column, confidence in field.get("candidates") or ())
    return f"，可能是 {shown}" if shown else ""


def _value(value):
    """Plain data in YAML's flow form."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(k)}: {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return quoted(value)
