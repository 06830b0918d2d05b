"""The tree of caps of the second reckoning: paths as keys, plain recursion, the same promises."""

from .figures import shared_out, text

SOURCES = ("surface", "ground")


def path_of(levels, county, parcel, source, canals, outlet):
    """((level, code), …) from the county to where a part of the parcel hangs; ``outlet``: the one its surface water is from."""
    village = text(parcel["village_code"])
    outlet = text(outlet) if source == "surface" else ""
    codes = {"county": county, "district": text(parcel["district_code"]), "outlet": outlet,
             "well": "" if source == "surface" else text(parcel["well_code"]),
             "town": village[:9] if len(village) >= 12 else "", "village": village[:12] if len(village) >= 12 else ""}
    path = []
    for level in levels:
        if level == "canal":
            path += [("canal", code) for code in canals.get(outlet, ())]
        elif codes[level] or level == "county":
            path.append((level, codes[level]))
    return tuple(path)


def canals_of_outlets(outlets, canals):
    """{outlet: canals from the trunk down}; rows as (outlet, canal) and (canal, canal above)."""
    above = {text(canal): text(parent) for canal, parent in canals if text(parent)}
    found = {}
    for outlet, canal in outlets:
        chain, canal = [], text(canal)
        while canal and canal not in chain:
            chain.insert(0, canal)
            canal = above.get(canal, "")
        found[text(outlet)] = tuple(chain)
    return found


class Forest:
    """All nodes of one source. ``demand``: {path: [steps per class]} of the paths that have parts."""

    def __init__(self, source, demand, caps, levels, step, named, kinds, reported=(), at_one_go=False):
        """``reported``: levels whose caps cut nothing. ``at_one_go``: there are such nodes; a node's limit is then what all
        caps together would leave it, classes or not."""
        self.source, self.kinds, self.levels, self.step = source, kinds, levels, step
        self.paths = {path[:n] for path in (*demand, *named) for n in range(1, len(path) + 1)}
        inner = {path[:-1] for path in self.paths if len(path) > 1}
        self.leaf = {path: (*path, (self._below(path), "")) if path in inner else path for path in demand}
        self.paths |= set(self.leaf.values())
        self.children = {}
        for path in sorted(self.paths, key=self._order):
            self.children.setdefault(path[:-1], []).append(path)
        self.own = {}
        for path, wanted in demand.items():
            self.own[self.leaf[path]] = wanted
        self.cap = {path: None if path[-1][1] == "" and len(path) > 1 else caps.find(path, source) for path in self.paths}
        self.demand = {}
        self._add_up(())
        self._share_permits(caps.permits)
        self.reported = set(reported)
        self.limit, self.granted = self._grant()
        if at_one_go:
            self.reported, self.kinds, own = set(), 1, self.own
            self.own = {path: [sum(wanted)] for path, wanted in own.items()}
            self.limit = self._grant()[0]
            self.own, self.kinds, self.reported = own, kinds, set(reported)

    def _below(self, path):
        return self.levels[min(self.levels.index(path[-1][0]) + 1, len(self.levels) - 1)]

    def _order(self, path):
        return [(self.levels.index(level) if code or level == "county" else len(self.levels), code) for level, code in path]

    def _add_up(self, path):
        """What is wanted at a node, per class."""
        total = list(self.own.get(path, [0] * self.kinds))
        for child in self.children.get(path, ()):
            total = [a + b for a, b in zip(total, self._add_up(child))]
        self.demand[path] = total
        return total

    def _share_permits(self, permits):
        """The permit of a well that stands in several places is shared by what is wanted in each, in whole steps."""
        for code in permits:
            paths = [path for path in sorted(self.paths, key=self._order) if path[-1] == ("well", code)]
            wanted = [sum(self.demand[path]) for path in paths]
            if len(paths) > 1 and sum(wanted) and isinstance(self.cap[paths[0]], tuple):
                for path, steps in zip(paths, shared_out(wanted, self.cap[paths[0]][0] // self.step)):
                    self.cap[path] = (steps * self.step, 0)

    def usable(self, path):
        """Steps that the cap of a node leaves to its users; None where nothing limits them."""
        cap = self.cap.get(path)
        return None if cap is None or isinstance(cap, str) or path[-1][0] in self.reported else (cap[0] - cap[1]) // self.step

    def _grant(self):
        """({path: Σ limit}, {path: [granted per class]}): class after class on what the earlier ones leave."""
        limit, granted = dict.fromkeys(self.paths, 0), {path: [] for path in self.paths}
        for k in range(self.kinds):
            most = {}
            self._most((), k, granted, most)
            for root in self.children.get((), ()):
                self._share(root, most[root], most, granted)
            for path in self.paths:
                limit[path] += most[path]
        return limit, granted

    def _most(self, path, k, granted, most):
        total = self.own.get(path, [0] * self.kinds)[k] + sum(
            self._most(child, k, granted, most) for child in self.children.get(path, ()))
        usable = self.usable(path)
        most[path] = total if usable is None else min(total, usable - sum(granted[path]))
        return most[path]

    def _share(self, path, mine, most, granted):
        granted[path].append(mine)
        children = self.children.get(path, ())
        for child, part in zip(children, shared_out([most[child] for child in children], mine)):
            self._share(child, part, most, granted)

    def told(self):
        """The paths that the result has a row for: with a cap or a demand, and those above them; in order."""
        told = set()
        for path in self.paths:
            if any(self.demand[path]) or isinstance(self.cap[path], tuple):
                told |= {path[:n] for n in range(1, len(path) + 1)}
        return sorted(told, key=self._order)
