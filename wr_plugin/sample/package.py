"""Writes the hand-over package of a sample county and, beside it, the list of its planted defects."""

import csv
import shutil

import numpy as np

from ..model.errors import BadInput
from ..store import half_made
from . import layers, layout, limits, registry, tables, users

FOLDER = layout.COUNTY_CODE + layout.COUNTY_NAME
TRUTH = "truth.csv"
VECTOR, OWNERSHIP, LISTS, WATER, LIMITS, POLICY = "矢量数据", "权属数据", "名录", "灌溉数据", "定额与指标", "政策.yaml"
USERS = "用水户"
MARK = "# 示例县政策"


def write(out, county, progress):
    """Writes the package below ``out``; an earlier sample there is replaced, anything else is left alone.

    Raises BadInput where ``out`` holds a folder of the same name that is no sample.
    """
    target, truth = out / FOLDER, out / TRUTH
    _refuse_foreign(target)
    if not out.exists():
        half_made.announce(out, only_empty=True)
    out.mkdir(parents=True, exist_ok=True)
    part, old = out / f".{FOLDER}.part", out / f".{FOLDER}.old"
    for leftover in (part, old):
        shutil.rmtree(leftover, ignore_errors=True)
    truth_part = out / f".{TRUTH}.part"
    half_made.announce(part)
    half_made.announce(truth_part)
    try:
        _write_parts(part, county, progress)
        _write_truth(truth_part, county.truth)
        half_made.point_of_no_return()
        if target.exists():
            target.rename(old)
        part.rename(target)
        truth_part.replace(truth)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
        truth_part.unlink(missing_ok=True)
    return target, truth


def _refuse_foreign(target):
    if not target.exists():
        return
    policy = target / POLICY
    if not policy.is_file() or not policy.read_text(encoding="utf-8", errors="replace").startswith(MARK):
        raise BadInput(f"文件夹“{target}”已存在，且不是示例县资料包", "请换一个输出文件夹，或先移走该文件夹", where=str(target))


def _write_parts(folder, county, progress):
    for name in (VECTOR, OWNERSHIP, LISTS, WATER, LIMITS, USERS):
        (folder / name).mkdir(parents=True)
    names = layers.parcel_names(county, np.random.default_rng([county.seed, county.land.parcels, 32]))
    progress.step("写矢量数据")
    layers.write_parcels(folder / VECTOR, county, names, progress.update)
    cells = layers.write_zones(folder / VECTOR, county)
    progress.step("写灌溉数据")
    layers.write_irrigation(folder / WATER, county, cells)
    progress.step("写权属数据")
    holder_code = tables.write_all(folder / OWNERSHIP, county, progress.check_cancelled)
    progress.step("写名录")
    registry.write_all(folder / LISTS, county, holder_code, names, progress.check_cancelled)
    progress.step("写定额、指标与政策")
    limits.write_quotas(folder / LIMITS / "灌溉定额表.xlsx", county)
    limits.write_caps(folder / LIMITS / "用水总量指标表.xlsx", county)
    limits.write_policy(folder / POLICY)
    progress.step("写用水户核查表")
    users.write_all(folder / USERS, county)


def _write_truth(path, truth):
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(("code", "subject", "note"))
        writer.writerows(truth.sorted())


def figures(county):
    """Counts of what was written, for the result."""
    return {
        "地块": county.land.parcels, "承包方": len(county.land.households.name), "名录行": len(county.registry.code),
        "村": len(county.names.village_code), "组": len(county.names.group_code), "灌区": len(county.names.district_code),
        "斗口": len(county.outlets.cell), "机井": len(county.wells.xy), "已知问题": len(county.truth.sorted()),
    }

