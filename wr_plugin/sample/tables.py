"""The ownership workbooks (权属数据) of the sample county: standard field names, codes as text."""

import numpy as np

from ..model import amounts
from . import people, workbook

SURVEYED, SIGNED, REGISTERED = "2016-05-20", "2016-08-30", "2017-03-15"
TERM_FROM, TERM_TO, TERM = "1998-10-01", "2058-09-30", "30年，延长30年"
POSTCODE = "734099"
CLERKS = ("示例调查员甲", "示例调查员乙", "示例调查员丙")


def hundredths(values):
    """Integers of 0.01 as numbers of at most two decimals."""
    return (np.asarray(values) / 100).tolist()


def write_all(folder, county, tick):
    """FBF, CBF, CBF_JTCY, CBDKXX, CBHT, CBJYQZDJB and 权属单位代码表, one workbook each."""
    holders = county.land.households
    prefix = county.names.group_code
    holder_code = [f"{prefix[c]}{n:04d}" for c, n in zip(holders.cell.tolist(), holders.number.tolist())]
    rng = np.random.default_rng([county.seed, county.land.parcels, 20])
    for name, names, columns in (part for parts in (
        _issuers(county, rng), _holders_and_members(county, holder_code, rng, tick), _parcel_rows(county, holder_code),
        _contracts(county, holder_code),
    ) for part in parts):
        workbook.write(folder / f"{name}.xlsx", workbook.table(name, names, columns), tick)
    codes, names = zones(county)
    workbook.write(folder / "权属单位代码表.xlsx", workbook.table("权属单位代码表", ("代码", "名称"), [codes, names], (20, 50)), tick)
    return holder_code


def zones(county):
    """Codes and full names of county, towns, villages and groups."""
    from .layout import COUNTY_CODE, COUNTY_NAME

    n = county.names
    codes = [COUNTY_CODE, *n.town_code, *n.village_code, *n.group_code]
    texts = [COUNTY_NAME, *(COUNTY_NAME + t for t in n.town_name), *(n.full_village(v) for v in range(len(n.village_code))),
             *(n.full_group(g) for g in range(len(n.group_code)))]
    order = sorted(range(len(codes)), key=codes.__getitem__)
    return [codes[i] for i in order], [texts[i] for i in order]


def _issuers(county, rng):
    n = county.names
    count = len(n.group_code)
    chiefs = [people.SURNAMES[a] + people.GIVEN[b] for a, b in
              zip(rng.integers(0, len(people.SURNAMES), count).tolist(), rng.integers(0, len(people.GIVEN), count).tolist())]
    places = [n.full_group(g) for g in range(count)]
    yield "FBF", ("FBFBM", "FBFMC", "FBFFZRXM", "FZRZJLX", "FZRZJHM", "LXDH", "FBFDZ", "YZBM", "FBFDCY", "FBFDCRQ", "FBFDCJS"), [
        n.group_code, places, chiefs, ["1"] * count, people.identity_numbers(count, rng.integers(1955, 1985, count), rng),
        people.phone_numbers(count, rng), [n.full_village(v) for v in n.village_of_group], [POSTCODE] * count,
        [CLERKS[g % 3] for g in range(count)], [SURVEYED] * count, ["属实"] * count,
    ]


