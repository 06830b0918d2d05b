"""The registry (二轮延包地名录) as townships send it: a workbook per town with a title, merged headers, totals, a note."""

import numpy as np

from . import records, workbook
from .tables import hundredths

COLUMNS = ("序号", "村", "组", "姓名", "编码", "名称", "编码", "合同面积（亩）", "作物", "灌溉方式", "备注")
GROUPED = {3: ("承包方", 2), 5: ("地块", 3)}
WIDTHS = (7, 12, 9, 12, 22, 14, 23, 14, 12, 12, 14)
LAST = workbook.letter(len(COLUMNS) - 1)
SHARED = "按份共有"
FOOT = "注：本名录以二轮延包合同为准，编码为文本格式，请勿改为数值。填表人：示例　　审核人：示例　　单位（盖章）："


def write_all(folder, county, holder_code, parcel_names, tick):
    """One workbook per town; rows by village, group, household."""
    rows, names, where = county.registry, county.names, county.land.layout
    holders = county.land.households
    group = holders.cell[rows.household]
    village = where.village[group]
    town = where.town_of_village[village]
    order = np.lexsort((np.array(rows.code), rows.household, where.group[group], village, town))
    bounds = np.searchsorted(town[order], np.arange(len(names.town_code) + 1))
    for number, town_name in enumerate(names.town_name):
        members = order[bounds[number]:bounds[number + 1]]
        workbook.write(folder / f"二轮延包地名录_{town_name}.xlsx",
                       [_sheet(county, members, group, village, town_name, holder_code, parcel_names)], tick)


def _sheet(county, members, group, village, town_name, holder_code, parcel_names):
    rows, names, holders = county.registry, county.names, county.land.households
    listed = members.tolist()
    parcel, household = rows.parcel[members].tolist(), rows.household[members].tolist()
    shared = np.isin(rows.parcel[members], np.concatenate((county.bad["shared"], county.bad["share_sum"])))
    columns = [
        list(range(1, len(listed) + 1)), [names.village_name[v] for v in village[members].tolist()],
        [names.group_name[g] for g in group[members].tolist()], [holders.name[h] for h in household],
        [holder_code[h] for h in household], [parcel_names[p] if p >= 0 else "" for p in parcel],
        [rows.code[i] for i in listed], hundredths(rows.area[members]),
        [records.CROPS[c] if c >= 0 else None for c in rows.crop[members].tolist()],
        [records.METHODS[m] if m >= 0 else None for m in rows.method[members].tolist()],
        [SHARED if part else None for part in shared.tolist()],
    ]
    total = [("合计", workbook.HEAD)] + [(None, workbook.HEAD)] * (len(COLUMNS) - 1)
    total[7] = (float(np.round(rows.area[members].sum() / 100, 2)), workbook.PLAIN)
    first = len(head_rows(town_name)) + 1 + len(listed)
    merges = [f"A1:{LAST}1", f"A2:{LAST}2", f"A{first}:G{first}", f"A{first + 1}:{LAST}{first + 1}"]
    grouped = {c for start, (_, width) in GROUPED.items() for c in range(start, start + width)}
    merges += [f"{workbook.letter(c)}3:{workbook.letter(c)}4" for c in range(len(COLUMNS)) if c not in grouped]
    merges += [f"{workbook.letter(s)}3:{workbook.letter(s + w - 1)}3" for s, (_, w) in GROUPED.items()]
    return workbook.Sheet("名录", head_rows(town_name), columns, [total, [(FOOT, workbook.TEXT)]], tuple(merges), WIDTHS)



def head_rows(town_name):
    """Title, note, two header rows, number row."""
    upper = [(name, workbook.HEAD) for name in COLUMNS]
    lower = [(None, workbook.HEAD)] * len(COLUMNS)
    for start, (name, width) in GROUPED.items():
        for column in range(start, start + width):
            lower[column] = (COLUMNS[column], workbook.HEAD)
            upper[column] = (name if column == start else None, workbook.HEAD)
    return [
        [(f"示例县{town_name}二轮延包地名录", workbook.TITLE)],
        [("填报单位：" + town_name + "人民政府（示例）　　填报日期：2026年6月30日　　面积单位：亩", workbook.TEXT)],
        upper, lower, [(str(n), workbook.HEAD) for n in range(1, len(COLUMNS) + 1)],
    ]
