"""Where each part hangs in the tree of caps, and in which class it is served: columns in, node numbers out."""

import numpy as np
import pandas as pd

from ..model import codes
from ..model import policy as policies
from ..model.errors import BadInput
from . import cap_tree, columns, limits

OTHERS = "其余"


def index_of(table, policy, forest, well=None):
    """``limits.cap_index`` of the frames ``cap`` and ``well``."""
    wells = [] if well is None or "well" not in policy.get("cap.tree") else _rows(well)
    return limits.cap_index(_rows(table), policy, forest, wells)


def _rows(frame):
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def grow(inputs, policy, index, place, source, district):
    """The tree that the policy's levels make of these parts, and each part's leaf: (``cap_tree.Tree``, (p,) numbers).

    ``place``: (p,) frame with the object columns ``outlet_code``, ``well_code`` and ``village_code``; ``source``: (p,) number into
    ``cap_tree.SOURCES``; ``district``: ``quota.Words`` of the parts. Districts that the cap table names stand in the
    tree also where they have no part. A county has few different places: each is looked at once.
    """
    levels = tuple(policy.get("cap.tree"))
    canals = _canals(inputs) if "canal" in levels else {}
    surface = source == 0
    levelled = {"district": (district.code, district.values)} if "district" in levels else {}
    for name, wanted, own in (("outlet", {"canal", "outlet"}, surface), ("well", {"well"}, ~surface)):
        if wanted & set(levels):
            number, values = pd.factorize(place[f"{name}_code"].to_numpy(dtype=object), sort=True)
            levelled[name] = np.where(own, number, -1), list(values)
    if {"town", "village"} & set(levels):
        number, values = pd.factorize(place["village_code"].to_numpy(dtype=object), sort=True)
        levelled["village"] = number, list(values)
    key, size = source.astype(np.int64), len(cap_tree.SOURCES)
    for number, values in levelled.values():
        key, size = key * (len(values) + 1) + number + 1, size * (len(values) + 1)
    example, which = columns.different(key, size)
    paths = []
    for at in example:
        there = {name: values[number[at]] if number[at] >= 0 else None for name, (number, values) in levelled.items()}
        there["canals"] = canals.get(there.get("outlet"), ())
        paths.append((cap_tree.SOURCES[source[at]], cap_tree.path_of(levels, inputs.county_code, there)))
    tree = cap_tree.grow(paths, index, levels, _named(levels, inputs.county_code, index))
    return tree, np.array([tree.leaf[path] for path in paths], dtype=np.int64)[which]


def _canals(inputs):
    tables = [frame.astype(object).where(frame.notna(), None).to_dict("records")
              for frame in (inputs.outlet, inputs.canal)]
    return cap_tree.canals_of_outlets(*tables)


def _named(levels, county_code, index):
    """The county, and the districts of the cap table where they stand right below it."""
    county = (("county", county_code),)
    named = [(source, county) for source in cap_tree.SOURCES]
    if levels[1:2] == ("district",):
        named += [(source, (*county, ("district", code))) for level, code, source in index
                  if level == "district" and code and source in cap_tree.SOURCES]
    return named


def unknown_words(policy, words, quota):
    """Findings on words of the order of priority that neither a parcel nor the quota table has: a class of nobody."""
    by = policy.get("cap.priority_by")
    if by not in words:
        return
    known = {*words[by].values, *(str(word).strip() for word in quota[by].dropna())}
    for word in (word for one in policies.priority_classes(policy.get("cap.priority")) for word in one):
        if word not in known:
            yield {"code": "PRIORITY_UNKNOWN", "subject": word, "message":
                   f"优先序里的“{word}”：定额表和地块里都没有这种{policies.PRIORITY_BY[by]}，这一类一块地也没有"}


def classes(policy, words, holder_kind):
    """The class of each part by the policy's order of priority: ((p,) numbers, names of the classes).

    ``words``: {"crop", "method": ``quota.Words`` of the parts}; ``holder_kind``: (p,) CBFLX. What is in no class of
    the policy is served last.
    """
    if policy.get("cap.priority_by") is None or policy.get("cap.priority") is None:
        raise BadInput("按优先序核减，而政策没有规定优先序", "在政策 cap.priority_by、cap.priority 中填写", where="政策 › cap.mode")
    listed = policies.priority_classes(policy.get("cap.priority"))
    names = tuple("、".join(one) for one in listed) + (OTHERS,)
    number = {word: k for k, one in enumerate(listed) for word in one}
    if policy.get("cap.priority_by") == "holder_kind":
        code, values = pd.factorize(holder_kind)
        values = [codes.CBFLX.get(value, value) for value in values]
    else:
        chosen = words[policy.get("cap.priority_by")]
        code, values = chosen.code, chosen.values
    lookup = np.array([*(number.get(value, len(listed)) for value in values), len(listed)], dtype=np.int64)
    return lookup[code], names
