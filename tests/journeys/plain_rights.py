"""The same questions answered again without the product: plain Python, fractions, shapely one shape at a time.

Everything starts from what a package says (``real_lands.Land``), never from the work file.
"""

from collections import Counter, defaultdict
from fractions import Fraction
from math import floor

import shapely

SOURCES = ("surface", "ground")
NARROW_M = 0.5


def whole(value):
    """A shape with what is invalid in it mended, polygons only."""
    if value.is_valid:
        return value
    made = shapely.make_valid(value)
    return shapely.union_all([part for part in getattr(made, "geoms", [made]) if part.area > 0])


def rounded(value):
    """Half up."""
    return floor(value + Fraction(1, 2))


def overlapping(shapes, least_m2):
    """{(i, j): area in m²} of pairs i < j that overlap by more than ``least_m2``."""
    tree, found = shapely.STRtree(shapes), {}
    for i, shape in enumerate(shapes):
        for j in tree.query(shape):
            if i < j:
                area = shape.intersection(shapes[j]).area
                if area > least_m2:
                    found[i, int(j)] = area
    return found


def width(shape):
    """Mean width in m of what two parcels share: area over half the outline, without shared lines."""
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.area > 0]
    return 2 * sum(part.area for part in parts) / sum(part.length for part in parts)


def free_between(shapes, i, j):
    """m² of nobody's land within 0.5 m of both parcels: no gap between them can be larger."""
    near = shapes[i].buffer(NARROW_M).intersection(shapes[j].buffer(NARROW_M))
    return near.difference(shapely.union_all([shape for shape in shapes if shape.intersects(near)])).area


def same(shapes):
    """Pairs i < j of one and the same shape."""
    groups = defaultdict(list)
    for i, shape in enumerate(shapes):
        groups[shapely.to_wkb(shapely.normalize(shape))].append(i)
    return {(a, b) for group in groups.values() for a in group for b in group if a < b}


def most_of(shape, areas):
    """(code, share) of the area that covers most of a shape, the earlier one on a tie; (None, 0) where none does."""
    best = None, 0.0
    for code, area in areas:
        if area.intersects(shape):
            covered = area.intersection(shape).area / shape.area
            if covered > best[1]:
                best = code, covered
    return best


