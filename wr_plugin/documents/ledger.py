"""The county's ledger (县区承包地水权确权台账): by holder, by parcel, by village, and how the caps are met."""

import pandas as pd

from ..model import codes
from ..model.findings import KINDS
from ..store import frames
from . import ledger_units
from .workbook import M3, MU, RATIO, WHOLE, Sheet, SheetColumn

HAVING = ("right", "reduced")

HOLDER_COLUMNS = (
    SheetColumn("序号", WHOLE, 7), SheetColumn("乡镇", width=12), SheetColumn("村", width=12), SheetColumn("组", width=10),
    SheetColumn("姓名（名称）", width=16, group="权利人"), SheetColumn("承包方编码", width=21, group="权利人"),
    SheetColumn("类型", width=8, group="权利人"), SheetColumn("水源类型", width=10), SheetColumn("地块数", WHOLE, 8),
    SheetColumn("确权面积（亩）", MU, 13), SheetColumn("定额水量（m³）", M3, 14),
    SheetColumn("核定水量（年度水权额度，m³）", M3, 16), SheetColumn("证号", width=26, group="水权证"),
    SheetColumn("有效期起", width=12, group="水权证"), SheetColumn("有效期止", width=12, group="水权证"),
)
PARCEL_COLUMNS = (
    SheetColumn("序号", WHOLE, 8), SheetColumn("乡镇", width=12), SheetColumn("村", width=12), SheetColumn("组", width=10),
    SheetColumn("编码", width=22, group="地块"), SheetColumn("名称", width=16, group="地块"),
    SheetColumn("类别", width=12, group="地块"), SheetColumn("姓名（名称）", width=16, group="权利人"),
    SheetColumn("承包方编码", width=21, group="权利人"), SheetColumn("是否在名录内", width=8),
    SheetColumn("法定面积", MU, 11, "面积（亩）"), SheetColumn("扣减面积", MU, 11, "面积（亩）"),
    SheetColumn("确权面积", MU, 11, "面积（亩）"), SheetColumn("水源类型", width=10), SheetColumn("灌区", width=14),
    SheetColumn("斗口", width=14), SheetColumn("机井", width=14), SheetColumn("作物", width=10),
    SheetColumn("灌溉方式", width=10), SheetColumn("定额（m³/亩）", M3, 10), SheetColumn("灌溉水利用系数", RATIO, 10),
    SheetColumn("定额水量", M3, 13, "水量（m³）"), SheetColumn("核定水量", M3, 13, "水量（m³）"),
    SheetColumn("结果", width=12), SheetColumn("说明", width=18),
)
VILLAGE_COLUMNS = (
    SheetColumn("序号", WHOLE, 7), SheetColumn("乡镇", width=14), SheetColumn("村", width=14),
    SheetColumn("村代码", width=15), SheetColumn("核定户数", WHOLE, 10), SheetColumn("总数", WHOLE, 9, "地块数"),
    SheetColumn("在名录内", WHOLE, 10, "地块数"), SheetColumn("已核定", WHOLE, 9, "地块数"),
    SheetColumn("地表水", MU, 14, "确权面积（亩）"), SheetColumn("地下水", MU, 14, "确权面积（亩）"),
    SheetColumn("合计", MU, 14, "确权面积（亩）"), SheetColumn("地表水", M3, 16, "核定水量（m³）"),
    SheetColumn("地下水", M3, 16, "核定水量（m³）"), SheetColumn("合计", M3, 16, "核定水量（m³）"),
    SheetColumn("已发证（本）", WHOLE, 10),
)
CAP_COLUMNS = (
    SheetColumn("序号", WHOLE, 7), SheetColumn("层级", width=8), SheetColumn("代码", width=14),
    SheetColumn("名称", width=20), SheetColumn("水源类型", width=10), SheetColumn("指标水量", M3, 18, "水量（m³）"),
    SheetColumn("其中预留和林草", M3, 15, "水量（m³）"), SheetColumn("定额水量", M3, 18, "水量（m³）"),
    SheetColumn("核定水量", M3, 18, "水量（m³）"), SheetColumn("超出（－为结余）", M3, 18, "水量（m³）"),
    SheetColumn("超指标时", width=14), SheetColumn("结论", width=14),
)


def sheets(county, confirm):
    """The four sheets of the ledger, and those on other units and users where there are any. Sums are sums of what is
    listed."""
    store = county.store
    note = (f"核定时间：{(confirm['ended_at'] or '').replace('T', ' ')}　依据：{county.document}　"
            f"面积口径：{county.legal_area}　面积单位：亩　水量单位：m³")
    title = f"{county.name}承包地水权确权台账"
    zones = _Zones(county)
    certificates = frames.read(store, "certificate", ["number", "CBFBM", "source", "village_code", "valid_from",
                                                      "valid_to"], "state = 'valid'")
    rights = frames.read(store, "holder_right")
    return [
        Sheet("按户", f"{title}·按户", note, HOLDER_COLUMNS, *_by_holder(store, zones, rights, certificates)),
        Sheet("按地块", f"{title}·按地块", note, PARCEL_COLUMNS, *_by_parcel(county, zones)),
        Sheet("按村汇总", f"{title}·按村汇总", note, VILLAGE_COLUMNS, *_by_village(store, zones, rights, certificates)),
        Sheet("指标执行", f"{title}·用水总量指标执行", note, CAP_COLUMNS, *_by_cap(county)),
        *ledger_units.sheets(county, title, note),
    ]


