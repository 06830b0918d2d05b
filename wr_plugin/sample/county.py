"""The whole sample county in memory: land, people, water, ownership rows, registry rows, and the truth about them."""

from dataclasses import dataclass, field

import numpy as np

from . import defects, land, layout, names, people, records, strips, supply, surroundings, two_outlets, water


@dataclass
class County:
    """All of it; filled step by step by ``build``. Arrays have one entry per parcel unless said otherwise.

    ``code``: DKBM texts; ``measured``/``contract``: SCMJ and the whole contract area in 0.01 m²; ``registry_area``: in
    0.01 亩; ``land_class``/``use``: DKLB and TDYT; ``well``: number of the well that waters the parcel, −1 for none;
    ``cuts``: what each district's border leaves out; ``unapproved``/``forests``: (parcel or −1, polygon);
    ``stopped``: parcels that a planted defect keeps from a right; ``bad``: parcel numbers by kind of defect.
    """

    seed: int
    land: land.Land
    names: names.Names
    pool: defects.Pool
    plan: defects.Plan
    outlets: water.Outlets
    wells: water.Wells
    truth: defects.Truth = field(default_factory=defects.Truth)
    bad: dict = field(default_factory=dict)
    code: list = None
    land_class: np.ndarray = None
    use: np.ndarray = None
    forest: np.ndarray = None
    measured: np.ndarray = None
    contract: np.ndarray = None
    registry_area: np.ndarray = None
    holdings: records.Holdings = None
    registry: records.Registry = None
    well: np.ndarray = None
    in_district: np.ndarray = None
    cuts: dict = None
    unapproved: list = None
    forests: list = None
    overdraft: object = None
    crop: np.ndarray = None
    method: np.ndarray = None
    stopped: np.ndarray = None

    @property
    def parcels(self):
        return self.land.parcels

    @property
    def holders(self):
        return self.land.households

    def rng(self, stream):
        """The random numbers of one matter: the same for the same seed and size."""
        return generator(self.seed, self.parcels, stream)

    def take(self, kind, suitable=None):
        """Parcels for one kind of defect, kept in ``bad``."""
        self.bad[kind] = self.pool.take(kind, suitable)
        return self.bad[kind]

    def note(self, finding, parcels, text):
        """Adds one finding per parcel to the truth."""
        self.truth.add(finding, [self.code[i] for i in np.asarray(parcels).tolist()], text)


def generator(seed, parcels, stream):
    return np.random.default_rng([seed, parcels, stream])


def build(parcels, seed, progress):
    """Draws a county. Same numbers, same county."""
    progress.step("划分村组与条田")
    where, fields = land.ground_of(parcels, generator(seed, parcels, 1))
    progress.step("安排农户")
    households = people.households(fields.cell_of, where.village, generator(seed, parcels, 2), progress.check_cancelled)
    beside = strips.neighbours(fields)
    pool = defects.Pool(parcels, generator(seed, parcels, 3))
    plan = defects.geometry_plan(pool, fields, beside, households)
    beside[plan.twin[:, 1]] = beside[plan.twin[:, 0]]
    progress.step("绘制地块")
    ground = land.draw(where, fields, households, beside, plan)
    progress.step("布设渠道、斗口与机井")
    outlets = water.outlets_of(ground, generator(seed, parcels, 4))
    wells = water.wells_of(ground, generator(seed, parcels, 5))
    water.widen_reach(ground.shapes, wells, where.supply[where.district][ground.cell] == layout.GROUND)
    county = County(seed, ground, names.of(where, generator(seed, parcels, 6)), pool, plan, outlets, wells)
    people.found_cooperatives(households, where, county.names.village_name, county.rng(14))
    _each(county, progress, surroundings.classify, supply.plant, records.give_codes, surroundings.note, supply.note)
    progress.step("填写权属与名录")
    _each(county, progress, records.measure, records.hold, records.register, surroundings.overlay, records.list_others,
          records.repeat_names, _note_geometry)
    county.stopped = _stopped(county)
    _each(county, progress, two_outlets.plant)
    return county


def _each(county, progress, *steps):
    for step in steps:
        progress.check_cancelled()
        step(county)


def _note_geometry(county):
    plan, truth = county.plan, county.truth
    county.note("GEOMETRY_REPAIRED", plan.bow_tie, "图形自相交（蝴蝶结）")
    county.note("GEOMETRY_REPAIRED", plan.spike, "图形自相交（尖刺）")
    county.note("GEOMETRY_MISSING", plan.missing, "图形为空")
    for code, pairs, text in (("PARCEL_OVERLAP", plan.overlap, "与邻地重叠"), ("GEOMETRY_DUPLICATE", plan.twin, "两个图斑图形相同")):
        truth.add(code, [defects.pair_subject(county.code[a], county.code[b]) for a, b in pairs.tolist()], text)


def _stopped(county):
    """Parcels that get no right because of what was planted on them, apart from water and deductions."""
    stopped = (county.land_class != "10") | county.forest
    for kind in ("malformed", "duplicate", "area_unit", "area_missing", "link_missing", "outside_registry", "crop_missing",
                 "quota_missing"):
        stopped[county.bad[kind].ravel()] = True
    stopped[county.plan.twin.ravel()] = True
    stopped[county.plan.missing] = True
    return stopped
