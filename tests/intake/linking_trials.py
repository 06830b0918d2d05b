"""Trials of linking on made dirt: what is sure is right, what is right is sure, and review holds the rest. Per true pair
of a registry row and a holding (a household's share of a parcel), not per row."""

from dataclasses import dataclass

import dirty_registry
from dirty_registry import Dirt

from wr_plugin.intake import link_sides, linking
from wr_plugin.model import codes

MIXES = {
    "一般": Dirt(),
    "无编码": Dirt(holder_code_kept=0),
    "无编码，错字多": Dirt(holder_code_kept=0, sound=0.06, look=0.04, other=0.04, short=0.02, damaged=0.02),
    "无编码，邻户姓名互换多": Dirt(holder_code_kept=0, exchanged=0.02),
    "无编码，三成没有地块名称": Dirt(holder_code_kept=0, parcel_name_lost=0.3),
    "无编码，面积都取整到 0.1 亩": Dirt(holder_code_kept=0, area_rounded=1),
    "无编码，地块名称没有号": Dirt(holder_code_kept=0, plain_parcel_names=True),
    "无编码，一成没有村名": Dirt(holder_code_kept=0, village_lost=0.1),
    "无编码，拆行并行多": Dirt(holder_code_kept=0, split=0.03, merged=0.03),
    "有承包方编码，错字多": Dirt(holder_code_kept=1, sound=0.1, look=0.05, other=0.1),
    "一半有编码": Dirt(holder_code_kept=0.5, parcel_code_kept=0.5, parcel_name_lost=0.3, area_rounded=0.8),
}
HARDEST = {
    "什么名称也没有": Dirt(holder_code_kept=0, parcel_name_lost=1),
}
"""Where the evidence is not there: a household's parcels of like area are told apart by nothing."""


@dataclass(frozen=True)
class Rates:
    """``sure``, ``right``: pairs; ``true``: true pairs whose holding is free; ``told``: those that the row can tell (see
    ``Truth.untold`` and ``twins``), ``told_right``: those of them that are sure; ``rest``: true pairs that are not sure;
    ``shown``: those of them that are offered; ``waiting``: rows in review."""

    rows: int
    true: int
    sure: int
    right: int
    told: int
    told_right: int
    rest: int
    shown: int
    waiting: int
    offered: int

    precision = property(lambda self: self.right / max(self.sure, 1))
    recall = property(lambda self: self.right / max(self.true, 1))
    recall_of_told = property(lambda self: self.told_right / max(self.told, 1))
    held = property(lambda self: self.shown / max(self.rest, 1))

    def __add__(self, other):
        return Rates(*(getattr(self, n) + getattr(other, n) for n in self.__dataclass_fields__))

    def __str__(self):
        return (f"{self.rows:,} 行：准确率 {self.precision:.2%}，召回率 {self.recall:.2%}（有据可依的 {self.recall_of_told:.2%}），"
                f"其余 {self.rest:,} 对有 {self.held:.2%} 在待确认之列（{self.waiting:,} 行 {self.offered:,} 个候选）")


def trial(store, dirt, seed):
    """The rates of one trial; the store's registry is dirty after it."""
    with store.transaction():
        truth = dirty_registry.dirty(store, dirt, seed)
    return rates(store, linking.of_store(store), truth)


def rates(store, found, truth):
    links, candidates = found.links, found.candidates
    free = link_sides.read(store).holdings.frame
    free = set(zip(free["DKBM"].tolist(), free["CBFBM"].tolist()))
    true = {(fid, *pair) for fid in links["registry_fid"].tolist() for pair in truth.pairs[fid] if pair in free}
    sure, offered = (set(zip(some["registry_fid"].tolist(), some["DKBM"].tolist(), some["CBFBM"].tolist()))
                     for some in (links[links["decision"] == codes.SURE], candidates))
    untold = truth.untold | twins(store, true)
    told = {pair for pair in true if pair[0] not in untold}
    rest = true - sure
    waiting = int((links["decision"] == codes.REVIEW).sum())
    return Rates(len(links), len(true), len(sure), len(sure & true), len(told), len(told & sure), len(rest), len(rest & offered),
                 waiting, len(offered))


def twins(store, true):
    """Registry fids that nothing tells from another row of the household: no parcel name, and areas of parcels that are
    the same as far as the row says."""
    rows = {row[0]: row[1:] for row in store.connection.execute("SELECT fid, parcel_name, area_mu_100 FROM registry")}
    area = {(row[0], row[1]): row[2] for row in store.connection.execute("SELECT DKBM, CBFBM, HTMJ * 0.15 FROM CBDKXX")}
    of_household = {}
    for fid, code, holder in true:
        of_household.setdefault(holder, []).append((fid, code))
    found = set()
    for holder, pairs in of_household.items():
        for fid, code in pairs:
            name, said = rows[fid]
            near = 1 if said is None or said % 10 else 6
            if not name and any(other != code and (said is None or abs((area[other, holder] or 0) - said) <= near)
                                for _, other in pairs):
                found.add(fid)
    return found
