"""A whole hand-over package as frames for the work file, with what was decided and what was found on the way."""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Dict, List, Tuple

import numpy as np
import pandas as pd

from ..model import codes, schema
from ..model.errors import BadInput
from . import limits_file, people, table_files, tabular, units, vector_files
from .identity import lasting_ids
from .layers import read_layers
from .mapping import NOTHING_SAID, STANDARD
from .villages import village_codes

MANDATORY = ("parcel", "CBF", "CBDKXX")
OPTIONAL = ("registry", "irrigation_district", "canal", "outlet", "service_area", "well", "unapproved_land",
            "overdraft_zone", "forest_parcel", "quota", "cap")
ID_KEYS = {"parcel": ("DKBM",), "well": ("well_code",), "registry": ("DKBM", "CBFBM")}
ID_SHARE = 0.5
"""Of the time that ids and words take."""
ID_WITHOUT_CODE = {"registry": ("village_name", "group_name", "holder_name", "CBFBM", "parcel_name", "area_mu_100")}
"""What a row is known by where its first key is blank."""
VERSION_KEYS = {"parcel": ("DKBM",), "CBF": ("CBFBM",), "CBDKXX": ("DKBM", "CBFBM"), "CBF_JTCY": ("CBFBM", "CYXM", "CYZJHM"),
                "CBHT": ("CBHTBM",), "CBJYQZDJB": ("CBJYQZBM",),
                "registry": ("DKBM", "CBFBM", "holder_name", "village_name", "group_name", "parcel_name")}
"""What tells that a row of one file is a row of another; of a registry row with a parcel code the two codes do."""
MOST_SHARED, VERSIONS_NAMED = 0.5, 4


@dataclass
class Delivery:
    """``frames`` by table, ``geometry`` by layer, ``findings`` rows, ``decisions`` (what, decided how),
    ``fields`` (table, file, field, column, how it was found), ``sources`` by table as file names, ``settings`` for the work file,
    ``files`` (name, what it was taken for), ``county_said``: the county is named, not only taken from the codes,
    ``pieces`` by table: (file and sheet, rows) in the order of the frame."""

    frames: Dict[str, pd.DataFrame] = field(default_factory=dict)
    geometry: Dict[str, np.ndarray] = field(default_factory=dict)
    crs: Any = None
    findings: List[dict] = field(default_factory=list)
    decisions: List[Tuple[str, str]] = field(default_factory=list)
    fields: List[tuple] = field(default_factory=list)
    sources: Dict[str, List[str]] = field(default_factory=dict)
    missing: List[str] = field(default_factory=list)
    settings: Dict[str, str] = field(default_factory=dict)
    files: List[Tuple[str, str]] = field(default_factory=list)
    county_said: bool = False
    pieces: Dict[str, List[Tuple[str, int]]] = field(default_factory=dict)


def require_sources(package):
    """Raises BadInput where a mandatory layer or table is not in the package, listing what was looked for and found."""
    missing = [t for t in MANDATORY if not package.sources.get(t)]
    if not missing:
        return
    wanted = "、".join(f"{schema.table(t).title}（{_usual_name(t)}）" for t in missing)
    found = "\n".join(f"  {name}：{taken}" for name, taken in package.files) or "  （没有文件）"
    raise BadInput(f"资料包里没有{wanted}。找到的文件：\n{found}",
                   "按标准名称放好文件，或用字段对应文件指明；Access 数据库读不了的，请把各表另存为 Excel（.xlsx）", where=package.root.name)


def _usual_name(table):
    return {"parcel": "DK＋县代码＋年份.shp"}.get(table, f"{table}.xlsx")


def used_files(package):
    """Every file that the import reads, sidecars included, in a fixed order."""
    paths = set()
    for sources in package.sources.values():
        for source in sources:
            path = source.path
            if path.suffix.lower() == ".shp":
                paths.update(p for s in (".shp", ".shx", ".dbf", ".prj", ".cpg")
                             for p in (vector_files.sidecar(path, s),) if p is not None)
            elif path.is_dir():
                paths.update(p for p in path.rglob("*") if p.is_file())
            else:
                paths.add(path)
    return sorted(paths)


