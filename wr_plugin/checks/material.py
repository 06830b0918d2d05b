"""What the rules look at: the work file's rows and shapes, read once, with the joins that several rules share."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Optional

import numpy as np
import pandas as pd
import shapely
from pandas.api.types import is_numeric_dtype

from ..model import codes
from ..spatial import repair
from ..spatial.polygons import Polygons
from ..store import frames, registry_links
from .inputs import COLUMNS, LAYERS, POLYGON_LAYERS

ONLY = {"CBF_JTCY": """CBFBM IN (
    SELECT r.CBFBM FROM registry r WHERE r.CBFBM <> '' AND r.holder_name <> ''
      AND r.holder_name IS NOT (SELECT h.CBFMC FROM CBF h WHERE h.CBFBM = r.CBFBM ORDER BY h.fid LIMIT 1)
    UNION SELECT k.CBFBM FROM registry r JOIN CBDKXX k ON k.DKBM = r.DKBM WHERE coalesce(r.CBFBM, '') = '' AND r.holder_name <> '')"""}
"""Members of households are many, and only those count whose household the registry may name by another than its head."""
ROWS_AT_ONCE = 20_000


@dataclass
class Material:
    """Frames (index 0 … n−1, text never missing but empty) and shapes of the layers, by table name, and the policy.

    ``repaired``: (n,) why a parcel's shape was invalid and had to be repaired for the check, "" where it was sound.
    ``told``: (code, parcel uuid) of the findings about shapes that the import has reported already.
    ``matches``: the table ``registry_link``: registry rows whose own parcel code leads nowhere; the registry's DKBM is
    the code of the matched parcel where the match is sure or accepted.
    ``own_codes``: the county keeps a code standard of its own, so parcel codes are not held against NY/T 2539.
    What ``rules.prepare`` adds: ``site``, the frame of ``checks.site`` in the order of the parcels; ``across``, the frame
    ``parcel_outlet`` of the parcels across several outlets where the policy splits these; ``outlet_pieces``, the frame
    (``parcel`` position, ``outlet_code``, ``overlap_m2_100``) of parcels under several outlets, split or not; ``rivals``,
    (n,) code of the well that is exactly as near as the parcel's own, '' for none; ``areas``, see ``checks.areas``;
    ``overlaps`` and ``gaps``, see ``checks.geometry``.
    """

    frames: dict
    shapes: dict
    policy: object
    matches: pd.DataFrame
    own_codes: bool = False
    repaired: Optional[np.ndarray] = None
    told: frozenset = frozenset()
    site: Optional[pd.DataFrame] = None
    across: Optional[pd.DataFrame] = None
    outlet_pieces: Optional[pd.DataFrame] = None
    rivals: Optional[np.ndarray] = None
    areas: Any = None
    overlaps: Any = None
    gaps: Any = None

    @property
    def parcels(self):
        return self.frames["parcel"]

    @property
    def links(self):
        """承包地块信息: which household holds how much of which parcel."""
        return self.frames["CBDKXX"]

    @property
    def registry(self):
        return self.frames["registry"]

    @cached_property
    def land(self):
        """The parcels' shapes."""
        return Polygons(self.shapes["parcel"])

    @cached_property
    def drawn(self):
        """(n,) True for parcels with a shape that has an area."""
        return self.land.area > 0

    @cached_property
    def _codes(self):
        """((n,) number of the parcel's code, the codes as an index). An empty code is a code of no parcel: −1."""
        numbers, known = pd.factorize(self.parcels["DKBM"].where(self.parcels["DKBM"] != ""))
        return numbers, pd.Index(known)

    def of_parcel(self, values, missing):
        """Spreads values by code number (see ``code_of``) to the (n,) parcels; ``missing`` where the code is empty."""
        numbers, _ = self._codes
        return np.append(values, missing)[numbers]

    def code_of(self, code_column):
        """(rows,) code number of each row of another table, −1 where no parcel has that code."""
        return self._codes[1].get_indexer(code_column)

    @property
    def code_count(self):
        return len(self._codes[1])

    @cached_property
    def first_parcel(self):
        """(codes,) the first parcel of each code number."""
        numbers, known = self._codes
        first = np.zeros(len(known), dtype=np.int64)
        rows = np.flatnonzero(numbers >= 0)[::-1]
        first[numbers[rows]] = rows
        return first

    @cached_property
    def duplicated(self):
        """(n,) True for parcels whose code another parcel has too."""
        numbers, _ = self._codes
        return self.of_parcel(np.bincount(numbers[numbers >= 0], minlength=self.code_count) > 1, False)

    @cached_property
    def link_code(self):
        """(links,) code number of each link's parcel."""
        return self.code_of(self.links["DKBM"])

    @cached_property
    def linked(self):
        """(n,) True for parcels that at least one household holds."""
        held = self.link_code[(self.links["CBFBM"] != "").to_numpy()]
        return self.of_parcel(np.bincount(held[held >= 0], minlength=self.code_count) > 0, False)

    @cached_property
    def holders_per_parcel(self):
        """(n,) number of different households that hold the parcel."""
        rows = (self.link_code >= 0) & (self.links["CBFBM"] != "").to_numpy()
        pairs = pd.DataFrame({"code": self.link_code[rows], "holder": self.links["CBFBM"][rows]}).drop_duplicates()
        return self.of_parcel(np.bincount(pairs["code"], minlength=self.code_count), 0)

    @cached_property
    def registry_row(self):
        """(n,) position of the first registry row with the parcel's code, −1 where there is none."""
        number = self.code_of(self.registry["DKBM"])
        first = np.full(self.code_count, -1, dtype=np.int64)
        rows = np.flatnonzero(number >= 0)[::-1]
        first[number[rows]] = rows
        return self.of_parcel(first, -1)

    @cached_property
    def contract_land(self):
        """(n,) True for the classes of parcels that the policy confirms (DKLB 10)."""
        return self.parcels["DKLB"].isin(self.policy.get("scope.parcel_classes")).to_numpy()

    @cached_property
    def in_forest_layer(self):
        """(n,) True where more than half of the parcel lies in forest parcels."""
        return (2 * self.site["forest_m2_100"] > self.site["geometry_m2_100"]).to_numpy()

    @cached_property
    def forest(self):
        """(n,) True for contract land that is forest by its use or by the forest layer."""
        excluded = self.parcels["TDYT"].isin(self.policy.get("scope.exclude_land_use")).to_numpy()
        return self.contract_land & (excluded | self.in_forest_layer)

    @cached_property
    def in_scope(self):
        """(n,) True for contract land that is not forest: what may get a right as arable land."""
        return self.contract_land & ~self.forest

    @cached_property
    def usable_wells(self):
        """(wells,) True for wells in use and, where the policy asks for it, with a permit number."""
        wells = self.frames["well"]
        usable = (wells["well_state"] == "normal").to_numpy()
        if self.policy.get("sources.require_permit"):
            usable = usable & (wells["permit_number"].str.strip() != "").to_numpy()
        return usable

    def wells_inside(self, layer):
        """(wells,) True for wells inside a polygon of the layer."""
        points, zones = self.shapes["well"], self.shapes[layer]
        inside = np.zeros(len(points), dtype=bool)
        if len(zones) and len(points):
            inside[np.unique(shapely.STRtree(zones).query(points, predicate="intersects")[0])] = True
        return inside

    def villages_of(self, points):
        """Village code of each point, '' where it lies in no village area."""
        areas = self.shapes["CJQY"]
        found = np.full(len(points), len(areas), dtype=np.int64)
        if len(areas) and len(points):
            point, area = shapely.STRtree(areas).query(points, predicate="intersects")
            np.minimum.at(found, point, area)
        return np.append(self.frames["CJQY"]["CJQYDM"].to_numpy(), "")[found]

    def digest(self):
        """SHA-256 over all that was read, hex: edits in QGIS count as new input like a new import."""
        digest = hashlib.sha256()
        for name in COLUMNS:
            for column in self.frames[name].columns:
                digest.update(_bytes(self.frames[name][column]))
        for name in ("registry_key", "DKBM", "decision", "reasons", "score"):
            digest.update("\x1f".join(map(str, self.matches[name].tolist())).encode("utf-8", "surrogatepass"))
        for name in LAYERS:
            shapes = self.shapes[name]
            digest.update(shapely.get_num_coordinates(shapes).tobytes())
            digest.update(np.ascontiguousarray(shapely.get_coordinates(shapes)).data)
        return digest.hexdigest()


