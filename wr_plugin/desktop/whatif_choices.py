"""What the panel 试算 lets the user move: the crops, districts, caps and settings of the open work file."""

from dataclasses import dataclass, field
from typing import List, Tuple

from ..model import codes
from ..model.policy import BY_PATH, LEGAL_AREAS
from ..rights import lever_settings
from ..store import reading

CROPS_SQL = "SELECT DISTINCT crop FROM quota WHERE crop IS NOT NULL AND quota_m3_mu_100 IS NOT NULL ORDER BY crop"
DISTRICTS_SQL = ("SELECT district_code AS code, max(district_name) AS name FROM irrigation_district"
                 " WHERE district_code IN (SELECT district_code FROM quota) GROUP BY district_code ORDER BY district_code")
CAPS_SQL = ("SELECT cap_level, cap_code, max(cap_name) AS name, source FROM cap WHERE cap_m3_100 IS NOT NULL"
            " GROUP BY cap_level, cap_code, source ORDER BY cap_level, cap_code, source DESC")
LEVEL_ORDER = list(codes.CAP_LEVEL)
OWN = ("area.legal", "sources.mixed_surface_share", "cap.mode")
"""Settings that the panel has widgets for."""


@dataclass
class Choices:
    """(text, words of a lever) of each choice; today's settings."""

    crops: List[Tuple[str, str]] = field(default_factory=list)
    districts: List[Tuple[str, str]] = field(default_factory=list)
    caps: List[Tuple[str, str]] = field(default_factory=list)
    legal: str = ""
    share: float = None
    mode: str = ""
    settings: List[Tuple[str, str]] = field(default_factory=list)


def read(store):
    """The choices of a work file."""
    policy = store.policy()
    caps = sorted(reading.rows(store, CAPS_SQL), key=lambda row: LEVEL_ORDER.index(row["cap_level"])
                  if row["cap_level"] in LEVEL_ORDER else len(LEVEL_ORDER))
    return Choices(
        [("全部作物", "*"), *((row["crop"], row["crop"]) for row in reading.rows(store, CROPS_SQL))],
        [("全部灌区", "*"), *((f"{row['name'] or row['code']}（{row['code']}）", row["code"])
                          for row in reading.rows(store, DISTRICTS_SQL)), ("各灌区通用的行", "通用")],
        [("全部指标", "*"), *((f"{codes.CAP_LEVEL.get(r['cap_level'], r['cap_level'])} {r['name'] or r['cap_code']} "
                           f"{codes.SOURCE.get(r['source'], r['source'])}", f"{r['cap_level']}/{r['cap_code']}/{r['source']}")
                          for r in caps)],
        policy.get("area.legal"), policy.get("sources.mixed_surface_share"), policy.get("cap.mode"), _settings(policy))


def _settings(policy):
    """(title with today's value, name of the lever) of the settings that have no widget of their own."""
    return [("不变", ""), *((f"{BY_PATH[path].title}（今天：{lever_settings.text_of(path, policy.get(path))}）", short.names[0])
                          for path, short in lever_settings.LEVERS.items() if path not in OWN)]


def values_of(name):
    """The values that a setting can take, where they are few; else none, and one is written."""
    path = lever_settings.PATHS.get(name)
    if path is None:
        return []
    labels = list(lever_settings.LABELS.get(path, {}).values()) or (["是", "否"] if BY_PATH[path].valid(True) else [])
    return [*labels, *(["未填"] if labels and BY_PATH[path].blank else [])]


def expected_of(name):
    """What a setting's value may be, in words."""
    path = lever_settings.PATHS.get(name)
    return BY_PATH[path].expected if path else ""


def parcel_facts(choices):
    """(text, words of a lever) of what may be supposed of one parcel, none first."""
    return [("不变", ""), ("在名录内", "在名录内=是"), ("不在名录内", "在名录内=否"), ("不占新开、复垦、未批（不扣减）", "重叠=0"),
            ("由斗口供水", "水源=地表水"), ("由机井供水", "水源=地下水"),
            *((f"改种{text}", f"作物={word}") for text, word in choices.crops if word != "*")]


def legal_areas(today):
    """(text, setting) of the other legal areas, none first."""
    return [(f"不变（{LEGAL_AREAS.get(today, today)}）", ""), *((name, code) for code, name in LEGAL_AREAS.items() if code != today)]


def cap_modes(today):
    """(text, setting) of the other ways to deal with a cap that is exceeded, none first."""
    return [(f"不变（{codes.CAP_MODE.get(today, today)}）", ""), *((name, code) for code, name in codes.CAP_MODE.items()
                                                          if code != today and code != "priority")]
