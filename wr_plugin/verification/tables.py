"""The quota and cap tables as the second reckoning reads them."""

from collections import defaultdict
from decimal import Decimal, InvalidOperation

from .figures import hundredths, rounded, text


class Quotas:
    """Quota rows by crop, district, source and method. ``find`` gives (fid, quota 0.01 m³/亩, eta 1e-8) or None."""

    def __init__(self, rows):
        self.rows = defaultdict(list)
        for row in rows:
            self.rows[tuple(text(row[name]) for name in ("crop", "district_code", "source", "method"))].append(row)
        self.known = {}

    def find(self, *key):
        """The row of the district, else that of every district; a blank, wrong or doubtful row is none."""
        if key not in self.known:
            crop, district, source, method = key
            rows = self.rows.get(key) or self.rows.get((crop, "*", source, method)) or []
            read = [self._read(row) for row in rows]
            sure = bool(read) and None not in read and len({one[1:] for one in read}) == 1
            self.known[key] = read[0] if sure else None
        return self.known[key]

    @staticmethod
    def _read(row):
        if row["quota_m3_mu_100"] is None or row["quota_m3_mu_100"] < 0:
            return None
        eta = 1
        for name in ("eta_canal", "eta_field"):
            try:
                part = Decimal(text(row[name])) * 10_000
            except InvalidOperation:
                return None
            if not part.is_finite() or part != int(part) or not 0 < part <= 10_000:
                return None
            eta *= int(part)
        return row["fid"], row["quota_m3_mu_100"], eta


class Caps:
    """Cap rows. ``find`` gives (cap, reserve) in 0.01 m³, None where there is none and none is needed, or ``LACKING``."""

    LACKING = "lacking"

    def __init__(self, rows, policy, forest, wells=()):
        """``forest``: {(district, source): 0.01 m³} of forest land, kept from the parcels as a reserve is; ``wells``:
        (well_code, permit_m3), caps of the wells that the table does not name where the policy's tree has wells."""
        self.rows = defaultdict(list)
        share = policy.get("cap.reserve_share")
        for row in rows:
            level, code, source = (text(row[name]) for name in ("cap_level", "cap_code", "source"))
            cap, reserve = row["cap_m3_100"], row["reserve_m3_100"]
            if reserve is None and share and level == "county" and cap is not None:
                reserve = rounded(cap * round(share * 10_000), 10_000)
            kept = sum(amount for (district, of), amount in forest.items()
                       if of == source and (level == "county" or level == "district" and district == code))
            self.rows[level, code, source].append((text(row["parent_code"]), cap, (reserve or 0) + kept))
        self.needed = {"county"} if policy.get("cap.without_district") == "county" else {"county", "district"}
        self.permits, known = defaultdict(list), {key[:2] for key in self.rows if key[2] == "ground"}
        if "well" in policy.get("cap.tree"):
            if policy.get("cap.without_well") == "stop":
                self.needed.add("well")
            for code, permit in wells:
                if text(code) and permit and ("well", text(code)) not in known:
                    self.permits[text(code)].append(hundredths(permit))

    def find(self, path, source):
        """The cap of the last node of a path ((level, code), …) from the county down."""
        level, code = path[-1]
        above = {one for _, one in path[:-1]}
        rows = self.rows.get((level, code, source), ())
        rows = [row for row in rows if row[0] and row[0] in above] or [row for row in rows if not row[0]]
        if not rows and level == "well" and source == "ground" and code in self.permits:
            volumes = set(self.permits[code])
            return (volumes.pop(), 0) if len(volumes) == 1 and min(volumes) >= 0 else self.LACKING
        if not rows:
            return self.LACKING if level in self.needed else None
        if any(cap is None or cap < 0 or not 0 <= reserve <= cap for _, cap, reserve in rows):
            return self.LACKING
        if len({row[1:] for row in rows}) > 1:
            return self.LACKING
        return rows[0][1:]
