"""A field mapping proposed for a package: which column of which file is which field, how it was found, what it holds.

The proposal is plain data (see ``model.mapping_text``), so that it travels to the QGIS process as it is.
"""

import re
import unicodedata
from pathlib import Path

from ..model import codes, mapping_text, schema
from ..model.errors import BadInput
from . import content, field_matching, sheets, table_files, tabular, vector_files, workbook

SAMPLES, SAMPLE_LENGTH = 3, 24
SCAN = 500
TELEPHONE = re.compile(r"1[0-9]{10}")
CONFIDENCE = {**{field_matching.HOW[rank]: value for rank, value in (
    (field_matching.EXACT, 1.0), (field_matching.ALIAS, 1.0), (field_matching.OTHER, 0.95), (field_matching.CUT, 0.9))},
    field_matching.CHOSEN: 1.0}
KEPT = ("sheet", "crs", "encoding", "close_lines", "constants", "codes", "units")
CONTENT = "content"


def propose(package, mapping, report=lambda done, total: None):
    """(sources as plain data, [(file, why it could not be read)]). Raises BadInput only for what ``package.survey``
    would; a file that cannot be read is told and left out."""
    every = [source for sources in package.sources.values() for source in sources]
    made, unread = [], []
    for number, source in enumerate(every):
        try:
            made.append(_source(source, mapping.of(source.table, source.name), mapping))
        except BadInput as error:
            unread.append((source.name, error.message))
        report(number + 1, len(every))
    return made, unread


def _source(source, given, mapping):
    table = schema.table(source.table)
    raw = max(_raws(source, table, given, mapping), key=lambda r: _score(table, r))
    headers = [title for title in field_matching.unique_titles(raw.headers) if title]
    tabular.offer_feature_ids(raw, given)
    found, note = _matched(table, raw, given)
    titles = field_matching.unique_titles(raw.headers)
    likely = content.candidates(table, raw, found, given.constants)
    fields = [_field(table, item, raw, titles, found, likely, given, note) for item in field_matching.deliverable(table)]
    kept = {name: getattr(given, name) for name in KEPT}
    return {"table": table.name, "title": table.title, "file": source.name, "layer": source.layer, "sheet": raw.sheet,
            "headers": headers, "fields": fields, "kept": {k: v for k, v in kept.items() if v},
            "samples": {title: _samples(raw.columns[i]) for i, title in enumerate(titles) if title}}


def _raws(source, table, given, mapping):
    if table.geometry:
        return [vector_files.read_layer(source.path, source.layer, given.encoding or mapping.encoding, source.name)]
    if given.fields or source.path.suffix.lower() not in workbook.SUFFIXES:
        return table_files.read(source, table, given)
    raws = sheets.as_they_stand(source.path, table, source.name, given.sheet)
    if not raws:
        raise BadInput("表格里没有内容", "核对文件", where=source.name)
    return raws


def _score(table, raw):
    found = field_matching.match(table, raw.headers, ask=False)
    return len(found.columns) + len(content.candidates(table, raw, found))


def _matched(table, raw, given):
    """(Match, what is wrong with the mapping given): a mapping that does not fit is dropped for the proposal."""
    try:
        return tabular.matched(table, raw, given, ask=False), ""
    except BadInput as error:
        return tabular.matched(table, raw, ask=False), error.message


def _field(table, item, raw, titles, found, likely, given, note):
    name = item.name
    positions = found.columns.get(name, [])
    field = {"name": name, "alias": item.alias, "column": None, "how": "", "confidence": 0.0, "samples": [],
             "candidates": [], "ask": False, "absent": name in found.absent, "required": item.required}
    matters = name in field_matching.MATTERS.get(table.name, ()) or item.required
    if positions:
        columns = [titles[p] for p in positions]
        how = found.how[name]
        field.update(column=columns[0] if len(columns) == 1 else columns, how=how, confidence=CONFIDENCE[how],
                     samples=_samples(raw.columns[positions[0]]))
    elif name in found.ambiguous:
        field.update(candidates=[(titles[p], 0.0) for p in found.ambiguous[name]], ask=True)
    elif name in likely:
        best = likely[name]
        field["candidates"] = [(titles[p], round(c, 4)) for p, c in best]
        if len(best) == 1 or best[0][1] - best[1][1] > 0.2:
            field.update(column=titles[best[0][0]], how=CONTENT, confidence=round(best[0][1], 4),
                         samples=_samples(raw.columns[best[0][0]]))
        else:
            field["ask"] = matters or content.TWINS.get(name) in field_matching.MATTERS.get(table.name, ())
    elif item.required and name not in given.constants and not field["absent"]:
        field["ask"] = True
    return field


def _samples(cells):
    """The first different values that are not blank, short and printable."""
    seen = []
    for value in list(cells[:SCAN]):
        if value is None or value != value:
            continue
        text = _masked(unicodedata.normalize("NFC", mapping_text.remark(str(value).strip())))[:SAMPLE_LENGTH]
        if text and text not in seen:
            seen.append(text)
        if len(seen) == SAMPLES:
            break
    return seen


def _masked(text):
    """Identity and telephone numbers are not written out: the mapping is kept and passed on."""
    return codes.mask_identity(text) if content.is_identity(text) or TELEPHONE.fullmatch(text) else text


def questions(sources):
    """What a person must answer or confirm: (file, field's alias, text) for every field found by content only or not."""
    for source in sources:
        where = f"{source['title']} · {source['file']}"
        asked = {f["name"] for f in source["fields"] if f["ask"]}
        wanted = {*field_matching.MATTERS.get(source["table"], ())}
        wanted |= {content.TWINS[name] for name in wanted if name in content.TWINS}
        for field in source["fields"]:
            if field["how"] == CONTENT and (field["name"] in wanted or field["required"]):
                yield where, field["alias"], f"像是“{field['column']}”（{field['confidence']:.0%}）"
            elif field["name"] in asked:
                shown = "、".join(f"“{column}”" for column, _ in field["candidates"])
                yield where, field["alias"], f"可能是 {shown}，请选一列" if shown else "没有找到"


def top_of(mapping):
    """What a mapping says above its tables, for the text of a new one."""
    return {"sender": mapping.sender, "county": {k: v for k, v in (("code", mapping.county_code), ("name", mapping.county_name)) if v},
            "work_crs": mapping.work_crs, "crs": mapping.crs, "encoding": mapping.encoding,
            "code_standard": mapping.code_standard if mapping.code_standard != "NY/T 2539" else ""}


def refusal(package, mapping, error):
    """The error of an import that must ask, with everything that is to be asked of the whole package."""
    sources, _ = propose(package, mapping)
    lines = [f"  {where}：{alias}{text}" for where, alias, text in questions(sources)]
    listed = "。要核对的：\n" + "\n".join(lines) if lines else ""
    return field_matching.MappingNeeded(
        f"{error.message}{listed}", "做“字段对应”（mapping），核对后保存，导入时用“字段对应”参数给出它", where=error.where)


def written(sources, mapping, path, sender=""):
    """Writes the proposal as YAML."""
    top = top_of(mapping)
    if sender:
        top["sender"] = sender
    Path(path).write_text(mapping_text.document(sources, top), encoding="utf-8", newline="\n")
