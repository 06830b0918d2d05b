"""What the panel says about one parcel, read from the work file with the standard library; and the same as HTML."""

import html
from dataclasses import dataclass
from typing import Tuple

from ..model import amounts, codes
from ..model.findings import KINDS
from ..model.tables_work import FINDING_STATE, SEVERITY
from ..store import reading

PARCEL_SQL = """
SELECT p.fid, p.uuid, p.DKBM, p.DKMC, p.DKLB, p.SCMJ, p.geometry_m2, p.village_name, p.DKDZ, p.DKXZ, p.DKNZ, p.DKBZ,
       r.state, r.reason, r.holder_names, r.legal_mu_100, r.deducted_mu_100, r.area_mu_100, r.crop, r.method,
       r.volume_m3_100, s.source, s.district_code, s.outlet_code, s.well_code, s.registry_fid,
       s.parcel_fid IS NOT NULL AS checked, d.district_name, o.outlet_name, w.well_name
FROM parcel p
LEFT JOIN parcel_right r ON r.parcel_fid = p.fid
LEFT JOIN parcel_site s ON s.parcel_fid = p.fid
LEFT JOIN irrigation_district d ON d.district_code = s.district_code
LEFT JOIN outlet o ON o.outlet_code = s.outlet_code
LEFT JOIN well w ON w.well_code = s.well_code
WHERE p.uuid = ? LIMIT 1
"""
HOLDERS_SQL = """
SELECT b.CBFBM, c.CBFMC, b.HTMJ, b.YHTMJ FROM CBDKXX b LEFT JOIN CBF c ON c.CBFBM = b.CBFBM
WHERE b.DKBM = ? ORDER BY b.CBFBM
"""
PARTS_SQL = """
SELECT a.CBFBM, a.source, a.area_mu_100, a.volume_m3_100,
       CASE WHEN s.parcel_fid IS NULL THEN '' ELSE coalesce((SELECT outlet_name FROM outlet o WHERE o.outlet_code = a.outlet_code
           ORDER BY o.fid LIMIT 1), a.outlet_code) END AS outlet
FROM right_part a LEFT JOIN parcel_outlet s ON s.parcel_fid = a.parcel_fid AND s.outlet_code = a.outlet_code
WHERE a.parcel_fid = ? ORDER BY a.CBFBM, a.source, a.outlet_code
"""
OUTLETS_SQL = """
SELECT s.outlet_code, (SELECT outlet_name FROM outlet o WHERE o.outlet_code = s.outlet_code ORDER BY o.fid LIMIT 1) AS outlet_name
FROM parcel_outlet s WHERE s.parcel_fid = ? ORDER BY s.outlet_code
"""
FINDINGS_SQL = "SELECT code, severity, message, remedy, state FROM finding WHERE parcel_uuid = ? ORDER BY code"
STATE_COLOURS = {"right": "#2f855a", "reduced": "#5b8c2a", "unchecked": "#6b7280", "not_contract": "#57534e",
                 "forest": "#2f5d3a"}
REFUSED_COLOUR = "#c1121f"
SEVERITY_COLOURS = {"stop": "#c1121f", "review": "#b45309", "notice": "#6b7280"}


@dataclass(frozen=True)
class ParcelFacts:
    """Rows as read: the parcel with its site and right, its holders, its parts by holder and source, its findings,
    the outlets between which it is split."""

    parcel: object
    holders: Tuple[object, ...]
    parts: Tuple[object, ...]
    findings: Tuple[object, ...]
    outlets: Tuple[object, ...] = ()


def read(store, uuid):
    """The facts of one parcel; None where there is none of that uuid."""
    parcel = reading.one(store, PARCEL_SQL, (uuid,))
    if parcel is None:
        return None
    return ParcelFacts(parcel, tuple(reading.rows(store, HOLDERS_SQL, (parcel["DKBM"],))),
                       tuple(reading.rows(store, PARTS_SQL, (parcel["fid"],))),
                       tuple(reading.rows(store, FINDINGS_SQL, (uuid,))),
                       tuple(reading.rows(store, OUTLETS_SQL, (parcel["fid"],))))


