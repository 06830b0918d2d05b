"""The second reckoning of a county: parcel by parcel into temporary tables, then the caps, then households.

One parcel is in memory at a time; the temporary tables are SQLite's own and vanish with the connection.
"""

from array import array
from functools import lru_cache

from ..model import codes
from . import nodes, parcels, tables, units, users
from .figures import rounded, text

BATCH = 5000
REPORT_EVERY = 2000

AGAIN = """
DROP TABLE IF EXISTS temp.again_parcel;
DROP TABLE IF EXISTS temp.again_part;
DROP TABLE IF EXISTS temp.again_holder;
DROP TABLE IF EXISTS temp.again_unit;
DROP TABLE IF EXISTS temp.again_user;
CREATE TEMP TABLE again_parcel (parcel_fid INTEGER PRIMARY KEY, state, reason, holder_names, legal_mu_100, deducted_mu_100,
    area_mu_100, source, crop, method, demand_m3_100, volume_m3_100);
CREATE TEMP TABLE again_part (id INTEGER PRIMARY KEY, parcel_fid INTEGER, DKBM, CBFBM, source, legal_mu_100,
    deducted_mu_100, area_mu_100, quota_fid, quota_m3_mu_100, eta_e8, district_code, outlet_code, well_code,
    demand_m3_100 INTEGER, volume_m3_100 INTEGER, path INTEGER, kind INTEGER, unit_id, weight_e4 INTEGER,
    key);
CREATE TEMP TABLE again_holder (right_id PRIMARY KEY, CBFBM, holder_name, village_code, source, parcels, area_mu_100,
    demand_m3_100, volume_m3_100);
CREATE TEMP TABLE again_unit (unit_id PRIMARY KEY, unit_kind, unit_code, source, members, parcels, area_mu_100,
    quota_m3_mu_100, weight_e4, demand_m3_100, volume_m3_100, last_remainder, last_key);
CREATE TEMP TABLE again_user (user_id PRIMARY KEY, state, reason, quota_m3_100, permit_m3_100, volume_m3_100);
"""
PARCELS = """
SELECT p.fid, p.DKBM, p.DKLB, p.TDYT, p.SCMJ, p.SCMJM, p.village_code, s.registry_fid, s.district_code, s.outlet_code,
       s.well_code, s.unapproved_m2_100, s.geometry_m2_100, s.forest_m2_100, s.source, s.defect, s.well_overdraft, s.well_spring
FROM parcel p JOIN parcel_site s ON s.parcel_fid = p.fid ORDER BY p.fid
"""
OUTLETS = "SELECT outlet_code, overlap_m2_100 FROM parcel_outlet WHERE parcel_fid = ? ORDER BY outlet_code"
LINKS = "SELECT CBFBM, CBHTBM, HTMJ, HTMJM, YHTMJ, YHTMJM FROM CBDKXX WHERE DKBM = ? ORDER BY CBFBM, fid"
HOLDER = "SELECT CBFMC, CBFLX FROM CBF WHERE CBFBM = ? ORDER BY fid LIMIT 1"
LINKED = "SELECT registry_fid FROM registry_link WHERE decision IN ('sure', 'accepted')"
WORDS = "SELECT crop, method FROM registry WHERE DKBM = ? ORDER BY fid"
WORDS_LINKED = """
SELECT crop, method FROM (
    SELECT fid, crop, method FROM registry WHERE DKBM = ?1 AND fid NOT IN (SELECT registry_fid FROM registry_link
        WHERE decision IN ('sure', 'accepted'))
    UNION ALL
    SELECT r.fid, r.crop, r.method FROM registry_link l JOIN registry r ON r.fid = l.registry_fid
    WHERE l.DKBM = ?1 AND l.decision IN ('sure', 'accepted')) ORDER BY fid
"""
HOLDERS = """
INSERT INTO again_holder
SELECT a.CBFBM || CASE a.source WHEN 'surface' THEN 'S' ELSE 'G' END, a.CBFBM,
       (SELECT CBFMC FROM CBF WHERE CBF.CBFBM = a.CBFBM ORDER BY fid LIMIT 1), NULL, a.source,
       count(DISTINCT a.parcel_fid), sum(a.area_mu_100), sum(a.demand_m3_100), sum(a.volume_m3_100)
FROM again_part a GROUP BY a.CBFBM, a.source
"""
UNITS = """
SELECT unit_id, source, count(DISTINCT CBFBM), count(DISTINCT parcel_fid), sum(area_mu_100), min(quota_m3_mu_100),
       max(quota_m3_mu_100), sum(weight_e4), sum(demand_m3_100), sum(volume_m3_100) FROM again_part GROUP BY unit_id
"""
VILLAGES = """
UPDATE again_holder SET village_code = CASE
    WHEN length(CBFBM) = 18 AND CBFBM NOT GLOB '*[^0-9]*' THEN substr(CBFBM, 1, 12)
    ELSE (SELECT p.village_code FROM again_part a JOIN parcel p ON p.fid = a.parcel_fid
          WHERE a.CBFBM = again_holder.CBFBM AND a.source = again_holder.source ORDER BY p.DKBM, p.fid LIMIT 1) END
"""


