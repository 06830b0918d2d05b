"""What another fact would give one parcel (在名录内：+1,840 m³): the same rules on altered inputs. Standard library only.

Every figure comes from ``retrace`` on a copy of the parcel's facts with one thing changed, and is held against the
stored result, so it can be relied on where the explanation itself agrees with what is stored.
"""

import dataclasses
from dataclasses import dataclass
from typing import List

from ..model import codes
from ..model.amounts import m3_text
from ..model.findings import KINDS
from ..model.policy import LEGAL_AREAS
from . import cap_trace, limits, retrace

MOST_WORDS = 4
NOT_CUT, NOT_DEDUCTED = "指标不削减", "不占新开、复垦、未批耕地（不扣减）"
IN_REGISTRY, BY_OUTLET, BY_WELL = "在名录内", "由斗口供水", "由机井供水"
ENOUGH_PERMITTED = "机井许可水量足够"
ALL_SURFACE, ALL_GROUND = "水源全部算地表水", "水源全部算地下水"
LOSSES = (NOT_CUT, NOT_DEDUCTED)
"""What took something away from a parcel that has a right."""
KEPT_FIGURES = ("CODE_MALFORMED", "CODE_DUPLICATE", "GEOMETRY_DUPLICATE", "GEOMETRY_MISSING")
"""Defects that leave the recorded areas as they are."""
CULTIVATED = "1"
NO, GRANTED = 2, "有"
MU_PER_M2, UNIT_BAND = 0.0015, 0.1
"""As in ``checks.areas``: what is suspected to be 亩 written as m²; it only says which figures to read again."""


@dataclass
class Counterfactual:
    """``supposed``: what is supposed; ``trace``: the outcome then; ``before``: volumes by ``retrace.Part.key`` as they are;
    ``rough``: caps or a unit's composite quota would have to be shared out anew, which moves the last steps."""

    supposed: str
    trace: retrace.Trace
    before: dict
    rough: bool = False

    def change(self, code=None):
        """Change in 0.01 m³, of one holder (``code``) or of the whole parcel."""
        after = sum(part.volume for part in self.trace.parts if code in (None, part.code)) if self.trace.having else 0
        return after - sum(volume for (holder, *_), volume in self.before.items() if code in (None, holder))

    def line(self, code=None):
        """For people: ``在名录内：+1,840 m³``."""
        if not self.trace.having:
            kind = KINDS.get(self.trace.reason)
            return f"{self.supposed}：仍不能核定（{kind.title if kind else self.trace.reason}）"
        change = self.change(code)
        return f"{self.supposed}：{'约 ' if self.rough else ''}{signed(change)} m³"


def signed(m3_100):
    """An amount with its sign."""
    return ("+" if m3_100 > 0 else "") + m3_text(m3_100)


def counterfactuals(parcel, county, trace) -> List[Counterfactual]:
    """What would give this parcel another volume, what stops it first. ``trace``: as it is (``retrace.retrace``)."""
    before = {part.key: part.volume for part in trace.parts} if trace.having else {}
    found = []
    if trace.having:
        demands = {key: part.demand for key, part in zip(before, trace.parts)}
        if sum(demands.values()) != sum(before.values()):
            uncut = dataclasses.replace(trace, parts=[dataclasses.replace(p, volume=p.demand) for p in trace.parts])
            found.append(Counterfactual(NOT_CUT, uncut, before))
    cutting = county.policy.get("cap.mode") != "report" or county.policy.get("quota.basis") != "crop"
    for supposed, altered, in_county in _alternatives(parcel, county, trace):
        again = retrace.retrace(altered, in_county)
        whole = all(part.volume in (part.demand, before.get(part.key)) for part in again.parts)
        rough = cutting and not (supposed == ENOUGH_PERMITTED and whole)
        found += _followed_up(supposed, altered, in_county, again, before, rough)
    return [one for one in found if one.change() or not one.trace.having and not trace.having]