class Plain:
    """Findings and rights of a package. ``state``: per parcel, in the order of delivery; ``volume``: {(CBFBM, source):
    0.01 m³}; ``area``: the same in 0.01 亩; ``demand``: {(district, source): 0.01 m³}."""

    def __init__(self, land, mended=None):
        self.land, self.policy = land, land.policy
        self.codes = [code for code, _ in land.parcels]
        self.shapes = mended or [whole(shape) for _, shape in land.parcels]
        self.invalid = sum(not shape.is_valid for _, shape in land.parcels)
        self.pairs = overlapping(self.shapes, self.policy["area"]["overlap_min_m2"])
        self.same = same(self.shapes)
        self.overlaps = set(self.pairs) - self.same
        small = set(overlapping(self.shapes, 0.1)) - set(self.pairs) - self.same
        self.slivers = {(i, j) for i, j in small
                        if 0.01 <= width(self.shapes[i].intersection(self.shapes[j])) < NARROW_M}
        self._tables()
        self._places()
        self._states()
        self._grant()

    def _tables(self):
        self.held, self.words = defaultdict(dict), {}
        for code, holder, m2_100 in self.land.links:
            self.held[code][holder] = rounded(Fraction(m2_100 * 3, 2000))
        for code, _, _, crop, method in self.land.registry:
            self.words.setdefault(code, (crop, method))
        self.quotas = {(crop, district, source, method): Fraction(quota) / (Fraction(canal) * Fraction(on_field))
                       for crop, district, source, method, quota, canal, on_field in self.land.quotas}
        self.caps = {(level, code, source): Fraction(cap) * 100 for level, code, _, source, cap in self.land.caps}
        times = Counter(self.codes)
        self.repeated_codes = {code for code in times if code is not None and times[code] > 1}

    def _places(self):
        """District, source and overlap with unapproved land per parcel."""
        sources, reach = self.policy["sources"], self.policy["sources"]["well_reach_m"]
        usable = sorted((code, shapely.Point(point)) for code, point, state, permit in self.land.wells
                        if state == "normal" and permit)
        wells = shapely.STRtree([point for _, point in usable])
        least = self.policy["area"]["overlap_min_m2"]
        bare = shapely.STRtree([shape for _, shape in self.land.unapproved])
        self.district, self.source, self.taken_m2_100, self.well = [], [], [], []
        self.tied = self.across = 0
        for shape in self.shapes:
            self.district.append(most_of(shape, self.land.districts)[0])
            outlet = most_of(shape, self.land.services)[1] >= sources["outlet_min_share"]
            near = sorted((round(usable[i][1].distance(shape), 6), usable[i][0])
                          for i in wells.query(shape.buffer(reach).envelope))
            well = bool(near) and near[0][0] <= reach
            self.well.append(near[0][1] if well else None)
            self.tied += well and len(near) > 1 and near[0][0] == near[1][0]
            self.across += sum(area.intersection(shape).area > least for _, area in self.land.services) > 1
            self.source.append("mixed" if outlet and well else "surface" if outlet else "ground" if well else None)
            parts = [self.land.unapproved[i][1].intersection(shape) for i in bare.query(shape)]
            self.taken_m2_100.append(rounded(Fraction(shapely.union_all(parts).area) * 100) if parts else 0)

    def _states(self):
        twins = {i for pair in self.same for i in pair}
        self.state, self.parts, self.missing_quotas, self.doubles = [], [], set(), set()
        for i, code in enumerate(self.codes):
            state, parts = self._state(code, i, i in twins)
            self.state.append(state)
            self.parts += parts
            if parts and self.source[i] == "mixed":
                self.doubles.add(self.well[i])
        self.parts.sort()

    def _state(self, code, i, twin):
        """(state, parts); a part is [DKBM, CBFBM, number of the source, district, area, demand], in tie order."""
        holders = self.held.get(code, {})
        if code is None or code in self.repeated_codes:
            return "defect", []
        if not holders or not set(holders) <= set(self.land.holders):
            return "no_holder", []
        if twin:
            return "defect", []
        if code not in self.words:
            return "outside_registry", []
        if self.source[i] is None or self.district[i] is None:
            return "no_source", []
        taken = self.taken_m2_100[i] if self.taken_m2_100[i] > self.policy["scope"]["deduct_min_m2"] * 100 else 0
        geometry = rounded(Fraction(self.shapes[i].area) * 100)
        left = {}
        for holder, legal in holders.items():
            left[holder] = legal - min(legal, rounded(Fraction(legal * taken, geometry)))
        if not sum(left.values()):
            return "unapproved", []
        parts = [[code, holder, s, self.district[i], area, self._demand(code, i, s, area)]
                 for holder in left for s, area in self._by_source(left[holder], i)]
        if any(part[-1] is None for part in parts):
            return "no_quota", []
        return ("reduced" if sum(left.values()) < sum(holders.values()) else "right"), parts

    def _by_source(self, area, i):
        if self.source[i] != "mixed":
            return [(SOURCES.index(self.source[i]), area)]
        surface = rounded(area * Fraction(str(self.policy["sources"]["mixed_surface_share"])))
        return [(0, surface), (1, area - surface)]

    def _demand(self, code, i, s, mu_100):
        """0.01 m³, rounded to the step; None where the quota table has no row."""
        crop, method = self.words[code]
        quota = self.quotas.get((crop, self.district[i], SOURCES[s], method),
                                self.quotas.get((crop, "*", SOURCES[s], method)))
        if quota is None:
            self.missing_quotas.add((crop, self.district[i], SOURCES[s], method))
            return None
        step = Fraction(str(self.policy["volume"]["step_m3"]))
        return int(rounded(Fraction(mu_100, 100) * quota / step) * step * 100)

    def _grant(self):
        self.area, self.volume, self.demand = Counter(), Counter(), Counter()
        for _, holder, s, district, area, demand in self.parts:
            self.area[holder, SOURCES[s]] += area
            self.demand[district, SOURCES[s]] += demand
        if self.policy["cap"]["mode"] == "report":
            for _, holder, s, _, _, demand in self.parts:
                self.volume[holder, SOURCES[s]] += demand
            return
        step = int(Fraction(str(self.policy["volume"]["step_m3"])) * 100)
        for s, source in enumerate(SOURCES):
            self._cut(s, source, step)

    def _cut(self, s, source, step):
        """District caps, then the county's, then each district's total among its parts, exact to the step."""
        districts = sorted({district for district, at in self.demand if at == source})
        granted = {d: min(self.demand[d, source] // step, floor(self.caps["district", d, source] / step))
                   for d in districts}
        county = floor(self.caps["county", self.land.county, source] / step)
        if sum(granted.values()) > county:
            granted = dict(zip(districts, shared_out([granted[d] for d in districts], county)))
        for district in districts:
            mine = [part for part in self.parts if part[2] == s and part[3] == district]
            for part, steps in zip(mine, shared_out([part[-1] // step for part in mine], granted[district])):
                self.volume[part[1], source] += steps * step

    def findings(self):
        """How many findings of each kind the package deserves; kinds that have none are absent."""
        land, rules = self.land, self.policy
        drawn, names = set(self.codes), Counter((holder[:12], name) for holder, name in land.holders.items())
        registered = {row[0] for row in land.registry}
        least = rules["scope"]["deduct_min_m2"] * 100
        found = Counter({
            "GEOMETRY_REPAIRED": self.invalid,
            "CODE_MALFORMED": self.codes.count(None),
            "CODE_DUPLICATE": sum(code in self.repeated_codes for code in self.codes),
            "HOLDER_LINK_MISSING": sum(code not in self.held for code in self.codes),
            "HOLDER_UNKNOWN": len({holder for _, holder, _ in land.links} - set(land.holders)),
            "PARCEL_UNKNOWN": len(set(self.held) - drawn),
            "SHARED_PARCEL": sum(len(self.held[code]) > 1 for code in self.codes
                                 if code in self.held and code not in self.repeated_codes),
            "SAME_NAME": sum(times > 1 for times in names.values()),
            "OUTSIDE_REGISTRY": sum(code not in registered for code in self.codes),
            "REGISTRY_UNMATCHED": len(registered - drawn),
            "REGISTRY_HOLDER": sum(holder not in dict(self.held[code]) for code, holder, *_ in land.registry
                                   if code in drawn and code in self.held and code not in self.repeated_codes),
            "AREA_REGISTRY": sum(map(self._registered_otherwise, self.codes)),
            "PARCEL_OVERLAP": len(self.overlaps),
            "GEOMETRY_DUPLICATE": len(self.same),
            "PARCEL_SLIVER": len(self.slivers),
            "UNAPPROVED_OVERLAP": sum(taken > least for taken in self.taken_m2_100),
            "OUTSIDE_DISTRICT": self.district.count(None),
            "NO_SOURCE": self.source.count(None),
            "WELL_NO_PERMIT": sum(state == "normal" and not permit for _, _, state, permit in land.wells),
            "WELL_CLOSED": sum(state == "closed" for _, _, state, _ in land.wells),
            "ACROSS_OUTLETS": self.across,
            "WELL_TIED": self.tied,
            "DOUBLE_SOURCE": len(self.doubles),
            "QUOTA_MISSING": len(self.missing_quotas),
            "CAP_MISSING": sum(key not in self.caps for key in self._cap_demands()),
            "CAP_EXCEEDED": sum(key in self.caps and demand > self.caps[key]
                                for key, demand in self._cap_demands().items()),
        })
        return +found

    def _cap_demands(self):
        """{(level, code, source): demand in 0.01 m³} of everything that a cap could limit."""
        wanted = Counter({("district", *key): demand for key, demand in self.demand.items()})
        for (_, source), demand in self.demand.items():
            wanted["county", self.land.county, source] += demand
        return wanted

    def _registered_otherwise(self, code):
        """True where the registry's area is further from the contract's than the policy tolerates."""
        if code is None or code in self.repeated_codes or code not in self.held:
            return False
        registry = [row[2] for row in self.land.registry if row[0] == code]
        contract = Fraction(sum(m2_100 for dkbm, _, m2_100 in self.land.links if dkbm == code) * 3, 2000)
        area = self.policy["area"]
        allowed = max(Fraction(str(area["tolerance_relative"])) * contract, Fraction(str(area["tolerance_mu"])) * 100)
        return bool(registry) and abs(sum(registry) - contract) > allowed


def shared_out(weights, total):
    """Whole numbers in proportion to the weights that add up to the total: what is left goes to the largest rests."""
    exact = [Fraction(weight * total, sum(weights)) for weight in weights]
    out = [floor(value) for value in exact]
    for i in sorted(range(len(out)), key=lambda i: (out[i] - exact[i], i))[:total - sum(out)]:
        out[i] += 1
    return out