def volume_text(facts):
    """The parcel's confirmed volume as it is shown, e.g. ``2,880 m³``; empty before it is determined."""
    volume = facts.parcel["volume_m3_100"]
    return "" if volume is None else f"{amounts.m3_text(volume)} m³"


def as_html(facts, explanation=None):
    """Head, table of facts, shares, findings, then the explanation step by step."""
    return "".join([_head(facts), _facts(facts), _parts(facts), _findings(facts), _explanation(explanation)])


def places_as_html(explanations):
    """Villages, outlets or districts: their names and their explanations, one below the other."""
    return "".join(f"<div style='font-size:13pt'><b>{_esc(told.title)}</b></div>{_explanation(told)}" for told in explanations)


def _head(facts):
    row = facts.parcel
    state = row["state"] or "unchecked"
    place = f"{row['village_name'] or ''} {row['DKMC'] or ''}"
    colour = STATE_COLOURS.get(state, REFUSED_COLOUR)
    reason = KINDS[row["reason"]].title if row["reason"] in KINDS else ""
    why = f"<span style='color:#6b7280'>　原因：{_esc(reason)}</span>" if reason and reason != codes.PARCEL_STATE[state] \
        else ""
    right = f"<div style='font-size:16pt;color:{colour}'><b>{volume_text(facts)}</b>" \
            f"<span style='font-size:10pt;color:#6b7280'>　每年</span></div>" if row["volume_m3_100"] else ""
    return (f"<div style='font-size:13pt'><b>{_esc(row['holder_names'] or _names(facts) or '无权利人')}</b>"
            f"<span style='font-size:10pt;color:#6b7280'>　{_esc(place)}</span></div>"
            f"<div style='color:#6b7280'>{_esc(row['DKBM'])}</div>"
            f"<div style='font-size:11pt;color:{colour}'><b>{codes.PARCEL_STATE[state]}</b>{why}</div>{right}")


def _names(facts):
    return "、".join(h["CBFMC"] or h["CBFBM"] for h in facts.holders)


def _facts(facts):
    row = facts.parcel
    contract = [h["HTMJ"] for h in facts.holders if h["HTMJ"] is not None]
    where = [f"{label} {_esc(name or code)}" for label, name, code in (
        ("灌区", row["district_name"], row["district_code"]),
        *(("斗口", one["outlet_name"], one["outlet_code"]) for one in facts.outlets or (row,)),
        ("机井", row["well_name"], row["well_code"])) if code]
    lines = [
        ("确权面积", _mu(row["area_mu_100"])),
        ("法定面积", _mu(row["legal_mu_100"])),
        ("扣减面积", _mu(row["deducted_mu_100"]) if row["deducted_mu_100"] else ""),
        ("合同面积", _m2(sum(contract)) if contract else ""),
        ("实测面积", _m2(row["SCMJ"])),
        ("图形面积", _m2(row["geometry_m2"])),
        ("水源", _esc(codes.PARCEL_SOURCE.get(row["source"], row["source"] or ""))),
        ("供水", "，".join(where)),
        ("作物与灌溉", _esc("，".join(x for x in (row["crop"], row["method"]) if x))),
        ("在名录内", ("是" if row["registry_fid"] is not None else "否") if row["checked"] else ""),
        ("地块类别", codes.DKLB.get(row["DKLB"], row["DKLB"] or "")),
        ("四至", _esc("　".join(f"{side}至{row[name]}" for side, name in (
            ("东", "DKDZ"), ("南", "DKNZ"), ("西", "DKXZ"), ("北", "DKBZ")) if row[name]))),
    ]
    body = "".join(f"<tr><td style='color:#6b7280;padding:1px 14px 1px 0'>{label}</td><td>{text}</td></tr>"
                   for label, text in lines if text)
    return f"<table style='margin-top:6px'>{body}</table>"