def read(package, mapping, existing_crs=None, progress=None):
    """Reads all sources of the package. ``progress``: a ``Progress`` with three planned steps (layers, tables, ids and words).

    Raises BadInput for whatever cannot be read; nothing is written.
    """
    require_sources(package)
    found = Delivery(files=package.files)
    tick = progress.update if progress else (lambda done, total=1.0: None)
    if progress:
        progress.step("读取图层")
    by_layer = {t: s for t, s in package.sources.items() if schema.table(t).geometry}
    layers = read_layers(by_layer, mapping, existing_crs, tick)
    found.frames, found.geometry, found.crs = layers.frames, layers.geometry, layers.work.crs
    found.pieces["parcel"] = layers.pieces
    found.findings, found.decisions, found.fields = layers.findings, layers.decisions, layers.fields
    if progress:
        progress.step("读取表格")
    _read_tables(found, {t: s for t, s in package.sources.items() if t not in by_layer}, mapping, tick)
    for table, sources in package.sources.items():
        found.sources[table] = [s.name + (f" › {s.layer}" if s.layer else "") for s in sources]
    found.missing = [t for t in OPTIONAL if t not in found.frames]
    _refuse_two_versions(found, mapping)
    if progress:
        progress.step("编定标识，核对文字")
    _derive(found, package, mapping, tick)
    return found


def _read_tables(found, by_table, mapping, tick):
    sizes = {s.path: s.path.stat().st_size for sources in by_table.values() for s in sources}
    total, done = sum(sizes.values()) or 1, 0
    for name, sources in by_table.items():
        table, frames = schema.table(name), []
        for source in sources:
            given = mapping.of(name, source.name)
            if name in ("quota", "cap"):
                reader = limits_file.read_quota if name == "quota" else limits_file.read_caps
                frames.append(reader(source.path, source.name, given.fields, given.sheet, found.fields,
                                     found.decisions))
            else:
                frames.extend(_read_workbook(found, table, source, mapping, partial(_tick, tick, done, sizes[source.path], total)))
            done += sizes[source.path]
            tick(done, total)
        found.frames[name] = tabular.stacked(table, frames)


def _tick(tick, before, size, total, done, whole):
    """Tells a reader's progress within a file of ``size`` bytes."""
    tick(before + size * done / whole if whole else before, total)


def _read_workbook(found, table, source, mapping, report):
    given = mapping.of(table.name, source.name)
    for raw in table_files.read(source, table, given, report, mapping.encoding_of(table.name, source.name)):
        frame, _, findings = tabular.to_frame(table, raw, given, lambda: report(1, 1))
        found.findings.extend(findings)
        found.decisions.extend((f"{table.title} · {raw.where}", note) for note in raw.notes)
        found.fields.extend((table.name, raw.where, *each) for each in raw.fields)
        found.pieces.setdefault(table.name, []).append((raw.where, len(frame)))
        yield frame


def _derive(found, package, mapping, tick):
    """Lasting ids, villages, county, units of areas; parcel ids for the findings that name a row."""
    rows, done = sum(len(found.frames.get(table, ())) for table in ID_KEYS) or 1, 0
    for table, keys in ID_KEYS.items():
        frame = found.frames.get(table)
        if frame is not None:
            joined = ["|".join(v or "" for v in row) for row in zip(*(_texts(frame, k) for k in keys))]
            blank = [i for i, code in enumerate(_texts(frame, keys[0])) if not code]
            if table in ID_WITHOUT_CODE and blank:
                rest = list(zip(*(_texts(frame, k) for k in ID_WITHOUT_CODE[table])))
                for i in blank:
                    joined[i] = "|".join("" if v is None or v is pd.NA else str(v) for v in rest[i])
            tick(ID_SHARE * (done + 0.3 * len(frame)) / rows)
            frame["uuid"] = pd.Series(lasting_ids(table, joined), dtype=object)
            done += len(frame)
            tick(ID_SHARE * done / rows)
    parcels, geometry = found.frames["parcel"], found.geometry["parcel"]
    _name_villages(found, parcels, geometry, mapping)
    tick(ID_SHARE + 0.1)
    _name_county(found, package, mapping)
    tick(ID_SHARE + 0.15)
    ids, villages = parcels["uuid"].tolist(), parcels["village_code"].tolist()
    for row in found.findings:
        if "row" in row:
            number = row.pop("row")
            row["parcel_uuid"], row["village_code"] = ids[number], villages[number]
    found.decisions.extend(units.judge(found.frames, mapping))
    tick(ID_SHARE + 0.25)
    found.findings.extend(people.damaged_names(found.frames))
    tick(1.0)
    found.settings["code_standard"] = mapping.code_standard
    found.findings.extend(other_counties(found))


