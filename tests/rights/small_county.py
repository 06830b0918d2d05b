"""Small counties for the tests of rights: frames made from a few words, and the work file that holds the same."""

import hashlib
import json
import uuid

import numpy as np
import pandas as pd
import pyproj
import shapely

from tests.village import village_policy
from wr_plugin.rights import determine
from wr_plugin.store import frames, row_numbers, runs
from wr_plugin.store.create import create_workfile

COUNTY = "620799"
GROUP = "62079910100101"
SOURCES = {"surface": "地表水", "ground": "地下水"}


def parcel_code(number):
    return f"{GROUP}{number:05d}"


def holder_code(number):
    return f"{GROUP}{number:04d}"


def parcel_row(number, **values):
    """One row of ``parcel`` and ``parcel_site`` together; what is not given is ordinary contract land of 6,000 m²."""
    row = {
        "fid": number, "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"parcel {number}")), "DKBM": parcel_code(number),
        "DKLB": "10", "TDYT": "1", "SCMJ": 6000.0, "SCMJM": None, "village_code": GROUP[:12], "in_registry": True,
        "crop": "玉米", "method": "畦灌", "district_code": "GQ01", "outlet_code": "DK01", "well_code": "JJ01",
        "unapproved_m2_100": 0, "geometry_m2_100": 600_000, "forest_m2_100": 0, "source": "surface", "defect": "",
        "well_overdraft": None, "well_spring": None,
    }
    unknown = set(values) - set(row)
    assert not unknown, unknown
    row.update(values)
    return row


def link_row(parcel, holder, HTMJ=None, HTMJM=None, **values):
    """One row of CBDKXX; ``parcel`` and ``holder`` are numbers."""
    return {"DKBM": parcel_code(parcel), "CBFBM": holder_code(holder), "CBHTBM": holder_code(holder) + "J",
            "HTMJ": HTMJ, "HTMJM": HTMJM, "YHTMJ": None, "YHTMJM": None, **values}


def quota_row(crop, district, source, method, quota, canal, field):
    """One row of the quota table; ``quota`` in 0.01 m³/亩."""
    return {"crop": crop, "district_code": district, "source": source, "method": method, "quota_m3_mu_100": quota,
            "eta_canal": canal, "eta_field": field}


def cap_row(level, code, source, amount, **more):
    """One row of the cap table; ``amount`` in 0.01 m³; ``more``: ``reserve_m3_100``, ``parent_code``."""
    return {"cap_level": level, "cap_code": code, "cap_name": f"名{code}", "source": source, "cap_m3_100": amount, **more}


def county(parcels, links, quotas, caps, holders):
    """``determine.Inputs`` from rows as made above; ``holders``: numbers of the holders that CBF knows."""
    land = pd.DataFrame(parcels)
    registered = land[land["in_registry"].astype(bool)]
    registry = registered[["DKBM", "crop", "method"]].astype(object).reset_index(drop=True)
    registry.insert(0, "fid", np.arange(1, len(registry) + 1))
    fid_of = dict(zip(registered["fid"], registry["fid"]))
    site = land[["district_code", "outlet_code", "well_code", "unapproved_m2_100", "geometry_m2_100", "forest_m2_100",
                 "well_overdraft", "well_spring", "source", "defect"]].astype(
                     {"district_code": object, "well_overdraft": "Int64", "well_spring": "Int64"})
    site.insert(0, "parcel_fid", land["fid"])
    site.insert(1, "registry_fid", pd.array([fid_of.get(fid) for fid in land["fid"]], dtype="Int64"))
    columns = list(determine.PARCEL_COLUMNS)
    area = dict.fromkeys(("HTMJ", "HTMJM", "YHTMJ", "YHTMJM"), float)
    return determine.Inputs(
        land[columns].astype({"SCMJ": float, "SCMJM": float}),
        site,
        _numbered(links, determine.LINK_COLUMNS).astype(area),
        _numbered([{"CBFBM": holder_code(n), "CBFMC": f"户{n}"} for n in holders], determine.HOLDER_COLUMNS),
        registry,
        _numbered(quotas, QUOTA_COLUMNS).astype({"quota_m3_mu_100": "Int64"}),
        cap_table(caps),
        COUNTY,
    )


QUOTA_COLUMNS = ("fid", "crop", "district_code", "source", "method", "quota_m3_mu_100", "eta_canal", "eta_field",
                 "grade", "edition", "source_row")