def _bytes(column):
    if is_numeric_dtype(column):
        return column.to_numpy(dtype=np.float64, na_value=np.nan).tobytes()
    return "\x1f".join(column).encode("utf-8", "surrogatepass")


def load(store, policy, report, matches=None):
    """Reads what the rules need. ``report(done, total)`` is called after every slice of rows. ``matches``: see
    ``Material``; what is stored where not given."""
    total = sum(_size(store, name) for name in COLUMNS) + sum(_size(store, name) for name in LAYERS)
    done, read, shapes = 0, {}, {}
    for name, columns in COLUMNS.items():
        slices = []
        for span in _slices(store, name, name not in ONLY) or [(0, 0)]:
            frame = frames.read(store, name, list(columns), " AND ".join(filter(None, ("fid BETWEEN ? AND ?", ONLY.get(name)))), span)
            slices.append(without_gaps(frame))
            done += len(frame)
            report(done, total)
        read[name] = pd.concat(slices, ignore_index=True) if len(slices) > 1 else slices[0]
    for name in LAYERS:
        parts = [np.empty(0, dtype=object)]
        for span in _slices(store, name):
            parts.append(frames.read_geometry(store, name, "fid BETWEEN ? AND ?", span)[1])
            done += len(parts[-1])
            report(done, total)
        shapes[name] = np.concatenate(parts)
    if matches is None:
        matches = frames.read(store, "registry_link")
    return made(store, policy, read, shapes, matches)


