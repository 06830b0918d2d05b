"""The words on units of confirmation, on water that is not confirmed yet, and on composite quotas. Stdlib only."""

from ..model import amounts, codes
from ..model.amounts import m3_text, mu_text
from ..model.findings import KINDS
from ..model.policy import BY_PATH
from . import retrace, withheld
from .step import Step

REFUSALS = ("NO_PERMIT", "OVERDRAFT_GROUND", "PERMIT_DATE_MISSING", "WELL_PERMIT_EXPIRED", "SPRING_GROUND",
            "SETTING_BLANK", "UNIT_UNDECIDED", "UNIT_MISSING", "UNIT_AMBIGUOUS")
SEEN = {None: "检查时没有看过", True: "在内", False: "不在"}


def eta_text(eta_e8):
    return f"{eta_e8 // 10**8}.{eta_e8 % 10**8:08d}".rstrip("0").rstrip(".")


def amount_text(value_100):
    """0.01 units with two decimals: ``450.00``."""
    return f"{value_100 // 100:,}.{value_100 % 100:02d}"


class UnitTelling:
    """What ``chain.Telling`` says of units; it has the attributes ``parcel``, ``trace``, ``policy`` and ``site``."""

    @property
    def unit_matters(self):
        """Whether the policy has anything to say here beyond one household, one source, one certificate."""
        plain = self.policy.get("unit") == "holder_source" and not self.policy.get("units.rules")
        return not plain or bool(self.trace.refused) or withheld.needs_zones(self.policy) or self.policy.get("ground.expired") != "report"

    def _unit(self):
        """Whether each part is confirmed at all, and to which unit it belongs."""
        inputs, lines = [], []
        ruled = bool(self.policy.get("units.rules"))
        surface = "surface" in (part.source for part in (*self.trace.parts, *self.trace.refused))
        if surface and (ruled or self.policy.get("permit.district_required")):
            inputs.append(("灌区规模、取水许可", "，".join((
                codes.DISTRICT_SCALE.get(self.parcel.district.get("district_scale"), "规模未填"),
                self.parcel.district.get("permit_number") or "没有取水许可证号"))))
        if self.site["well_code"] and withheld.needs_zones(self.policy):
            at = retrace.abstraction(self.parcel, self.county.as_of)
            inputs.append(("机井所在", "，".join((f"超采区：{SEEN[at.overdraft]}", f"泉域保护区：{SEEN[at.spring]}",
                                             f"许可起始：{at.permit_from or '未填'}"))))
        if self.site["well_code"] and self.policy.get("ground.expired") != "report":
            inputs.append(("机井取水许可", f"有效期止：{self.parcel.well.get('permit_until') or '未填'}，判断日 {self.county.as_of}"))
        for part in (*self.trace.parts, *self.trace.refused):
            name = self._who(part) + self.water(part)
            if part.refusal:
                setting = BY_PATH[part.refusal.setting].title if part.refusal.setting else ""
                lines.append(f"{name}：{KINDS[part.refusal.code].rule}" + (f"（{part.refusal.setting}，{setting}）" if setting else "")
                             + "，暂不确权")
                continue
            if ruled:
                metering = retrace.place_of(self.parcel, part).metering
                inputs.append((f"{name}的计量", codes.METERING.get(metering, "未填")))
            lines.append(f"{name}：确权单位为{codes.UNIT_KIND[part.unit.kind]} {self._unit_name(part)}")
        clauses = [self._clause("units")]
        for part in self.trace.refused:
            clauses.append(self._clause({"NO_PERMIT": "permit"}.get(part.refusal.code, "units" if part.refusal.code.startswith("UNIT_")
                                                                    else "ground")))
        return Step("是否确权、归哪个确权单位", list(dict.fromkeys(inputs)), "；".join(dict.fromkeys(filter(None, clauses))), "；".join(lines))

    def _unit_name(self, part):
        stored = self.parcel.units.get(part.unit.right_id(part.source))
        name = stored["unit_name"] if stored else self.parcel.members.name(part.unit.code)
        if part.unit.kind == "holder_source":
            name = self.parcel.names.get(part.unit.code) or name
        return f"{name}（{part.unit.code}）" if name and name != part.unit.code else part.unit.code

    @property
    def by_crop(self):
        return self.policy.get("quota.basis") == "crop"

    def _composite(self):
        """南阳方案七（一）3: the composite quota of the district, and the part's share of its unit's volume."""
        inputs, lines = [], []
        for source in dict.fromkeys(part.source for part in self.trace.parts):
            quota = next(part.quota for part in self.trace.parts if part.source == source)
            inputs += [(f"{codes.SOURCE[source]} {crop}（{method}）", f"种植比例 {float(share):.4f}，定额 {amount_text(row.quota_m3_mu_100)} m³/亩 ÷ "
                        f"{eta_text(row.eta_e8)}") for crop, method, share, row in quota.row["lines"]]
            inputs.append((f"{codes.SOURCE[source]}综合定额", f"Σ 比例 × 毛定额 ≈ {float(quota.row['gross'] / 100):.4f}，取 "
                           f"{amount_text(quota.quota_m3_mu_100)} m³/亩"))
        for part in self.trace.parts:
            lines.append(self._who(part) + self.water(part) + " " + self.formula(part))
        return Step("按什么定额、要多少水", inputs, self._clause("quota"), "；".join(lines))

    def _composite_formula(self, part):
        quota, step = part.quota.quota_m3_mu_100, m3_text(self.policy.step_m3_100)
        stored = self.parcel.units.get(part.unit.right_id(part.source))
        own = f"{mu_text(part.area)} 亩 × {amount_text(quota)} m³/亩"
        if not stored or not stored["weight_e4"]:
            return f"{own} = {m3_text(part.demand)} m³（四舍五入到 {step} m³）"
        whole = m3_text(amounts.half_up(stored["weight_e4"], 100 * self.policy.step_m3_100) * self.policy.step_m3_100)
        unit = f"单位水量 {mu_text(stored['area_mu_100'])} 亩 × 综合定额 = {whole} m³"
        if stored["quota_m3_mu_100"] is None:
            unit = f"单位水量为各灌区面积 × 综合定额之和，共 {mu_text(stored['area_mu_100'])} 亩、{whole} m³"
        return (f"{unit}，按面积分得 {own} ≈ "
                f"{part.area * quota / 10_000:,.4f}，取 {m3_text(part.demand)} m³（以 {step} m³ 为单位，尾数按最大余数法）")