def _holders_and_members(county, holder_code, rng, tick):
    holders = county.land.households
    count = len(holder_code)
    heads = people.identity_numbers(count, rng.integers(1945, 1992, count), rng)
    names = holders.name.tolist()
    unions = np.flatnonzero(holders.cooperative).tolist()
    for holder, number in zip(unions, people.organisation_numbers(len(unions))):
        heads[holder] = number
    kind = np.where(holders.cooperative, "3", "1").tolist()
    family = people.members(names, holders.cooperative, heads, rng, tick)
    size = np.bincount(family.household, minlength=count)
    home = [county.names.full_group(g) for g in range(county.land.layout.groups)]
    clerk = [CLERKS[c % 3] for c in holders.cell.tolist()]
    yield "CBF", ("CBFBM", "CBFLX", "CBFMC", "CBFZJLX", "CBFZJHM", "CBFDZ", "YZBM", "LXDH", "CBFCYSL", "CBFDCRQ", "CBFDCY",
                  "CBFDCJS", "GSJS", "GSJSR", "GSSHRQ", "GSSHR"), [
        holder_code, kind, names, kind, heads, [home[c] for c in holders.cell.tolist()], [POSTCODE] * count,
        people.phone_numbers(count, rng), size.tolist(), [SURVEYED] * count, clerk, ["属实"] * count, ["公示无异议"] * count,
        clerk, [SIGNED] * count, ["示例审核员"] * count,
    ]
    owner = family.household.tolist()
    minor = [None] * len(owner)
    yield "CBF_JTCY", ("CBFBM", "CYXM", "CYXB", "CYZJLX", "CYZJHM", "YHZGX", "CYBZ", "SFGYR", "CYBZSM"), [
        [holder_code[h] for h in owner], family.name, family.sex, ["1"] * len(owner), family.identity, family.relation,
        minor, ["1"] * len(owner), minor,
    ]


def contract_letters(county):
    """The last letter of each holder's contract code, and the way of contracting: families J, cooperatives Q."""
    unions = county.holders.cooperative
    return np.where(unions, "Q", "J").tolist(), np.where(unions, "123", "110").tolist()


def _parcel_rows(county, holder_code):
    held = county.holdings
    holder = [holder_code[h] for h in held.household.tolist()]
    letter, way = contract_letters(county)
    contract = [code + letter[h] for code, h in zip(holder, held.household.tolist())]
    twin = [a if a else None for a in hundredths(amounts.mu_100_from_m2_100(held.contract))]
    yield "CBDKXX", ("DKBM", "FBFBM", "CBFBM", "CBJYQQDFS", "HTMJ", "CBHTBM", "LZHTBM", "CBJYQZBM", "YHTMJ", "HTMJM", "YHTMJM",
                      "SFQQQG"), [
        held.code, [code[:14] for code in holder], holder, [way[h] for h in held.household.tolist()],
        hundredths(held.contract), contract, [None] * len(holder), contract, hundredths(held.original), twin,
        hundredths(amounts.mu_100_from_m2_100(held.original)), np.where(held.shared, "1", "2").tolist(),
    ]


def _contracts(county, holder_code):
    held = county.holdings
    count = len(holder_code)
    total, original = (np.zeros(count, np.int64) for _ in range(2))
    np.add.at(total, held.household, held.contract)
    np.add.at(original, held.household, held.original)
    parcels = np.bincount(held.household, minlength=count)
    keep = np.flatnonzero(parcels > 0)
    holder = [holder_code[h] for h in keep.tolist()]
    letter, way = contract_letters(county)
    code, ways = [holder_code[h] + letter[h] for h in keep.tolist()], [way[h] for h in keep.tolist()]
    issuer, n = [h[:14] for h in holder], len(holder)
    yield "CBHT", ("CBHTBM", "YCBHTBM", "FBFBM", "CBFBM", "CBFS", "CBQXQ", "CBQXZ", "HTZMJ", "CBDKZS", "QDSJ", "HTZMJM", "YHTZMJ",
                   "YHTZMJM"), [
        code, [None] * n, issuer, holder, ways, [TERM_FROM] * n, [TERM_TO] * n, hundredths(total[keep]),
        parcels[keep].tolist(), [SIGNED] * n, hundredths(amounts.mu_100_from_m2_100(total[keep])), hundredths(original[keep]),
        hundredths(amounts.mu_100_from_m2_100(original[keep])),
    ]
    serial = [f"示例{number:08d}" for number in range(1, n + 1)]
    yield "CBJYQZDJB", ("CBJYQZBM", "FBFBM", "CBFBM", "CBFS", "CBQX", "CBQXQ", "CBQXZ", "DKSYT", "CBJYQZLSH", "DJBFJ", "YCBJYQZBH",
                        "DBR", "DJSJ"), [
        code, issuer, holder, ways, [TERM] * n, [TERM_FROM] * n, [TERM_TO] * n, [None] * n, serial, [None] * n, [None] * n,
        ["示例登簿人"] * n, [REGISTERED] * n,
    ]
