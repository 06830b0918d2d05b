"""Locked rights: a right with a valid certificate stands until the certificate is revoked (DESIGN §4.5)."""

from dataclasses import dataclass
from typing import Tuple

from ..model import codes
from ..model.errors import GateShut
from ..store import reading

SHOWN, REASONS_SHOWN = 8, 3
REMEDY = ("用“导入”的“预览”和“差异表”（import --preview --report 差异.xlsx）核对；确实变更的，先注销所列水权证（revoke），再导入；"
          "不该变的，请送交单位改正资料包")


@dataclass(frozen=True)
class Lock:
    """A valid certificate whose land or household new data would change, and by what."""

    number: str
    holder_code: str
    holder_name: str
    source: str
    reasons: Tuple[str, ...]

    def __str__(self):
        more = "等" if len(self.reasons) > REASONS_SHOWN else ""
        why = "、".join(self.reasons[:REASONS_SHOWN]) + more
        return f"{self.number} {self.holder_name} {codes.SOURCE[self.source]}（{why}）"


def key_of(row):
    """(kind, code, source) of a certificate row. One issued before other units had certificates is a household's."""
    return row["unit_kind"] or codes.HOUSEHOLD_UNIT, row["unit_code"] or row["CBFBM"], row["source"]


def certified_holders(store):
    """The holder codes that have a valid certificate, or are members of a unit that has one."""
    found = {key_of(r) for r in reading.rows(store, "SELECT * FROM certificate WHERE state = 'valid'")}
    own = {code for kind, code, _ in found if kind == codes.HOUSEHOLD_UNIT}
    return own.union(*_members(store).values())


MEMBERS_SQL = """
SELECT DISTINCT u.unit_kind, u.unit_code, u.source, p.CBFBM AS holder FROM certificate c
JOIN unit_right u ON u.unit_kind = c.unit_kind AND u.unit_code = c.unit_code AND u.source = c.source
JOIN right_part p ON p.unit_id = u.unit_id
WHERE c.state = 'valid' AND c.unit_kind <> 'holder_source'
"""


def _members(store):
    """{(kind, code, source): holder codes} of the units that have a valid certificate, households left out."""
    found = {}
    for row in reading.rows(store, MEMBERS_SQL):
        found.setdefault((row["unit_kind"], row["unit_code"], row["source"]), set()).add(row["holder"])
    return found


def touched(store, changes):
    """The ``Lock`` of every valid certificate of the holders in ``changes``, and of the units that they are members of.
    ``changes``: {holder code: texts of what changes}."""
    held = reading.rows(store, "SELECT * FROM certificate WHERE state = 'valid' ORDER BY number")
    members, found = _members(store), []
    for row in held:
        kind, code, source = key = key_of(row)
        theirs = [code] if kind == codes.HOUSEHOLD_UNIT else sorted(members.get(key, ()))
        reasons = tuple(text for holder in theirs for text in changes.get(holder, ()))
        if reasons:
            found.append(Lock(row["number"], code, row["holder_name"] or "", source, reasons))
    return found


def contradicted(store, unit_right, user_rights):
    """The valid certificates whose right is not, or no longer, what they say: rows of ``certificate``.

    ``unit_right``: rows (unit_kind, unit_code, source, area_mu_100, volume_m3_100) of all units' rights;
    ``user_rights``: mappings of ``user_right``.
    """
    held = reading.rows(store, "SELECT * FROM certificate WHERE state = 'valid' ORDER BY number")
    if not held:
        return []
    now = {(kind, code, source): (area, volume) for kind, code, source, area, volume in unit_right}
    now.update({(f"{one['user_kind']}_user", one["user_code"], one["source"]): (
        one["area_mu_100"] or 0, one["volume_m3_100"]) for one in user_rights})
    return [r for r in held if now.get(key_of(r)) != (r["area_mu_100"], r["volume_m3_100"])]


def require_none(locks):
    """Raises GateShut that names the certificates and what would open the gate."""
    if not locks:
        return
    named = "；".join(str(lock) for lock in locks[:SHOWN]) + (f" 等 {len(locks)} 本" if len(locks) > SHOWN else "")
    raise GateShut(f"新资料包会改动 {len(locks)} 本有效水权证的地块或承包方，未作任何更改：{named}", REMEDY,
                   code="CertifiedWouldChange")