def _parts(facts):
    if len(facts.parts) < 2:
        return ""
    names = {h["CBFBM"]: h["CBFMC"] for h in facts.holders}
    rows = "".join(
        f"<tr><td>{_esc(names.get(p['CBFBM']) or p['CBFBM'])}</td><td>{_esc(_water(p))}</td>"
        f"<td align='right'>{_mu(p['area_mu_100'])}</td>"
        f"<td align='right'>{amounts.m3_text(p['volume_m3_100'] or 0)} m³</td></tr>"
        for p in facts.parts)
    return (_section("各户、各水源") + "<table cellpadding='3'>"
            "<tr style='color:#6b7280'><td>权利人</td><td>水源</td><td align='right'>确权面积</td>"
            "<td align='right'>核定水量</td></tr>"
            f"{rows}</table>")


def _water(part):
    """A part's source, with its outlet where the parcel is split between several."""
    return f"{codes.SOURCE.get(part['source'], part['source'])} {part['outlet'] or ''}".strip()


def _explanation(told):
    """One ``rights.explain.Explanation`` as HTML: what does not agree first, then step by step, then what would
    change it."""
    if told is None:
        return ""
    parts = []
    if told.differences:
        items = "".join(f"<li>{_esc(line)}</li>" for line in told.differences)
        parts.append(f"<div style='background:#fee2e2;color:{REFUSED_COLOUR}'><b>与库中结果不一致，一致之前不得使用</b>"
                     f"<ul style='margin-left:-18px'>{items}</ul></div>")
    parts.append(_section("怎样得出的"))
    for number, step in enumerate(told.steps, start=1):
        parts.append(f"<p style='margin:8px 0 0 0'><b>{number}. {_esc(step.title)}</b></p>")
        parts += [f"<div style='margin-left:16px'><span style='color:#6b7280'>{_esc(label)}：</span>{_esc(value)}</div>"
                  for label, value in step.inputs]
        parts.append(f"<div style='margin-left:16px;color:#075985'><b>→ {_esc(step.outcome)}</b></div>")
        if step.clause:
            parts.append(f"<div style='margin-left:16px;color:#6b7280;font-size:9pt'>依据：{_esc(step.clause)}</div>")
    if told.results:
        parts.append(_section("结果") + "".join(f"<div>{_esc(line)}</div>" for line in told.results))
    if told.changes:
        parts.append(_section("怎样才会改变") + _list(told.changes))
    if told.otherwise:
        parts.append(_section("情况不同，水量会怎样") + _list(told.otherwise))
    parts += [f"<p style='color:#6b7280;font-size:9pt;margin:4px 0 0 0'>注：{_esc(line)}</p>" for line in told.notes]
    return "".join(parts)


def _section(title):
    return f"<p style='margin:12px 0 2px 0;font-size:11pt;color:#0369a1'><b>{title}</b></p>"


def _list(lines):
    return "<ul style='margin:2px 0 0 -18px'>" + "".join(f"<li>{_esc(line)}</li>" for line in lines) + "</ul>"


def _findings(facts):
    if not facts.findings:
        return ""
    items = "".join(
        f"<li><b style='color:{SEVERITY_COLOURS.get(f['severity'], '#374151')}'>{_title(f['code'])}</b>"
        f"（{SEVERITY.get(f['severity'], '')}，{FINDING_STATE.get(f['state'], f['state'] or '')}）：{_esc(f['message'])}"
        + (f"<br><span style='color:#6b7280'>处理办法：{_esc(f['remedy'])}</span>" if f["remedy"] else "") + "</li>"
        for f in facts.findings)
    return f"{_section('问题')}<ul style='margin:2px 0 0 -18px'>{items}</ul>"


def _title(code):
    return KINDS[code].title if code in KINDS else _esc(code)


def _mu(mu_100):
    return "" if mu_100 is None else f"{amounts.mu_text(mu_100)} 亩"


def _m2(m2):
    if m2 is None:
        return ""
    hundredths = amounts.hundredths(round(m2, 2))
    return f"{amounts.mu_text(amounts.mu_100_from_m2_100(hundredths))} 亩（{m2:,.2f} m²）"


def _esc(text):
    return html.escape(str(text))
