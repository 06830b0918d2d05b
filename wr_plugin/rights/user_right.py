"""The right of one water user that holds no contract land, and what its rules share. Standard library only."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import List, Optional

from ..model import amounts, codes
from ..model.amounts import m3_text
from ..model.policy import BY_PATH
from .step import Step

NOTHING = ("withheld", "missing", "out")


@dataclass
class UserRight:
    """The right of one user from one source: what is stored in ``user_right``, how it came about, and its findings."""

    kind: str
    row: dict
    quota_m3_100: Optional[int] = None
    permit_m3_100: Optional[int] = None
    volume_m3_100: int = 0
    state: str = ""
    reason: str = ""
    setting: str = ""
    unit_quota: Optional[Fraction] = None
    steps: List[Step] = field(default_factory=list)
    findings: List[dict] = field(default_factory=list)

    @property
    def code(self):
        return text(self.row["user_code"])

    @property
    def user_id(self):
        return f"{self.kind}-{self.code}-{self.row['source']}"

    def stop(self, state, reason, told, setting=""):
        """Ends the user's chain without a right."""
        self.state, self.reason, self.setting, self.volume_m3_100 = state, reason, setting, 0
        self.steps[-1].outcome = told
        if reason:
            self.tell(reason, told)
        return self

    def step(self, title, inputs, clause, outcome=""):
        self.steps.append(Step(title, [(label, value if value else "未填") for label, value in inputs], clause, outcome))

    def tell(self, code, message, value=None):
        name = text(self.row.get("user_name"))
        self.findings.append({"code": code, "subject": self.code,
                              "message": f"{codes.USER_KIND[self.kind]}{name}（{self.code}）：{message}", "value": value,
                              "village_code": self.row.get("village_code"), "parcel_uuid": None})

    def stored(self):
        """The row of ``user_right`` without ``run_id``."""
        return {"user_id": self.user_id, "user_kind": self.kind, "user_code": self.code,
                **{name: self.row.get(name) for name in ("user_name", "industry", "village_code", "district_code", "source",
                                                         "area_mu_100", "permit_number", "permit_until")},
                "quota_m3_100": self.quota_m3_100, "permit_m3_100": self.permit_m3_100,
                "volume_m3_100": self.volume_m3_100, "state": self.state, "reason": self.reason}


def quota_known(one, products, clause, step, reason):
    """Finds the quota row of the user's product and its quota volume; False where something is missing."""
    row = one.row
    key = text(row["product"]), text(row["scale_unit"])
    rows, scale = products.get(key, []), decimal(row["scale"])
    given = {decimal(each["unit_quota"]) for each in rows}
    one.unit_quota = given.pop() if len(given) == 1 else None
    edition = "，".join(text(rows[0][name]) for name in ("grade", "edition") if text(rows[0][name])) if rows else ""
    one.step("按定额要多少水", [("产品", key[0]), ("规模", f"{text(row['scale'])} {key[1]}" if scale is not None else ""),
                          ("单位定额", f"{plain(one.unit_quota)} m³/{key[1]}" + (f"（{edition}）" if edition else "")
                           if one.unit_quota is not None else "")], clause)
    if not key[0] or scale is None or scale < 0:
        one.stop("missing", reason, "核查表没有填产品或规模")
        return False
    if one.unit_quota is None or one.unit_quota < 0:
        told = "没有这一行" if not rows else "这一行有几个不同的值" if given else "这一行没有填定额"
        one.stop("missing", reason, f"行业用水定额表{told}：{key[0]}（{key[1]}）")
        return False
    one.quota_m3_100 = rounded(scale * one.unit_quota, step)
    one.steps[-1].outcome = f"{text(row['scale'])} × {plain(one.unit_quota)} = {m3_text(one.quota_m3_100)} m³（四舍五入到 {m3_text(step)} m³）"
    return True


def metering(one, policy, used, permitted):
    """Obligations to meter (南阳方案七（三）, 永川方案二（一）, 朔州细则四（一）22、23): findings, no condition of a right."""
    metered, source = text(one.row["metered"]), one.row["source"]
    amount = permitted if permitted is not None else used
    online = policy.get(f"metering.{source}_m3")
    if online is not None and amount is not None and amount >= round(online * 100) and metered != "online":
        one.tell("METERING_REQUIRED", f"{codes.SOURCE[source]}年水量 {m3_text(amount)} m³，达到 {m3_text(round(online * 100))} m³，须装在线计量设施")
    own = policy.get(f"metering.{one.row['industry']}_m3") if f"metering.{one.row['industry']}_m3" in BY_PATH else None
    if own is not None and used is not None and used >= round(own * 100) and metered not in ("online", "meter"):
        one.tell("METERING_REQUIRED", f"年用水量 {m3_text(used)} m³，达到 {m3_text(round(own * 100))} m³，须装计量设施")
    key = policy.get("metering.key_user_m3")
    if key is not None and used is not None and used >= round(key * 100) and one.row["industry"] in ("industry", "service"):
        one.tell("KEY_USER", f"年用水量 {m3_text(used)} m³，达到 {m3_text(round(key * 100))} m³")


def blank(one, setting):
    return one.stop("withheld", "SETTING_BLANK", f"政策没有规定 {setting}（{BY_PATH[setting].title}），不能核定", setting)


def clause_of(policy, section):
    return policy.cited(section)


def by_key(rows, names):
    found = {}
    for row in sorted(rows, key=lambda one: one["fid"]):
        found.setdefault(tuple(text(row[name]) for name in names), []).append(row)
    return found


def rounded(value, step_m3_100):
    """A fraction of m³ in 0.01 m³, half up to the policy's step."""
    scaled = value * 100 / step_m3_100
    return amounts.half_up(scaled.numerator, scaled.denominator) * step_m3_100


def decimal(value):
    """A decimal text as a fraction; None where it is blank or no number."""
    try:
        return Fraction(text(value).replace(",", ""))
    except (ValueError, ZeroDivisionError):
        return None


def plain(value):
    """A fraction that came from a decimal text, as a decimal text."""
    return f"{float(value):g}" if value is not None else ""


def whole(value):
    """A stored integer; None where it is blank."""
    return None if value is None or value != value else int(value)


def text(value):
    return "" if value is None or value != value else str(value).strip()


def share_text(share_e4):
    return f"{share_e4 // 100}.{share_e4 % 100:02d}".rstrip("0").rstrip(".") + " %"
