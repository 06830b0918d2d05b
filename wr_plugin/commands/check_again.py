"""Checking again what depends on the edits since the last check; what that is, is said by ``checks.dependence``."""

from .. import version
from ..checks import dependence, inputs, rules
from ..checks.again import Again
from ..checks.dependence import NotConfined
from ..model.findings import KINDS
from ..store import edits, frames, reading, runs
from . import registry_links as links

VERB, BASIS = "check", "check_basis"
SAME = ("registry_key", "parcel_uuid", "DKBM", "CBFBM", "how", "score", "margin", "decision", "reasons", "who", "decided_at")


def basis(store):
    """What a check rests on besides data and policy: the rules, the words of the findings, and whose codes the county has."""
    words = runs.input_digest([(code, kind.severity, kind.remedy) for code, kind in KINDS.items()])
    return f"{rules.VERSION} {version.VERSION} {words[:16]} {store.setting('code_standard') or ''}"


def edited(store, policy, imported, last, whole=False):
    """The edits since the last check that bear upon it, by table (``store.edits.since``); empty where there are none.

    Raises ``NotConfined`` where the county has to be checked ``whole`` whatever the edits are.
    """
    seen = edits.seen(store, VERB)
    if last is None:
        raise NotConfined("")
    if whole:
        raise NotConfined("按要求")
    if imported["run_id"] > last["run_id"]:
        raise NotConfined("又导入了资料")
    if last["policy_sha256"] != policy.sha256:
        raise NotConfined("换了政策")
    if seen is None or store.setting(BASIS) != basis(store):
        raise NotConfined("上次检查用的是旧版本")
    _require_log(store)
    changed = inputs.relevant(edits.since(store, seen))
    dependence.require_listed(changed)
    return changed


def _require_log(store):
    """Raises ``NotConfined`` where a program has replaced a table, and with it what logs its edits or finds its shapes."""
    names = {row[0] for row in store.connection.execute("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'table')")}
    for name, table in edits.logged().items():
        needed = [f"edit_{name}_{kind}" for kind in ("insert", "update", "delete")] + ([f"rtree_{name}_geom"] if table.geometry else [])
        if not names.issuperset(needed):
            raise NotConfined(f"{table.title}表被别的软件换过")


class Found:
    """What the edits ask for, found anew: ``again`` (``checks.again.Again``), and the links where they had to be worked out
    again, else None."""

    def __init__(self, store, policy, changed, progress):
        self.links, moved = None, []
        if links.may_differ(store, inputs.of_linking(changed), changed):
            self.links = links.computed(store, progress.check_cancelled)
            moved = _moved(frames.read(store, links.TABLE), self.links.links)
        self.dependent = dependence.of_edits(store, policy, changed, moved)
        progress.plan(80, 20)
        progress.step("重查与改动有关的地块")
        self.again = Again(store, policy, self.dependent, None if self.links is None else self.links.links, progress.update)

    def digest(self, last):
        """The digest of the input after this check."""
        return runs.input_digest("again", last["input_sha256"], self.again.digest)

    def write(self, store, run_id, progress):
        """Writes the rows that differ; within ``transaction``."""
        if self.links is not None:
            links.save(store, self.links)
        frames.update(store, "parcel_site", self.again.site, keys=self.dependent.parcels)
        progress.update(1, 3)
        self._write_across(store)
        frames.update_findings(store, VERB, self.again.found.drop(columns=["parcel", "other"], errors="ignore"), run_id,
                               self.again.is_about)
        progress.update(2, 3)

    def _write_across(self, store):
        again, wanted = self.again.across, {*self.dependent.parcels}
        held = {row[0] for row in reading.rows(store, "SELECT fid, parcel_fid FROM parcel_outlet") if row[1] in wanted}
        frames.update(store, "parcel_outlet", again, keys=held | {*again["fid"].tolist()})

    def counts(self, store):
        """The county's figures, and how many parcels were ``examined``."""
        return {**counts(store), "examined": len(self.again.site)}


def counts(store):
    """Figures of a check, from what is stored: parcels, findings by code, parcels by source."""
    by_code = dict(tuple(row) for row in reading.rows(
        store, "SELECT code, count(*) FROM finding WHERE stage = 'check' GROUP BY code"))
    by_source = {row[0]: row[1:] for row in reading.rows(
        store, "SELECT source, count(*), sum(coalesce(defect, '') <> '') FROM parcel_site GROUP BY source")}
    return {
        "parcels": sum(number for number, _ in by_source.values()),
        "findings": sum(by_code.values()),
        "defects": sum(number for _, number in by_source.values()),
        **{code: by_code[code] for code in KINDS if code in by_code},
        **{f"source_{name}": by_source.get(name, (0, 0))[0] for name in ("surface", "ground", "mixed", "none")},
    }


def _moved(before, after):
    """[(registry fid, parcel code)] of the links that are new, gone or others, with the codes before and after."""
    old, new = ({row[0]: row[1:] for row in zip(*(_plain(frame[name]) for name in ("registry_fid", *SAME)))}
                for frame in (before, after))
    differing = [fid for fid in {*old, *new} if old.get(fid) != new.get(fid)]
    at = SAME.index("DKBM")
    return [(fid, side[fid][at]) for fid in differing for side in (old, new) if fid in side]


def _plain(column):
    return column.astype(object).where(column.notna(), None).tolist()