def made(store, policy, read, shapes, matches):
    """``Material`` of rows as they are stored: shapes that an edit has made invalid are repaired, and registry rows carry
    the codes of the parcels that they are linked to."""
    read["registry"] = registry_links.with_linked_codes(read["registry"], registry_links.linked_codes(matches))
    material = Material(read, shapes, policy, matches, own_codes=store.setting("code_standard") == "own")
    for name in POLYGON_LAYERS:
        # the import leaves sound shapes; an edit in QGIS since then may not
        shapes[name], _, reasons = repair.repair(shapes[name])
        if name == "parcel":
            material.repaired = reasons
    material.told = frozenset(tuple(row) for row in store.connection.execute(
        "SELECT code, parcel_uuid FROM finding WHERE code IN ('GEOMETRY_REPAIRED', 'GEOMETRY_MISSING') AND stage = 'import'"))
    return material


def without_gaps(frame):
    """The frame with empty texts where they are missing."""
    for column in frame.columns:
        if not is_numeric_dtype(frame[column]):
            frame[column] = frame[column].where(frame[column].notna(), "")
    return frame


def _size(store, name):
    # names come from this module
    return store.connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # nosec B608


def _slices(store, name, cut=True):
    """Ranges of fid that cover a table; one range where it is not to be cut."""
    low, high = store.connection.execute(f"SELECT min(fid), max(fid) FROM {name}").fetchone()  # nosec B608
    if low is None:
        return []
    if not cut:
        return [(low, high)]
    return [(start, start + ROWS_AT_ONCE - 1) for start in range(low, high + 1, ROWS_AT_ONCE)]


def village_of(parcel_code, holder_code):
    """The village's 12 digits from a parcel code, else from a holder code, else empty."""
    if codes.is_parcel_code(parcel_code):
        return codes.part_of(parcel_code, codes.VILLAGE)
    return codes.part_of(holder_code, codes.VILLAGE) if codes.is_holder_code(holder_code) else ""