def _followed_up(supposed, parcel, county, trace, before, cutting):
    """The outcome; where the crop or method is still missing, one for each that has a quota."""
    if trace.reason not in ("CROP_MISSING", "METHOD_MISSING"):
        return [Counterfactual(supposed, _uncut_where_nothing_was(trace), before, cutting and trace.having)]
    found = []
    for told, again in _with_words(parcel, county, trace):
        found.append(Counterfactual(f"{supposed}，{told}" if supposed else told, _uncut_where_nothing_was(again), before,
                                    cutting and again.having))
    return found or [Counterfactual(supposed, trace, before)] if supposed else found


def _uncut_where_nothing_was(trace):
    """Where nobody had a demand before, the stored nodes grant nothing: the demand is then all that can be said."""
    for part in trace.parts:
        if trace.having and part.demand and not part.volume:
            part.volume = part.demand
    return trace


def _alternatives(parcel, county, trace):
    """(what is supposed, the altered parcel, the county or one with another policy)."""
    site, state, reason = parcel.site, trace.state, trace.reason
    if state == "not_contract":
        wanted = county.policy.get("scope.parcel_classes")[0]
        yield f"地块类别更正为{codes.DKLB[wanted]}", _row(parcel, DKLB=wanted), county
    elif state == "forest":
        use = parcel.row["TDYT"]
        use = CULTIVATED if use in county.policy.get("scope.exclude_land_use") else use
        yield "不是林地", _site(_row(parcel, TDYT=use), forest_m2_100=0), county
    elif state == "outside_registry":
        yield IN_REGISTRY, _site(parcel, registry_fid=0), county
    elif state == "no_source" and reason == "NO_SOURCE" and site["district_code"]:
        for source, told in (("surface", BY_OUTLET), ("ground", BY_WELL)):
            yield told, _site(parcel, source=source), county
    elif state in ("defect", "no_holder"):
        yield from _without_defect(parcel, county, trace)
    elif state == "no_quota" and reason in ("CROP_MISSING", "METHOD_MISSING"):
        yield "", parcel, county
    yield from _not_withheld(parcel, county, trace)
    if trace.having or state == "unapproved":
        if retrace.deductible_m2_100(site, county.policy):
            yield NOT_DEDUCTED, _site(parcel, unapproved_m2_100=0), county
    if site["source"] == "mixed" and (trace.having or reason == "MIX_SHARE_MISSING"):
        for share, told in ((1, ALL_SURFACE), (0, ALL_GROUND)):
            yield told, parcel, _policy(county, **{"sources.mixed_mode": "share", "sources.mixed_surface_share": share})
    if trace.having and _well_short(parcel, county, trace):
        yield ENOUGH_PERMITTED, parcel, _with_enough_permitted(parcel, county)
    if county.policy.get("quota.basis") == "crop" and (trace.having or reason == "QUOTA_MISSING"):
        yield from _other_words(parcel, county, trace)
    if (trace.having and county.policy.get("cap.mode") == "report") or reason == "AREA_MISSING":
        # the county's choice touches every parcel: where caps cut, what one gets then hangs on all the others
        for legal, name in LEGAL_AREAS.items():
            if legal != county.policy.get("area.legal"):
                cleared = _site(parcel, defect="") if reason == "AREA_MISSING" else parcel
                yield f"以{name}为法定面积", cleared, _policy(county, **{"area.legal": legal})


def _well_short(parcel, county, trace):
    """Whether a cap on the parcel's well cut its ground water."""
    return "well" in county.policy.get("cap.tree") and county.policy.cap_mode("well") != "report" and any(
        row["cap_level"] == "well" and row["cap_m3_100"] is not None
        and row["demand_m3_100"] > row["cap_m3_100"] - (row["reserve_m3_100"] or 0)
        for part in trace.parts if part.volume < part.demand
        for row in county.cap_results.way(cap_trace.path(county, parcel, part.source, part.outlet), part.source))


def _with_enough_permitted(parcel, county):
    """The county with no cap on the parcel's well; what the nodes are granted is worked out anew."""
    index = limits.CapIndex({key: rows for key, rows in county.cap.items() if key[:2] != ("well", parcel.site["well_code"])})
    index.required, index.reported = tuple(one for one in county.cap.required if one != "well"), county.cap.reported
    return dataclasses.replace(county, cap=index, cap_results=county.cap_results.again())