class Reckoning:
    """The second reckoning. ``run`` fills the temporary tables ``again_parcel``, ``again_part``, ``again_holder``,
    ``again_unit``, ``again_user``; ``forests``: {source: ``nodes.Forest``}, ``ends``: {(source, path, class): (remainder, key) of the last
    extra step}."""

    def __init__(self, store, policy, day, report=lambda done: None):
        """``day``: ISO date of the run that is verified; permits were judged by it where the policy names none."""
        self.connection, self.policy, self.report = store.connection, policy, report
        self.county = store.setting("county_code", "") or ""
        self.step = round(policy.get("volume.step_m3") * 100)
        self.levels, self.mode = tuple(policy.get("cap.tree")), policy.get("cap.mode")
        self.quotas = tables.Quotas(self._rows("SELECT * FROM quota ORDER BY fid"))
        self.day = policy.get("permit.as_of") or day
        self.users = users.reckoned(policy, {name: self._rows(f"SELECT * FROM {name} ORDER BY fid")  # nosec B608: its tables
                                             for name in users.TABLES}, day)
        forest = self._forest()
        self.caps = tables.Caps(self._rows("SELECT * FROM cap ORDER BY fid"), policy, forest,
                                self._rows("SELECT well_code, permit_m3 FROM well ORDER BY fid"))
        self.reported = set(policy.get("cap.report_only"))
        by_units = policy.get("quota.basis") == "composite"
        self.composite = units.Composite(self._rows("SELECT * FROM crop_mix ORDER BY fid"), self.quotas) if by_units else None
        self.rules = parcels.Rules(policy, self.quotas, units.Units(policy, self._rows, codes.LISTED_UNITS, self.day), self.composite)
        self.canals = {}
        if "canal" in self.levels:
            self.canals = nodes.canals_of_outlets(
                [tuple(row) for row in self._rows("SELECT outlet_code, canal_code FROM outlet ORDER BY fid")],
                [tuple(row) for row in self._rows("SELECT canal_code, parent_code FROM canal ORDER BY fid")])
        self.paths, self.lacking = {}, {}
        self.classes = self._classes()
        self.words = WORDS_LINKED if self._rows(f"{LINKED} LIMIT 1") else WORDS
        self.repeated = {row[0] for row in self._rows("SELECT DKBM FROM parcel GROUP BY DKBM HAVING count(*) > 1")}
        self.across = {row[0] for row in self._rows("SELECT DISTINCT parcel_fid FROM parcel_outlet")}
        self.holder = lru_cache(maxsize=20_000)(self._holder)

    def _forest(self):
        """{(district, source): 0.01 m³} of forest land that has a right: its water is its district's."""
        district = {f"forest-{text(row['user_code'])}-{row['source']}": (text(row["district_code"]), row["source"])
                    for row in self._rows("SELECT user_code, source, district_code FROM forest_user ORDER BY fid DESC")}
        found = {}
        for user in self.users:
            if user.user_id in district and user.volume:
                key = district[user.user_id]
                found[key] = found.get(key, 0) + user.volume
        return found

    def _rows(self, sql, params=()):
        return self.connection.execute(sql, params).fetchall()

    def _holder(self, code):
        """(name, CBFLX) of a household in CBF, None where there is none of that code."""
        row = self.connection.execute(HOLDER, (code,)).fetchone()
        return None if row is None else tuple(row)

    def _classes(self):
        """{word: number of its class} of the policy's order of priority; None where there is none."""
        if self.mode != "priority":
            return None
        listed = [one if isinstance(one, list) else [one] for one in self.policy.get("cap.priority")]
        self.kinds = len(listed) + 1
        return {text(word): k for k, one in enumerate(listed) for word in one}

    def run(self):
        """The whole reckoning."""
        for statement in AGAIN.split(";"):
            self.connection.execute(statement)
        self._judge_parcels()
        self.unit_ends = {}
        if self.composite:
            self._spread()
        self.connection.execute("CREATE INDEX temp.again_path ON again_part (path, kind)")
        self._grant()
        self.report(0.85)
        self.connection.execute("CREATE INDEX temp.again_of ON again_part (parcel_fid, CBFBM, source, outlet_code)")
        self.connection.execute("CREATE INDEX temp.again_held ON again_part (CBFBM, source)")
        for name in ("demand_m3_100", "volume_m3_100"):
            self.connection.execute(f"UPDATE again_parcel SET {name} = coalesce((SELECT sum({name}) FROM again_part a"
                                    " WHERE a.parcel_fid = again_parcel.parcel_fid), 0)")  # nosec B608: the two names above
        self.connection.execute(HOLDERS)
        self.connection.execute(VILLAGES)
        self.connection.executemany(f"INSERT INTO again_unit VALUES ({', '.join('?' * 13)})",  # nosec B608: marks
                                    map(self._unit, self.connection.execute(UNITS)))
        self.connection.executemany("INSERT OR IGNORE INTO again_user VALUES (?, ?, ?, ?, ?, ?)", self.users)
        self.report(1.0)

    def _unit(self, row):
        """A unit's row: its kind and code stand in its number, a household's is its code."""
        number, source, members, count, area, low, high, weight, demand, volume = row
        kind, code = ("holder_source", number[:-1]) if ":" not in number else (
            number.partition(":")[0], number.partition(":")[2].rpartition(":")[0])
        quota = low if self.composite and low == high else None
        last, key = self.unit_ends.get(number, (None, None))
        return (number, kind, code, source, members, count, area, quota, weight if self.composite else None, demand, volume,
                last, key)

    def _spread(self):
        """Demands under composite quotas: a unit's is Σ area × quota rounded once; its parts share it."""
        self.connection.execute("CREATE INDEX temp.again_unit_id ON again_part (unit_id)")
        for number, whole in self._rows("SELECT unit_id, sum(weight_e4) FROM again_part GROUP BY unit_id"):
            total = rounded(whole, 100 * self.step)
            self.unit_ends[number] = self._share_out("unit_id = ?", (number,), "weight_e4", 1, "demand_m3_100", total, whole)
        self.connection.execute("UPDATE again_part SET volume_m3_100 = demand_m3_100")

    def _judge_parcels(self):
        count = self._rows("SELECT count(*) FROM parcel")[0][0] or 1
        made, parts = [], []
        for number, row in enumerate(self.connection.execute(PARCELS), 1):
            links = self.connection.execute(LINKS, (row["DKBM"],)).fetchall()
            known = {link["CBFBM"]: self.holder(link["CBFBM"]) for link in links if link["CBFBM"] is not None}
            found = self.rules.judge(
                row, links, {code: one for code, one in known.items() if one is not None},
                self.connection.execute(self.words, (row["DKBM"],)).fetchall(), row["DKBM"] in self.repeated,
                lambda source, outlet, row=row: self._lacks_cap(row, source, outlet),
                [tuple(one) for one in self.connection.execute(OUTLETS, (row["fid"],))] if row["fid"] in self.across else ())
            names = [known[code][0] if known[code] else None for code in sorted(known)]
            held = "、".join(name for name in names if name) if len(names) > 1 else (names[0] or "" if names else "")
            told = found.state in ("right", "reduced", "no_quota", "withheld")
            made.append((row["fid"], found.state, found.reason, held, found.legal, found.deducted,
                         sum(part.area for part in found.parts), row["source"], found.crop if told else None,
                         found.method if told else None, sum(part.demand for part in found.parts), 0))
            parts += [self._part(row, found, part, known) for part in found.parts]
            if len(made) >= BATCH:
                self._put(made, parts)
            if number % REPORT_EVERY == 0:
                self.report(0.8 * number / count)
        self._put(made, parts)

    def _put(self, made, parts):
        self.connection.executemany(f"INSERT INTO again_parcel VALUES ({', '.join('?' * 12)})", made)  # nosec B608: marks
        self.connection.executemany(f"INSERT INTO again_part VALUES (NULL, {', '.join('?' * 20)})", parts)  # nosec B608: marks
        made.clear()
        parts.clear()

    def _part(self, row, found, part, known):
        surface = part.source == "surface"
        path = self._path(row, part.source, part.outlet)
        key = f"{row['DKBM']}|{part.holder}" + ("" if part.alone else f"|{part.outlet}")
        return (row["fid"], row["DKBM"], part.holder, part.source, part.legal, part.legal - part.area, part.area, part.quota_fid,
                part.quota, part.eta, row["district_code"], part.outlet if surface else None,
                None if surface else row["well_code"], part.demand, part.demand,
                self.paths.setdefault((part.source, path), len(self.paths)), self._kind(found, part, known), part.unit,
                part.area * part.quota, key)

    def _kind(self, found, part, known):
        if self.classes is None:
            return 0
        by = self.policy.get("cap.priority_by")
        kind = known[part.holder][1]
        word = {"crop": found.crop, "method": found.method, "holder_kind": codes.CBFLX.get(kind, kind)}[by]
        return self.classes.get(word, self.kinds - 1)

    def _path(self, row, source, outlet):
        return nodes.path_of(self.levels, self.county, row, source, self.canals, outlet)

    def _lacks_cap(self, row, source, outlet):
        """Whether a cap on the way is missing where the policy cuts. The nodes stand also where all parts wait for one."""
        if self.mode == "report":
            return False
        path = self._path(row, source, outlet)
        if (source, path) not in self.lacking:
            self.lacking[source, path] = any(self.caps.find(path[:n], source) == self.caps.LACKING
                                             for n in range(1, len(path) + 1) if path[n - 1][0] not in self.reported)
        return self.lacking[source, path]

    def _grant(self):
        """Volumes of all parts under the caps, and the tree of each source."""
        kinds = self.kinds if self.classes is not None else 1
        path_of = {number: key for key, number in self.paths.items()}
        demand = {source: {} for source in nodes.SOURCES}
        for row in self._rows("SELECT path, kind, sum(demand_m3_100) FROM again_part GROUP BY path, kind"):
            source, path = path_of[row[0]]
            demand[source].setdefault(path, [0] * kinds)[row[1]] = row[2] // self.step
        for source, path in self.lacking:
            demand[source].setdefault(path, [0] * kinds)
        self.forests, self.ends = {}, {}
        at_one_go = self.mode != "report" and any(level in self.reported for source in nodes.SOURCES for path in (
            *demand[source], *self._named(source)) for level, _ in path)
        for source in nodes.SOURCES:
            forest = nodes.Forest(source, demand[source], self.caps, self.levels, self.step, self._named(source), kinds,
                                  self.reported, at_one_go)
            self.forests[source] = forest
            if self.mode == "report":
                forest.granted = forest.demand
                continue
            for path, wanted in demand[source].items():
                granted = forest.granted[forest.leaf[path]]
                for k in range(kinds):
                    if granted[k] < wanted[k]:
                        end = self._share_out("path = ? AND kind = ?", (self.paths[source, path], k), "demand_m3_100", self.step,
                                              "volume_m3_100", granted[k], wanted[k])
                        if end[1]:
                            self.ends[source, forest.leaf[path], k] = end

    def _named(self, source):
        """The county, and the districts of the cap table where they stand right below it."""
        county = (("county", self.county),)
        found = {county}
        if self.levels[1:2] == ("district",):
            found |= {(*county, ("district", code)) for level, code, of in self.caps.rows
                      if level == "district" and of == source and text(code)}
        return found

    def _share_out(self, where, params, weight, unit, target, total, whole):
        """Sets ``target`` of some parts to their shares of ``total`` steps: ⌊w·T/W⌋ each, and what is left to the largest
        rests, ties by parcel, then household. ``weight`` is counted in ``unit``. Returns (rest, key) of the last extra step.
        """
        left, rests = total, array("q")
        for _, value in self._pages(where, params, weight):
            share, rest = divmod(value // unit * total, whole)
            left -= share
            rests.append(rest)
        ordered = sorted(rests, reverse=True)
        last = ordered[left - 1] if left else None
        tied = left - sum(rest > last for rest in ordered) if left else 0
        favoured = self._favoured(where, params, weight, lambda value: value // unit * total % whole == last, tied)
        ids, updates = {one for one, _ in favoured}, []
        for id_, value in self._pages(where, params, weight):
            share, rest = divmod(value // unit * total, whole)
            updates.append(((share + (left > 0 and (rest > last or id_ in ids))) * self.step, id_))
            if len(updates) >= BATCH:
                self._set(target, updates)
        self._set(target, updates)
        return (str(last), favoured[-1][1]) if favoured else (None, None)

    def _set(self, target, updates):
        self.connection.executemany(f"UPDATE again_part SET {target} = ? WHERE id = ?", updates)  # nosec B608: our names
        updates.clear()

    def _pages(self, where, params, weight):
        """(id, weight) of some parts, by id, a page at a time: updates meanwhile disturb nothing."""
        after = 0
        while True:
            page = self._rows(f"SELECT id, {weight} FROM again_part WHERE {where} AND id > ? ORDER BY id LIMIT ?",  # nosec B608
                              (*params, after, BATCH))
            yield from map(tuple, page)
            if len(page) < BATCH:
                return
            after = page[-1][0]

    def _favoured(self, where, params, weight, is_last, tied):
        """[(id, "DKBM|CBFBM", of a split parcel "DKBM|CBFBM|outlet")] of the ``tied`` parts that get one
        more step among those with the last rest."""
        if not tied:
            return []
        same = [(row["DKBM"], row["parcel_fid"], row["CBFBM"], row["id"], row["key"]) for row in self.connection.execute(
            f"SELECT id, {weight} AS w, DKBM, parcel_fid, CBFBM, key FROM again_part WHERE {where}", params)  # nosec B608
            if is_last(row["w"])]
        return [(id_, key) for *_, id_, key in sorted(same)[:tied]]