CAP_COLUMNS = ("fid", "cap_level", "cap_code", "cap_name", "source", "cap_m3_100", "reserve_m3_100", "parent_code",
               "source_row")


def cap_table(rows):
    """The cap table of rows as ``cap_row`` makes them."""
    return _numbered(rows, CAP_COLUMNS).astype({"cap_m3_100": "Int64", "reserve_m3_100": "Int64"})


def outlet_table(rows):
    """The table ``parcel_outlet`` of rows (parcel number, outlet, overlap in 0.01 m²)."""
    frame = pd.DataFrame(rows, columns=["parcel_fid", "outlet_code", "overlap_m2_100"])
    frame = frame.astype({"parcel_fid": np.int64, "overlap_m2_100": np.int64})
    return frame.assign(fid=row_numbers.numbered(frame["parcel_fid"].to_numpy()))


def _numbered(rows, columns):
    frame = pd.DataFrame(rows).reindex(columns=list(columns)).astype(object)
    frame["fid"] = np.arange(1, len(frame) + 1)
    frame = frame.astype({"fid": np.int64})
    if "source_row" in frame:
        frame["source_row"] = frame["fid"] + 1
    return frame


def shuffled(inputs, rng):
    """The same county with the rows of every table in another order."""
    return determine.Inputs(*(
        frame.iloc[rng.permutation(len(frame))].reset_index(drop=True) if isinstance(frame, pd.DataFrame) else frame
        for frame in (getattr(inputs, name) for name in inputs.__dataclass_fields__)))


def store_county(path, inputs, policy_changes=None, policy=None):
    """A checked work file with the county's rows, ready for ``confirm``; open it with ``WorkFile.open``. ``policy``:
    (Policy, plain mapping); the village's with ``policy_changes`` where not given."""
    policy, mapping = policy or village_policy(**(policy_changes or {}))
    with create_workfile(path, pyproj.CRS.from_epsg(4522)) as store, store.transaction():
        store.set_setting("county_code", COUNTY)
        store.adopt_policy(policy, mapping, "政策.yaml", runs.now())
        boxes = shapely.box(np.arange(len(inputs.parcel)) * 10.0, 0, np.arange(len(inputs.parcel)) * 10.0 + 9, 9)
        frames.replace(store, "parcel", inputs.parcel, boxes)
        frames.replace(store, "registry", inputs.registry.assign(
            uuid=[str(uuid.uuid5(uuid.NAMESPACE_URL, f"registry {fid}")) for fid in inputs.registry["fid"]]))
        frames.replace(store, "parcel_site", inputs.site)
        if inputs.parcel_outlet is not None:
            frames.replace(store, "parcel_outlet", inputs.parcel_outlet)
        frames.replace(store, "CBDKXX", inputs.link)
        frames.replace(store, "CBF", inputs.holder)
        frames.replace(store, "quota", inputs.quota)
        frames.replace(store, "cap", inputs.cap)
        for name, made in (("outlet", shapely.points), ("canal", lambda xy: shapely.linestrings(np.stack([xy, xy + 1], 1)))):
            rows = getattr(inputs, name)
            if rows is not None:
                where = made(np.stack([np.arange(len(rows)), np.zeros(len(rows))], axis=1))
                frames.replace(store, name, rows.assign(district_code="GQ01"), where)
        for name, layer in (("district", "irrigation_district"), ("well", "well")):
            rows = getattr(inputs, name)
            if rows is not None:
                spot = shapely.points(np.arange(len(rows)), np.ones(len(rows)))
                if layer == "well":
                    rows = rows.assign(uuid=[str(uuid.uuid5(uuid.NAMESPACE_URL, f"well {c}")) for c in rows["well_code"]])
                frames.replace(store, layer, rows, shapely.buffer(spot, 1) if name == "district" else spot)
        for name in ("water_unit", "unit_member", "crop_mix", "zone"):
            if getattr(inputs, name) is not None:
                frames.replace(store, name, getattr(inputs, name))
        for verb in ("import", "check"):
            runs.record(store, verb, runs.now(), {}, {}, policy_sha256=policy.sha256)
    return path


def as_text(rights):
    """All frames of a result as one digest, to compare results."""
    plain = {name: json.loads(getattr(rights, name).astype(object).to_json(orient="records", force_ascii=False))
             for name in ("parcel_right", "right_part", "holder_right", "unit_right", "cap_result", "cap_class", "finding")}
    plain["finding"].sort(key=lambda row: (row["code"], row["subject"]))
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()