def _refuse_two_versions(found, mapping):
    """Raises BadInput where most rows of one file or sheet stand in another one too: a copy, or an older and a newer
    version. What a mapping names is taken as it says."""
    for name, keys in VERSION_KEYS.items():
        pieces = [(where, rows) for where, rows in found.pieces.get(name, ()) if rows]
        if len(pieces) < 2 or mapping.tables.get(name, NOTHING_SAID).files:
            continue
        frame, title = found.frames[name], schema.table(name).title
        piece = np.repeat(np.arange(len(pieces)), [rows for _, rows in pieces])
        values = zip(*(_texts(frame, key) for key in keys))
        joined = ["|".join(v or "" for v in (row[:2] if name == "registry" and row[0] else row)) for row in values]
        rows = pd.DataFrame({"piece": piece, "key": joined})
        rows = rows[rows["key"].str.strip("|") != ""].drop_duplicates()
        shared = rows[rows["key"].duplicated(keep=False)]
        share = (shared["piece"].value_counts() / rows["piece"].value_counts()).dropna()
        if (share > MOST_SHARED).any():
            worst = shared["key"][shared["piece"] == share.idxmax()]
            named = [pieces[i][0] for i in sorted(shared["piece"][shared["key"].isin(worst)].unique())]
            raise BadInput(f"几份{title}大半相同（{len(worst):,} 行在别的里也有）：{'、'.join(named[:VERSIONS_NAMED])}，像是同一份的副本，"
                           "或新旧两版，不知道用哪一份", f"只留要用的一份；确实都要的，在字段对应文件的 {name} 里用 file 写明", where=title)


def _texts(frame, name):
    return frame[name].tolist() if name in frame else [""] * len(frame)


def _name_villages(found, parcels, geometry, mapping):
    areas = found.frames.get("CJQY")
    if "village_code" not in parcels:
        given = (found.geometry["CJQY"], areas["CJQYDM"].to_numpy(dtype=object)) if areas is not None else ((), ())
        parcels["village_code"] = pd.Series(village_codes(
            parcels["DKBM"].tolist(), geometry, *given, by_code=mapping.code_standard == STANDARD), dtype=object)
    parcels["village_code"] = parcels["village_code"].where(parcels["village_code"].notna(), "")
    if "village_name" not in parcels:
        names = {}
        for table, code, name in (("zone", "zone_code", "zone_name"), ("CJQY", "CJQYDM", "CJQYMC")):
            frame = found.frames.get(table)
            if frame is not None:
                names.update(zip(frame[code].tolist(), frame[name].tolist()))
        parcels["village_name"] = pd.Series([names.get(c) or "" for c in parcels["village_code"].tolist()], dtype=object)


def _name_county(found, package, mapping):
    """The county's code and name: mapping, folder name, county layer, code table, most frequent prefix of the codes."""
    prefixes = Counter()
    if mapping.code_standard == STANDARD:
        prefixes.update(c[:codes.COUNTY] for c in found.frames["parcel"]["DKBM"].tolist() if codes.is_parcel_code(c))
    code, name = mapping.county_code or package.county[0], mapping.county_name or package.county[1]
    for table, code_field, name_field in (("XJXZQ", "XZQDM", "XZQMC"), ("zone", "zone_code", "zone_name")):
        frame = found.frames.get(table)
        if frame is None:
            continue
        listed = {c: n for c, n in zip(frame[code_field].tolist(), frame[name_field].tolist()) if len(c or "") == codes.COUNTY}
        own = code or max(listed, key=lambda c: prefixes[c], default="")
        if own in listed:
            code, name = own, name or listed[own] or ""
    found.county_said = bool(code)
    if not code and prefixes:
        code = prefixes.most_common(1)[0][0]
    found.settings["county_code"], found.settings["county_name"] = code, name


def other_counties(delivery):
    """CODE_OTHER_COUNTY: one finding for each county prefix of the parcel codes that is not the county's own."""
    own, standard = delivery.settings["county_code"], delivery.settings["code_standard"] == STANDARD
    parcels, first, count = delivery.frames["parcel"], {}, Counter()
    for row, code in enumerate(parcels["DKBM"].tolist()) if own and standard else ():
        prefix = (code or "")[:codes.COUNTY]
        if prefix != own and codes.is_parcel_code(code):
            count[prefix] += 1
            first.setdefault(prefix, row)
    for prefix, row in sorted(first.items()):
        yield {"code": "CODE_OTHER_COUNTY", "subject": prefix, "value": f"{count[prefix]}",
               "message": f"有 {count[prefix]:,} 个地块的编码以 {prefix} 开头，本县（区）是 {own}，如 {parcels['DKBM'].iat[row]}；照常读入",
               "source_file": parcels["source_file"].iat[row], "source_row": int(parcels["source_row"].iat[row])}
