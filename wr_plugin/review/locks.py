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


def certified_holders(store):
    """The holder codes that have a valid certificate."""
    return {r["CBFBM"] for r in reading.rows(store, "SELECT DISTINCT CBFBM FROM certificate WHERE state = 'valid'")}


def touched(store, changes):
    """The ``Lock`` of every valid certificate of the holders in ``changes``: {holder code: texts of what changes}."""
    held = reading.rows(store, "SELECT number, CBFBM, holder_name, source FROM certificate WHERE state = 'valid'"
                               " ORDER BY number")
    return [Lock(r["number"], r["CBFBM"], r["holder_name"] or "", r["source"], tuple(changes[r["CBFBM"]]))
            for r in held if r["CBFBM"] in changes]


def require_none(locks):
    """Raises GateShut that names the certificates and what would open the gate."""
    if not locks:
        return
    named = "；".join(str(lock) for lock in locks[:SHOWN]) + (f" 等 {len(locks)} 本" if len(locks) > SHOWN else "")
    raise GateShut(f"新资料包会改动 {len(locks)} 本有效水权证的地块或承包方，未作任何更改：{named}", REMEDY,
                   code="CertifiedWouldChange")
