"""The steps of one parcel's explanation in words: inputs, clause, outcome, what would change it. Stdlib only."""

from fractions import Fraction

from ..model import amounts, codes, findings
from ..model.amounts import m3_text, mu_text
from ..model.findings import KINDS
from ..model.policy import LEGAL_AREAS
from . import cap_trace, limits, retrace
from .chain_units import REFUSALS, UnitTelling, amount_text
from .remedies import REMEDIES
from .step import Step

TOLD_BY_OTHER_STEPS = (
    "NOT_CONTRACT_LAND", "FOREST_LAND", "HOLDER_LINK_MISSING", "HOLDER_UNKNOWN", "AREA_MISSING", "OUTSIDE_REGISTRY",
    "OUTSIDE_DISTRICT", "NO_SOURCE", "UNAPPROVED_OVERLAP",
)


def reason_title(code):
    """The title of a finding kind, for people."""
    return KINDS[code].title if code in KINDS else code


def eta_factor(text):
    """A coefficient with four decimals, as the table's staff write it: ``0.6`` → ``0.6000``."""
    return f"{amounts.eta_e8(text.strip(), '1') / 10**8:.4f}"


def share_text(share_e4):
    """A share of 1e-4 as per cent."""
    return f"{share_e4 // 100}.{share_e4 % 100:02d}".rstrip("0").rstrip(".") + " %"


