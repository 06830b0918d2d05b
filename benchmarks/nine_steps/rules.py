"""What all candidates have in common: the limits of the nine steps, the steps' clock and the check line.

Standard library and numpy only: the rivals run in QGIS's own Python. Amounts are integers: 0.01 亩 and whole m³.
"""

import json
import resource
import sys
import time

import numpy as np

OVERLAP_M2 = 1.0
WELL_REACH_M = 500.0
CONTRACT_PERCENT = 105
"""No more than this share of the contract area counts."""
HOUSEHOLD_MU_100 = 1200
"""A household's areas are cut in proportion to 12 亩 together."""
RESULT = ("DKBM", "CBFBM", "cls", "SCMJ", "ZZLX", "area_mu", "bcode", "dcode", "b_m2", "ocode", "o_m2", "wcode", "w_dist",
          "ov_n", "ov_m2", "demand", "alloc")
"""The fields of the layer that every candidate writes, with the parcels' shapes."""


class Clock:
    """Wall and CPU seconds of each step, told on stderr as they end."""

    def __init__(self):
        self.steps, self.wall, self.cpu = {}, time.perf_counter(), time.process_time()
        self.began = self.wall

    def lap(self, step):
        wall, cpu = time.perf_counter(), time.process_time()
        self.steps[step] = [round(wall - self.wall, 3), round(cpu - self.cpu, 3)]
        print(f"{step:12s} {wall - self.wall:8.2f} s  CPU {cpu - self.cpu:8.2f} s  {peak_mib():6.0f} MiB", file=sys.stderr,
              flush=True)
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def finish(self, check):
        """The last line of every candidate on stdout."""
        print(json.dumps({"check": check, "steps": self.steps, "wall": round(time.perf_counter() - self.began, 3),
                          "peak_mib": round(peak_mib())}), flush=True)


def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def mu_100(area_m2):
    """m² (float) → 0.01 亩 by way of whole 0.01 m²."""
    return half_up(round(area_m2 * 100) * 3, 2000)


def rights(areas_mu_100, contracts_mu_100, households, quotas, districts, totals):
    """Step 8 parcel by parcel, as the rivals do it: lists in, (demand, volume) lists in whole m³ out.

    ``contracts_mu_100``, ``households``: None outside the registry; ``quotas``: 0.01 m³ a 亩; ``districts``: code or None;
    ``totals``: {code: m³}.
    """
    counted = [0 if c is None else min(a, c * CONTRACT_PERCENT // 100) for a, c in zip(areas_mu_100, contracts_mu_100)]
    held = {}
    for household, area in zip(households, counted):
        if household is not None:
            held[household] = held.get(household, 0) + area
    demand = []
    for household, area, quota in zip(households, counted, quotas):
        whole = held.get(household, 0)
        if whole > HOUSEHOLD_MU_100:
            area = half_up(area * HOUSEHOLD_MU_100, whole)
        demand.append(half_up(area * quota, 10_000))
    members = {}
    for parcel, district in enumerate(districts):
        if district is not None and demand[parcel]:
            members.setdefault(district, []).append(parcel)
    volume = [0] * len(demand)
    for district, parcels in members.items():
        whole = sum(demand[p] for p in parcels)
        total = min(totals[district], whole)
        for p in parcels:
            volume[p] = demand[p] * total // whole
        left = total - sum(volume[p] for p in parcels)
        for p in sorted(parcels, key=lambda p: (-(demand[p] * total % whole), p))[:left]:
            volume[p] += 1
    return demand, volume


def check_line(area_mu_100, registered, branch, outlet, well, overlaps, reclaimed, volume, repaired):
    """Equal for all that did the same work. Arrays in the parcels' order; ``branch``, ``outlet``, ``well``: row of the
    layer, −1 for none; ``overlaps``, ``reclaimed``: (number of pairs, m² together)."""
    count = len(area_mu_100)
    weight = np.arange(1, count + 1, dtype=np.int64) % 1_000_003

    def mixed(values):
        return int(((np.asarray(values, dtype=np.int64) + 2) * weight).sum() % (1 << 61))

    return {
        "parcels": count, "repaired": int(repaired), "area_mu_100": int(np.sum(area_mu_100)),
        "registered": int(np.sum(registered)), "branch": mixed(branch), "outlet": mixed(outlet), "well": mixed(well),
        "overlaps": int(overlaps[0]), "overlap_m2": round(float(overlaps[1]), 1),
        "reclaimed": int(reclaimed[0]), "reclaimed_m2": round(float(reclaimed[1]), 1),
        "volume_m3": int(np.sum(volume)), "volumes": mixed(volume)}