def _not_withheld(parcel, county, trace):
    """Water that the policy does not confirm yet: where what stands against it is gone."""
    codes_found = {part.refusal.code for part in trace.refused}
    if "OVERDRAFT_GROUND" in codes_found:
        yield "机井不在超采区", _site(parcel, well_overdraft=NO), county
    if "WELL_PERMIT_EXPIRED" in codes_found:
        yield "机井的取水许可延续", dataclasses.replace(parcel, well={**parcel.well, "permit_until": None}), county
    if "SPRING_GROUND" in codes_found:
        yield "机井不在泉域保护区", _site(parcel, well_spring=NO), county
    if "NO_PERMIT" in codes_found:
        yield "灌区有取水许可", dataclasses.replace(parcel, district={**parcel.district, "permit_number": GRANTED}), county


def _without_defect(parcel, county, trace):
    if trace.reason == "HOLDER_UNKNOWN":
        names = {link["CBFBM"]: parcel.names.get(link["CBFBM"]) or "" for link in parcel.links}
        yield "承包方补录后", dataclasses.replace(_site(parcel, defect=""), names=names), county
    elif trace.reason == "AREA_UNIT":
        yield from _in_mu(parcel, county)
    elif trace.reason in KEPT_FIGURES:
        yield f"{KINDS[trace.reason].title}改正后（面积、权属不变）", _site(parcel, defect=""), county


def _in_mu(parcel, county):
    """Those of the recorded areas that stand to the drawn one as 亩 to m² read as 亩; the others are left alone."""
    row, links, told = dict(parcel.row), [dict(link) for link in parcel.links], []
    for name, rows in (("SCMJ", [row]), ("HTMJ", links), ("YHTMJ", links)):
        if _like_mu([one[name] for one in rows], parcel.site["geometry_m2_100"]):
            told.append(LEGAL_AREAS[name])
            for one in rows:
                one.update({name: None, name + "M": one[name]})
    if told:
        yield f"{'、'.join(told)}记录的数本是亩", dataclasses.replace(_site(parcel, defect=""), row=row, links=links), county


def _like_mu(areas, drawn_m2_100):
    """Whether areas recorded as m² are together some 0.0015 of the drawn one, as ``checks.areas`` looks at them."""
    if not areas or not drawn_m2_100 or any(area is None for area in areas):
        return False
    return abs(sum(areas) / (drawn_m2_100 / 100 * MU_PER_M2) - 1) <= UNIT_BAND


def _other_words(parcel, county, trace):
    """Another crop with the same method, another method with the same crop, where the quota table has them."""
    crops, methods = _words_with_quota(parcel, county)
    yield from ((f"改种{crop}", _crop(parcel, crop, trace.method), county) for crop in crops[:MOST_WORDS]
                if crop != trace.crop)
    yield from ((f"改用{method}", _crop(parcel, trace.crop, method), county) for method in methods[:MOST_WORDS]
                if method != trace.method)


def _with_words(parcel, county, trace):
    """(what is supposed, trace) for each crop or method that is missing and has a quota."""
    crops, methods = _words_with_quota(parcel, county)
    told = []
    for crop in [trace.crop] if trace.crop else crops:
        for method in [trace.method] if trace.method else methods:
            again = retrace.retrace(_crop(parcel, crop, method), county)
            if again.having and len(told) < MOST_WORDS:
                told.append(("、".join(([] if trace.crop else [f"种{crop}"]) + ([] if trace.method else [method])), again))
    return told


def _words_with_quota(parcel, county):
    """Crops and methods that the quota table knows for the parcel's district, in their order."""
    districts = (parcel.site["district_code"], limits.ANY_DISTRICT)
    keys = [key for key in county.quota if key[1] in districts]
    return sorted({key[0] for key in keys}), sorted({key[3] for key in keys})


def _crop(parcel, crop, method):
    given = parcel.registry[0] if parcel.registry else {}
    return dataclasses.replace(parcel, registry=[{**given, "crop": crop, "method": method}])


def _site(parcel, **values):
    return dataclasses.replace(parcel, site={**parcel.site, **values})


def _row(parcel, **values):
    return dataclasses.replace(parcel, row={**parcel.row, **values})


def _policy(county, **values):
    changed = dataclasses.replace(county.policy, values={**county.policy.values, **values})
    return dataclasses.replace(county, policy=changed)