class _Zones:
    """Names of township, village and group by code, each looked up once."""

    def __init__(self, county):
        self.county, self._names = county, {}
        self._villages = county.village_names()

    def name(self, code, length):
        key = (code or "")[:length]
        if key not in self._names:
            known = len(key) == length
            self._names[key] = (self._villages.get(key) if length == codes.VILLAGE else None) or (
                self.county.short_name(key) if known and key in self.county.zones else "")
        return self._names[key]

    def names(self, values, length):
        return [self.name(v, length) for v in values]


def _by_holder(store, zones, rights, certificates):
    kinds = frames.read(store, "CBF", ["CBFBM", "CBFLX"]).drop_duplicates("CBFBM").set_index("CBFBM")["CBFLX"]
    rank = rights["source"].map({s: i for i, s in enumerate(codes.SOURCE)})
    rights = rights.assign(rank=rank).sort_values(["village_code", "CBFBM", "rank"], kind="stable")
    rights = rights.merge(certificates[["number", "CBFBM", "source", "valid_from", "valid_to"]], "left",
                          ["CBFBM", "source"])
    holder, village = _list(rights["CBFBM"]), _list(rights["village_code"])
    data = [
        list(range(1, len(rights) + 1)), zones.names(village, codes.TOWN), zones.names(village, codes.VILLAGE),
        zones.names(holder, codes.GROUP), _list(rights["holder_name"]), holder,
        [codes.CBFLX.get(k, "") for k in _list(rights["CBFBM"].map(kinds))],
        [codes.SOURCE[s] for s in _list(rights["source"])], *(_list(rights[c]) for c in (
            "parcels", "area_mu_100", "demand_m3_100", "volume_m3_100", "number", "valid_from", "valid_to"))]
    households = len(set(holder))
    totals = (None, "合计", "", "", f"{households} 户", "", "", "", None, *(sum(c) for c in data[9:12]), "", "", "")
    return data, totals


def _by_parcel(county, zones):
    store = county.store
    parcels = frames.read(store, "parcel", ["fid", "DKBM", "DKMC", "DKLB", "village_code"])
    states = frames.read(store, "parcel_right", ["parcel_fid", "state", "reason", "holder_names", "legal_mu_100", "source",
                                                 "crop", "method"])
    sites = frames.read(store, "parcel_site", ["parcel_fid", "registry_fid", "district_code", "outlet_code",
                                               "well_code", "source"])
    parts = frames.read(store, "right_part")
    names = frames.read(store, "CBF", ["CBFBM", "CBFMC"]).drop_duplicates("CBFBM").set_index("CBFBM")["CBFMC"]
    rows = parcels.merge(states.rename(columns={"legal_mu_100": "parcel_legal", "source": "parcel_source"}), "left",
                         left_on="fid", right_on="parcel_fid").drop(columns="parcel_fid")
    rows = rows.merge(sites.rename(columns={"source": "site_source", "district_code": "site_district",
                                            "outlet_code": "site_outlet", "well_code": "site_well"}), "left",
                      left_on="fid", right_on="parcel_fid").drop(columns="parcel_fid")
    rows = rows.merge(parts, "left", left_on="fid", right_on="parcel_fid")
    rank = rows["source"].map({s: i for i, s in enumerate(codes.SOURCE)}).fillna(9)
    rows = rows.assign(rank=rank).sort_values(["village_code", "DKBM", "fid", "CBFBM", "rank"], kind="stable")
    village, code, holder = _list(rows["village_code"]), _list(rows["DKBM"]), _list(rows["CBFBM"])
    having = rows["part_id"].notna()
    legal = rows["legal_mu_100"].where(having, rows["parcel_legal"])
    source = [codes.SOURCE.get(s) or codes.PARCEL_SOURCE.get(p or t, "") for s, p, t in zip(
        _list(rows["source"]), _list(rows["parcel_source"]), _list(rows["site_source"]))]
    place = {c: rows[c].where(having, rows[f"site_{c[:-5]}"]) for c in ("district_code", "outlet_code", "well_code")}
    surface, ground = rows["source"] != "ground", rows["source"] != "surface"
    own_name = [names.get(h) if h else n for h, n in zip(holder, _list(rows["holder_names"]))]
    data = [
        list(range(1, len(rows) + 1)), zones.names(village, codes.TOWN), zones.names(village, codes.VILLAGE),
        zones.names(code, codes.GROUP), code, _list(rows["DKMC"]), [codes.DKLB.get(c, c) for c in _list(rows["DKLB"])],
        own_name, holder, ["是" if r else "否" for r in rows["registry_fid"].notna().tolist()],
        _whole(legal), _whole(rows["deducted_mu_100"]), _whole(rows["area_mu_100"]), source,
        [county.districts.get(d) or d for d in _list(place["district_code"])],
        [county.outlets.get(o) or o for o in _list(place["outlet_code"].where(surface))],
        [county.wells.get(w) or w for w in _list(place["well_code"].where(ground))],
        _list(rows["crop"]), _list(rows["method"]), _whole(rows["quota_m3_mu_100"]),
        [None if e is None else f"{e / 10**8:.8f}".rstrip("0") for e in _whole(rows["eta_e8"])],
        _whole(rows["demand_m3_100"]), _whole(rows["volume_m3_100"]),
        [codes.PARCEL_STATE.get(s or "unchecked", s) for s in _list(rows["state"])],
        [KINDS[r].title if r in KINDS else "" for r in _list(rows["reason"])]]
    totals = ["", "合计", "", "", f"{len(parcels)} 块"] + [""] * 20
    totals[0] = None
    for i in (10, 11, 12, 21, 22):
        totals[i] = sum(v for v in data[i] if v is not None)
    return data, tuple(totals)


