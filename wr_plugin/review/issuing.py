"""Issuing certificates: who keeps a number, who gets a new one, and the record of both."""

from ..model import codes
from ..store import reading
from . import locks, numbering

COLUMNS = ("number", "CBFBM", "holder_name", "village_code", "source", "area_mu_100", "volume_m3_100", "valid_from",
           "valid_to", "check_value", "demo", "state", "confirm_run", "run_id", "unit_kind", "unit_code")
SHOWN_IN_JOURNAL = ("number", "CBFBM", "unit_kind", "unit_code", "holder_name", "source", "area_mu_100", "volume_m3_100",
                    "valid_from", "valid_to", "check_value", "state")


class Register:
    """The certificates on record, and those that this run adds.

    Numbers run on from the count of all certificates ever recorded, void ones included, so none is used twice.
    """

    def __init__(self, store, policy, county_code, today, demo, confirm_run):
        self.store, self.confirm_run, self.demo = store, confirm_run, int(demo)
        self.pattern = numbering.checked_pattern(policy.get("certificate.number"))
        self.valid_from, self.valid_to = policy.get("certificate.valid_from"), policy.get("certificate.valid_to")
        self.county_code, self.year = county_code, today[:4]
        self.counted = self._count()
        self.sequence = self.counted
        self.numbers = {r["number"] for r in reading.rows(store, "SELECT number FROM certificate")}
        self.held = {locks.key_of(r): dict(r) for r in reading.rows(
            store, "SELECT * FROM certificate WHERE state = 'valid'")}
        self.added, self.replaced, self.kept, self.renewed = [], [], 0, []

    def _count(self):
        return reading.count(self.store, "SELECT count(*) FROM certificate")

    def row_for(self, right, parts, facts=""):
        """The certificate row of a right: the one on record where it still says the same, else a new one.

        ``right``: unit_kind, unit_code, holder_name, village_code, source, area_mu_100, volume_m3_100; ``parts``,
        ``facts``: see ``numbering.check_value``.
        """
        code, area, volume = right.unit_code, int(right.area_mu_100), int(right.volume_m3_100)
        old = self.held.get((right.unit_kind, code, right.source))
        if old is not None and numbering.still_valid(old, code, right.holder_name, area, volume, self.valid_from,
                                                     self.valid_to, self.demo, parts, facts):
            self.kept += 1
            if old["confirm_run"] != self.confirm_run:
                self.renewed.append(old["number"])
            return old
        new_number = self._next_number(right.source)
        check = numbering.check_value(new_number, code, right.source, area, volume, self.valid_to, parts, facts)
        household = code if right.unit_kind == codes.HOUSEHOLD_UNIT else ""
        row = dict(zip(COLUMNS, (new_number, household, right.holder_name, right.village_code, right.source, area, volume,
                                 self.valid_from, self.valid_to, check, self.demo, "valid", self.confirm_run, None,
                                 right.unit_kind, code)))
        self.added.append(row)
        if old is not None:
            self.replaced.append((old, new_number))
        return row

    def _next_number(self, source):
        while True:
            self.sequence += 1
            found = numbering.number(self.pattern, self.county_code, self.year, source, self.sequence)
            if found not in self.numbers:
                self.numbers.add(found)
                return found

    @property
    def changes(self):
        """Whether there is anything to record."""
        return bool(self.added or self.renewed)

    def unchanged_since(self):
        """Whether nobody else has recorded a certificate meanwhile; ask within ``transaction``."""
        return self._count() == self.counted

    def record(self, run_id):
        """Writes the rows; returns journal entries. Within ``transaction``."""
        execute = self.store.connection
        execute.executemany("UPDATE certificate SET state = 'void' WHERE number = ?",
                            [(old["number"],) for old, _ in self.replaced])
        execute.executemany("UPDATE certificate SET confirm_run = ? WHERE number = ?",
                            [(self.confirm_run, n) for n in self.renewed])
        listed, marks = ", ".join(COLUMNS), ", ".join("?" * len(COLUMNS))
        execute.executemany(
            f"INSERT INTO certificate ({listed}) VALUES ({marks})",  # nosec B608
            [tuple({**row, "run_id": run_id}[c] for c in COLUMNS) for row in self.added])
        entries = [("certificate", old["number"], {"state": "valid"}, {"state": "void"}, f"由 {new} 代替")
                   for old, new in self.replaced]
        entries += [("certificate", n, None, {"confirm_run": self.confirm_run}, "重新核定结果未变，证书继续有效")
                    for n in self.renewed]
        entries += [("certificate", row["number"], None, {c: row[c] for c in SHOWN_IN_JOURNAL}, "发证")
                    for row in self.added]
        return entries


def term_warnings(store, valid_to, village_codes):
    """[(what, how many, first few)] of terms that end before the certificates do: contracts, then wells' permits.

    Warnings, not gates (DOMAIN §5).
    """
    warnings = []
    contracts = reading.rows(
        store, "SELECT DISTINCT h.CBFBM AS code, h.holder_name AS name, h.village_code AS village, t.CBQXZ AS until"
        " FROM holder_right h JOIN CBHT t ON t.CBFBM = h.CBFBM WHERE t.CBQXZ <> '' AND t.CBQXZ < ? ORDER BY h.CBFBM",
        (valid_to,))
    contracts = [r for r in contracts if r["village"] in village_codes]
    if contracts:
        warnings.append(("证书有效期晚于承包期限", len(contracts),
                         [f"{r['name']}（{r['code']}，承包期至 {r['until']}）" for r in contracts[:5]]))
    wells = reading.rows(
        store, "SELECT well_code, permit_until FROM well WHERE permit_until <> '' AND permit_until < ? AND well_code IN"
        " (SELECT well_code FROM right_part WHERE source = 'ground') ORDER BY well_code", (valid_to,))
    if wells:
        warnings.append(("证书有效期晚于机井许可有效期", len(wells),
                         [f"{r['well_code']}（许可至 {r['permit_until']}）" for r in wells[:5]]))
    return warnings


def permit_warnings(store, valid_to, right_ids):
    """[(what, how many, first few)] of users' permits that end before the certificates do; ``right_ids``: whose."""
    ending = [row for row in reading.rows(store, "SELECT user_id, user_name, user_code, permit_until FROM user_right"
                                                 " WHERE permit_until <> '' AND permit_until < ? ORDER BY user_id", (valid_to,))
              if row["user_id"] in right_ids]
    if not ending:
        return []
    return [("证书有效期晚于取水许可有效期", len(ending),
             [f"{r['user_name'] or r['user_code']}（许可至 {r['permit_until']}）" for r in ending[:5]])]