class Telling(UnitTelling):
    """Puts a ``retrace.Trace`` into words. ``parcel``, ``county``: as in ``facts``."""

    def __init__(self, parcel, county, trace):
        self.parcel, self.county, self.trace, self.policy = parcel, county, trace, county.policy
        self.site = parcel.site

    def steps(self):
        """The steps up to the one that stopped the parcel, or all."""
        told = []
        for tell, stops in (
            (self._class, ("NOT_CONTRACT_LAND",)), (self._forest, ("FOREST_LAND",)),
            (self._data, ()), (self._holders, retrace.HOLDER_DEFECTS), (self._legal, ("AREA_MISSING",)),
            (self._registry, ("OUTSIDE_REGISTRY",)), (self._source, ("NO_SOURCE", "OUTSIDE_DISTRICT")),
            (self._deduction, ()), (self._crop, ("CROP_MISSING", "METHOD_MISSING", "MIX_SHARE_MISSING")),
            (self._unit, REFUSALS), (self._quota, ("QUOTA_MISSING", "CROP_MIX_MISSING")), (self._caps, ("CAP_MISSING",)),
        ):
            if tell == self._unit and not self.unit_matters:
                continue
            told.append(tell())
            state, reason = self.trace.state, self.trace.reason
            stopped = reason in stops and not self.trace.having
            stopped = stopped or tell == self._unit and state == "withheld"
            if stopped or (tell == self._data and state == "defect" and self._listed_defect()) or (
                    tell == self._deduction and state == "unapproved"):
                break
        return told

    def _listed_defect(self):
        return bool(self.site["defect"]) and self.site["defect"] not in retrace.HOLDER_DEFECTS

    def _clause(self, section):
        return self.policy.cited(section)

    def reason_clause(self):
        return findings.basis(self.trace.reason, self.policy)

    def _place(self, column):
        """Name and code of the parcel's district, outlet or well."""
        name, code = self.parcel.places.get(column), self.site[column]
        return f"{name}（{code}）" if name and name != code else code

    def _class(self):
        category = self.parcel.row["DKLB"]
        wanted = self.policy.get("scope.parcel_classes")
        yes = category in wanted
        name = codes.DKLB.get(category, category) or "未填"
        return Step("是否属于确权范围的地块类别", [("地块类别", name)], self._clause("scope"),
                    f"{name}属于确权范围" if yes else
                    f"{name}不属于确权范围（确权的只有：{'、'.join(codes.DKLB[c] for c in wanted)}），不予确定水权")

    def _forest(self):
        use = self.parcel.row["TDYT"]
        inputs = [("土地用途", codes.TDYT.get(use, use) or "未填"),
                  ("落在林草地图斑内", f"{m2_text(self.site['forest_m2_100'])}（地块 {m2_text(self.site['geometry_m2_100'])}）")]
        if use in self.policy.get("scope.exclude_land_use"):
            outcome = f"土地用途为{codes.TDYT.get(use, use)}，按林草地水量另行核定，这里不予确定"
        elif retrace.mostly_forest(self.site):
            outcome = "过半落在林草地内，按林草地水量另行核定，这里不予确定"
        else:
            outcome = "不是林地"
        return Step("是否林地", inputs, findings.basis("FOREST_LAND", self.policy), outcome)

    def _data(self):
        defect = self.site["defect"]
        open_findings = [f for f in self.parcel.findings if f["stage"] != "confirm"
                         and (f["code"] == defect or f["code"] not in TOLD_BY_OTHER_STEPS)]
        inputs = [(reason_title(f["code"]), f["message"]) for f in open_findings]
        if self.parcel.same_code > 1:
            inputs.insert(0, ("同一编码的图斑", f"{self.parcel.same_code} 个"))
        if self._listed_defect():
            return Step("资料是否可用", inputs, findings.basis(defect, self.policy),
                        f"{reason_title(defect)}，改正之前不能核定")
        return Step("资料是否可用", inputs, KINDS["CODE_MALFORMED"].clause, "没有妨碍核定的缺陷")

    def _holders(self):
        inputs = [(share.code, self.parcel.names.get(share.code) or "承包方表中没有这一户") for share in self.trace.shares]
        if self.trace.state == "no_holder":
            return Step("权利人是谁", inputs, self.reason_clause(), f"{reason_title(self.trace.reason)}，无从确定权利人")
        many = len(self.trace.shares) > 1
        return Step("权利人是谁", inputs, KINDS["HOLDER_LINK_MISSING"].clause,
                    f"由 {len(self.trace.shares)} 户按份承包，分别核定" if many else "由一户承包")

    def _legal(self):
        legal = self.policy.get("area.legal")
        inputs = [("以哪个面积为准", LEGAL_AREAS[legal])]
        several = len(self.trace.shares) > 1
        if legal == "SCMJ":
            inputs.append(("实测面积", recorded_text(*retrace.recorded(self.parcel.row, "SCMJ"))))
        for share in self.trace.shares:
            name = self.parcel.names.get(share.code) or share.code
            read = recorded_text(share.m2_100, share.mu_100, share.blank)
            if legal != "SCMJ":
                inputs.append((f"{name} {LEGAL_AREAS[legal]}", read))
            elif several:
                inputs.append((f"{name} 合同面积（用作份额）", read))
        if self.trace.reason == "AREA_MISSING":
            return Step("法定面积是多少", inputs, self._clause("area"), "法定面积为空或为 0，不能核定")
        return Step("法定面积是多少", inputs, self._clause("area"), "；".join(
            (f"{self.parcel.names.get(share.code)} " if several else "") + f"{mu_text(share.legal)} 亩"
            for share in self.trace.shares) + "（1 亩 = 2000/3 m²，四舍五入到 0.01 亩）")

    def _registry(self):
        inputs = [(f"名录第 {row['source_row']} 行" if row["source_row"] else "名录", "，".join(
            str(part) for part in (row["village_name"], row["group_name"], row["holder_name"],
                                   f"{mu_text(row['area_mu_100'])} 亩" if row["area_mu_100"] is not None else None)
            if part)) for row in self.parcel.registry]
        inside = self.site["registry_fid"] is not None
        if inside:
            outcome = "在二轮延包地名录内"
        elif self.policy.get("scope.require_registry"):
            outcome = "不在二轮延包地名录内，不予确定水权"
        else:
            outcome = "不在名录内；政策不要求在名录内"
        return Step("是否在二轮延包地名录内", inputs or [("名录", "没有这个地块")], self._clause("scope"), outcome)

    def _source(self):
        site = self.site
        inputs = [("灌区", self._place("district_code") if site["district_code"] else "不在任何灌区内")]
        if site["outlet_code"]:
            share = f"，控制面积占 {site['outlet_share'] * 100:.1f} %" if site["outlet_share"] is not None else ""
            if not self.parcel.pieces:
                inputs.append(("斗口", self._place("outlet_code") + share))
        whole = m2_text(site["geometry_m2_100"])
        inputs += [("斗口", f"{piece.name}，控制范围内 {m2_text(piece.overlap)}（地块 {whole}）") for piece in self.parcel.pieces]
        if site["well_code"]:
            away = f"，距 {site['well_distance_m']:.1f} m" if site["well_distance_m"] is not None else ""
            inputs.append(("机井", self._place("well_code") + away))
        if str(site["in_overdraft"]) == "1" and site["well_code"]:
            inputs.append(("超采区", "机井在地下水超采区，严格控制开采量"))
        if self.trace.reason in ("NO_SOURCE", "OUTSIDE_DISTRICT") and self.trace.state == "no_source":
            told = "没有水源（不在斗口控制范围内，也没有可用机井）" if self.trace.reason == "NO_SOURCE" else "不在任何灌区"
            return Step("在哪个灌区、用什么水", inputs, self._clause("sources"), f"{told}，不予确定水权")
        return Step("在哪个灌区、用什么水", inputs, self._clause("sources"), f"水源为{codes.PARCEL_SOURCE[site['source']]}")

    def _deduction(self):
        overlap = self.site["unapproved_m2_100"] or 0
        kind = codes.UNAPPROVED_KIND.get(self.site["unapproved_kind"], "新开、复垦、未批耕地")
        inputs = [("重叠面积", f"{m2_text(overlap)}（{kind}）" if overlap else "无"),
                  ("地块图形面积", m2_text(self.site["geometry_m2_100"]))]
        title, clause = "是否占新开、复垦、未批耕地", self._clause("scope")
        if not retrace.deductible_m2_100(self.site, self.policy):
            told = "未超过政策规定的最小重叠面积，不扣减" if overlap else "不占，不扣减"
            return Step(title, inputs, clause, told)
        lines = []
        for share in self.trace.shares:
            name = f"{self.parcel.names.get(share.code)} " if len(self.trace.shares) > 1 else ""
            lines.append(f"{name}扣减 {mu_text(share.legal)} 亩 × {m2_text(overlap)} ÷ "
                         f"{m2_text(self.site['geometry_m2_100'])} = {mu_text(share.deducted)} 亩，"
                         f"余 {mu_text(share.area)} 亩")
        told = "；".join(lines)
        return Step(title, inputs, clause, told + ("。扣减后没有剩余，不予确定水权" if self.trace.state == "unapproved" else ""))

    def _crop(self):
        trace, row = self.trace, self.parcel.registry
        inputs = [(label, (value or "未填") + self._from(value, name, row)) for label, value, name in (
            ("作物", trace.crop, "crop"), ("灌溉方式", trace.method, "method"))]
        if not self.by_crop:
            inputs = [("作物、灌溉方式", "政策按综合定额核定，不看这块地种什么、怎样灌")]
        if self.site["source"] == "mixed":
            inputs.append(self._mixed())
        if trace.reason in ("CROP_MISSING", "METHOD_MISSING", "MIX_SHARE_MISSING"):
            return Step("种什么、怎样灌", inputs, self._clause("quota"), f"{reason_title(trace.reason)}，不能核定")
        outcome = "查定额所需的作物、灌溉方式齐全" if self.by_crop else "不影响水量"
        across = any(part.outlet for part in (*trace.parts, *trace.refused))
        if self.site["source"] == "mixed" or across:
            outcome = "；".join(f"{self._who(p)}{self.water(p)} {mu_text(p.area)} 亩" for p in (*trace.parts, *trace.refused))
            by = "面积按水源、按在各斗口控制范围内的面积划分（尾数按最大余数法）" if across else "面积按水源划分"
            return Step("种什么、怎样灌", inputs, self._clause("sources"), f"{by}：{outcome}")
        return Step("种什么、怎样灌", inputs, self._clause("quota"), outcome)

    def _mixed(self):
        """How the policy divides a parcel with both sources."""
        surface = self.policy.mixed_surface
        if self.policy.get("sources.mixed_mode") == "round":
            return "混合水源的轮次", "政策未填" if surface is None else f"地表水 {surface[0]} 轮，共 {surface[1]} 轮"
        return "混合水源的地表水面积比例", "政策未填" if surface is None else share_text(self.policy.mixed_share_e4)

    def _from(self, value, name, rows):
        if not value:
            return ""
        given = any((row[name] or "").strip() for row in rows)
        return "（名录）" if given else "（政策默认）"

    def _who(self, part):
        return f"{self.parcel.names.get(part.code) or part.code} " if len(self.trace.shares) > 1 else ""

    def water(self, part):
        """A part's source, with its outlet where the parcel is split between outlets."""
        return codes.SOURCE[part.source] + (f" {part.piece.name}" if part.piece else "")

    def stored_water(self, row):
        """The same of a stored part."""
        names = {piece.code: piece.name for piece in self.parcel.pieces}
        return codes.SOURCE[row["source"]] + (f" {names[row['outlet_code']]}" if row["outlet_code"] in names else "")

    def _quota(self):
        inputs, lines = [], []
        for source in dict.fromkeys(part.source for part in self.trace.parts):
            part = next(one for one in self.trace.parts if one.source == source)
            key = limits.quota_label(self.trace.crop, self.site["district_code"], source, self.trace.method)
            if part.quota is None:
                inputs.append((key if self.by_crop else codes.SOURCE[source], part.missing))
                continue
            if not self.by_crop:
                continue
            row = part.quota.row
            where = f"定额表第 {row['source_row']} 行，" if row["source_row"] else ""
            every = "（各灌区通用）" if limits.quota_key(row)[1] == limits.ANY_DISTRICT else ""
            about = "，".join(str(row[name]) for name in ("grade", "edition") if row[name])
            inputs.append((key, f"{where}定额 {amount_text(row['quota_m3_mu_100'])} m³/亩{every}，渠系水利用系数 "
                                f"{eta_factor(row['eta_canal'])}，田间水利用系数 {eta_factor(row['eta_field'])}"
                                + (f"（{about}）" if about else "")))
        if not self.by_crop and self.trace.reason not in ("QUOTA_MISSING", "CROP_MIX_MISSING"):
            return self._composite()
        if self.trace.reason in ("QUOTA_MISSING", "CROP_MIX_MISSING"):
            return Step("按什么定额、要多少水", inputs, self._clause("quota"), "缺定额，整块地不能核定")
        mixed = self.site["source"] == "mixed"
        lines = [self._who(part) + (f"{self.water(part)} " if mixed or part.outlet else "") + self.formula(part)
                 for part in self.trace.parts]
        return Step("按什么定额、要多少水", inputs, self._clause("quota"), "；".join(lines))

    def formula(self, part):
        """``W = A · q / η`` with its figures: ``12.30 亩 × 450.00 m³/亩 ÷ (0.6000 × 0.9000) = 10,250 m³（…）``."""
        if part.quota.fid is None:
            return self._composite_formula(part)
        row = part.quota.row
        step = m3_text(self.policy.step_m3_100)
        return (f"{mu_text(part.area)} 亩 × {amount_text(row['quota_m3_mu_100'])} m³/亩 ÷ "
                f"({eta_factor(row['eta_canal'])} × {eta_factor(row['eta_field'])}) = "
                f"{m3_text(part.demand)} m³（四舍五入到 {step} m³）")

    def _caps(self):
        inputs, lines = [], []
        ways = list({(part.source, part.outlet): part for part in self.trace.parts}.values())
        for part in ways:
            inputs += [one for one in self._cap_inputs(part) if one not in inputs]
        clause = self._clause("cap")
        if self.trace.reason == "CAP_MISSING":
            return Step("是否超过用水总量指标", inputs, clause, "政策规定超指标要核减，缺指标，整块地不能核定")
        if self.county.run is None:
            return Step("是否超过用水总量指标", inputs, clause, "要到核定全县时才能比较")
        if self.policy.get("cap.mode") == "report":
            over = any(self._over(row) for part in ways for row in self._way(part))
            return Step("是否超过用水总量指标", inputs, clause,
                        "定额水量之和超过指标；按政策只报告，不核减，核定水量等于定额水量" if over else
                        "没有核减，核定水量等于定额水量")
        for part in self.trace.parts:
            note = self.cut_note(part)
            reported = any(self._over(row) and row["mode"] == "report" for row in self._way(part))
            lines.append(f"{self._who(part)}{self.water(part)}：" + (
                note or ("超过指标，按政策只报告，不核减" if reported else "没有超过指标，不核减")))
        return Step("是否超过用水总量指标", inputs, clause, "；".join(lines))

    def _way(self, part):
        """The stored nodes of the tree of caps that a part passes."""
        return self.county.cap_results.way(cap_trace.path(self.county, self.parcel, part.source, part.outlet), part.source)

    def _over(self, row):
        cap, reserve = row["cap_m3_100"], row.get("reserve_m3_100") or 0
        return cap is not None and row["demand_m3_100"] > cap - reserve

    def _cap_inputs(self, part):
        """(label, what is told) for each node from the part up to the county that has a cap or needs one."""
        stored = {(row["cap_level"], row["cap_code"]): row for row in self._way(part)}
        told = []
        for level, code, cap, missing in reversed(cap_trace.on_the_way(self.county, self.parcel, part.source, part.outlet)):
            if cap is None and not missing:
                continue
            known = self.parcel.row["village_name"] if level == "village" else self.parcel.places.get(f"{level}_code")
            if level == "outlet" and part.piece:
                known = part.piece.outlet.get("outlet_name")
            name = (cap.row["cap_name"] if cap else None) or known or code
            line = missing
            if cap:
                line = f"{'许可水量' if limits.is_permit(cap.row) else '指标'} {m3_text(cap.cap_m3_100)} m³"
                if cap.reserve_m3_100:
                    kept = "预留和林草用水" if cap.row.get("forest_m3_100") else "预留"
                    line += f"（其中{kept} {m3_text(cap.reserve_m3_100)} m³，可分 {m3_text(cap.usable_m3_100)} m³）"
            row = stored.get((level, code))
            part_of = row is not None and cap and limits.is_permit(cap.row)
            if part_of and (row["cap_m3_100"] or 0) < cap.cap_m3_100 - self.policy.step_m3_100:
                line += f"（井的地分在几处，按定额水量分给这里 {m3_text(row['cap_m3_100'] or 0)} m³）"
            if row is not None:
                line = f"定额水量合计 {m3_text(row['demand_m3_100'])} m³，{line}"
                if row["mode"] != "report":
                    line += f"，核定合计 {m3_text(row['volume_m3_100'])} m³"
            told.append((limits.cap_label(level, name, part.source), line))
        return told

    def cut_note(self, part):
        """How the caps cut a part; empty where they did not."""
        shared = cap_trace.share(self.county, self.parcel, self.trace, part)
        if shared is None or shared[0] == shared[1] or not shared[0]:
            return ""
        demand, granted = shared
        exact = Fraction(part.demand * granted, demand * 100)
        step = self.policy.step_m3_100
        rounded = "尾数按最大余数法进位" if part.volume > exact * 100 else "尾数舍去，进给余数更大的地块"
        if part.volume == exact * 100:
            rounded = "正好"
        return (f"{self._how_cut(part)}：{m3_text(part.demand)} × {m3_text(granted)} ÷ "
                f"{m3_text(demand)} ≈ {float(exact):,.4f}，取 {m3_text(part.volume)} m³"
                f"（以 {m3_text(step)} m³ 为单位，{rounded}）")

    def _how_cut(self, part):
        well = next((row for row in self._way(part) if row["cap_level"] == "well" and row["mode"] != "report" and self._over(row)), None)
        if well is not None and self.policy.get("cap.mode") != "priority":
            name = self.parcel.places.get("well_code") or well["cap_code"]
            cap = limits.find_cap(self.county.cap, "well", well["cap_code"], part.source)[0]
            told = f"指标 {m3_text(well['cap_m3_100'])} m³"
            if cap and limits.is_permit(cap.row):
                told = f"许可 {m3_text(cap.cap_m3_100)} m³"
                if well["cap_m3_100"] < cap.cap_m3_100 - self.policy.step_m3_100:
                    told += f"，分给这里 {m3_text(well['cap_m3_100'])} m³"
            return (f"机井 {name} {told}，需水 {m3_text(well['demand_m3_100'])} m³，按比例核减")
        if self.policy.get("cap.mode") != "priority":
            return "按指标同比例核减"
        k = cap_trace.class_of(self.county, self.parcel, self.trace, part)
        row = self.county.cap_results.classes.get(self._way(part)[-1]["fid"], {}).get(k + 1)
        return f"按优先序核减，第 {k + 1} 类（{row['class_name'] if row else ''}）同比例"

    def why_not(self):
        """One sentence: why there is no right."""
        kind = KINDS.get(self.trace.reason)
        return f"{codes.PARCEL_STATE[self.trace.state]}：{kind.rule if kind else self.trace.reason}"

    def results(self):
        """The stored result in lines."""
        right = self.parcel.right
        state = codes.PARCEL_STATE.get(right["state"], right["state"])
        if right["state"] not in ("right", "reduced"):
            kind = KINDS.get(right["reason"])
            return [f"{state}：不予核定" + (f"（{kind.rule}）" if kind else "")]
        lines = [f"{state}：确权面积 {mu_text(right['area_mu_100'])} 亩，每年 {m3_text(right['volume_m3_100'])} m³"]
        for part in self.parcel.parts:
            name = self.parcel.names.get(part["CBFBM"]) or part["CBFBM"]
            lines.append(f"{name} {self.stored_water(part)} {mu_text(part['area_mu_100'])} 亩，"
                         f"{m3_text(part['volume_m3_100'])} m³")
        return lines

    def changes(self):
        """What would have to change for another outcome; empty for an undiminished right."""
        if self.trace.state == "right":
            return []
        lines = list(REMEDIES.get(self.trace.reason, ()))
        if not lines and self.trace.reason in KINDS:
            lines = [KINDS[self.trace.reason].remedy]
        if self.trace.reason in ("QUOTA_MISSING", "CROP_MIX_MISSING") and not self.by_crop:
            lines += [f"缺的是：{part.missing}" for part in self.trace.parts if part.quota is None]
        elif self.trace.reason == "QUOTA_MISSING":
            for part in self.trace.parts:
                if part.quota is None:
                    key = limits.quota_label(self.trace.crop, self.site["district_code"], part.source,
                                             self.trace.method)
                    lines.append(f"缺的是：{key}（{part.missing}）")
        if self.trace.reason == "CAP_MISSING":
            for part in self.trace.parts:
                lines += [f"缺的是：{limits.cap_label(level, code, part.source)}（{what}）"
                          for level, code, what in part.cap_missing]
        return list(dict.fromkeys(lines))


def m2_text(m2_100):
    """0.01 m² → ``6,000.00 m²``."""
    whole, rest = divmod(int(m2_100 or 0), 100)
    return f"{whole:,}.{rest:02d} m²"


def recorded_text(m2_100, mu_100, blank):
    """A recorded area as it stands in the source: m², or 亩 where only that was given."""
    if blank:
        return "为空、为 0 或读不出"
    told = [m2_text(m2_100)] if m2_100 else []
    return " + ".join([*told, f"{mu_text(mu_100)} 亩"] if mu_100 else told)