def _by_village(store, zones, rights, certificates):
    parcels = frames.read(store, "parcel", ["fid", "village_code"])
    states = frames.read(store, "parcel_right", ["parcel_fid", "state"])
    sites = frames.read(store, "parcel_site", ["parcel_fid", "registry_fid"])
    rows = parcels.merge(states, "left", left_on="fid", right_on="parcel_fid").merge(
        sites, "left", left_on="fid", right_on="parcel_fid")
    rows["village_code"] = rows["village_code"].fillna("")
    by = rows.assign(listed=rows["registry_fid"].notna(), having=rows["state"].isin(HAVING)).groupby("village_code")
    summary = by.agg(parcels=("fid", "size"), listed=("listed", "sum"), having=("having", "sum"))
    villages = sorted(set(summary.index) | set(rights["village_code"].fillna("")))
    summary = summary.reindex(villages, fill_value=0)
    amounts = {}
    for column in ("area_mu_100", "volume_m3_100"):
        table = rights.pivot_table(index="village_code", columns="source", values=column, aggfunc="sum", fill_value=0)
        table = table.reindex(index=villages, columns=list(codes.SOURCE), fill_value=0)
        amounts[column] = table.fillna(0).astype("int64")
    holders = rights.groupby("village_code")["CBFBM"].nunique().reindex(villages, fill_value=0)
    issued = certificates.groupby("village_code").size().reindex(villages, fill_value=0)
    columns = [holders, summary["parcels"], summary["listed"], summary["having"]]
    for column in ("area_mu_100", "volume_m3_100"):
        columns += [amounts[column]["surface"], amounts[column]["ground"], amounts[column].sum(axis=1)]
    data = [list(range(1, len(villages) + 1)), zones.names(villages, codes.TOWN),
            [zones.name(v, codes.VILLAGE) or "（未归村）" for v in villages], villages,
            *([int(v) for v in c.tolist()] for c in (*columns, issued))]
    return data, (None, "合计", "", "", *(sum(c) for c in data[4:]))


def _by_cap(county):
    caps = frames.read(county.store, "cap_result")
    names = [county.node_name(level, code) if not name or name == code else name
             for level, code, name in zip(*(_list(caps[c]) for c in ("cap_level", "cap_code", "cap_name")))]
    limit, reserve, demand, volume = (_whole(caps[c]) for c in ("cap_m3_100", "reserve_m3_100", "demand_m3_100",
                                                                "volume_m3_100"))
    over = [None if c is None or d is None else d - c + (r or 0) for d, c, r in zip(demand, limit, reserve)]
    verdict = [_verdict(*one) for one in zip(_list(caps["cap_level"]), _list(caps["mode"]), over)]
    data = [list(range(1, len(caps) + 1)), [codes.CAP_LEVEL.get(v, v) for v in _list(caps["cap_level"])],
            _list(caps["cap_code"]), names, [codes.SOURCE.get(s, s) for s in _list(caps["source"])],
            limit, reserve, demand, volume, over, [codes.CAP_MODE.get(m, m) for m in _list(caps["mode"])], verdict]
    return data, None


def _verdict(level, mode, over):
    if over is None:
        return "缺指标" if level in ("county", "district") else "未定指标"
    return "未超指标" if over <= 0 else "超指标，未核减" if mode == "report" else "已核减到指标"


def _list(column):
    """Values as Python objects; missing ones as None."""
    return [None if v is None or v is pd.NA or v != v else v for v in column.tolist()]


def _whole(column):
    return [None if v is None else int(v) for v in _list(column)]


