"""A standing engine for what-ifs: keeps the county's determination in memory and answers at once (DESIGN §5).

It reads one request a line on stdin, a JSON object, and writes one answer a line on stdout. It only ever reads the work
file. Requests: ``{"id": n, "levers": [text …], "village": code or null, "map": file or null}``, answered by
``{"id": n, "answer": {…}}`` or ``{"id": n, "error": {…}}``. While the county is read it writes ``{"progress": part,
"text": …}``. It ends with its stdin.
"""

import json
import os
import sqlite3
import sys
import time

from ..model import codes
from ..model.errors import WaterRightsError
from ..model.policy import LEGAL_AREAS
from ..rights import levers
from ..store import reading
from ..store.workfile import WorkFile
from . import whatif
from .progress import Progress

MOST_ON_MAP = 200_000
MOST_PEOPLE = 200
CLASSES = {1: "由有到无", 2: "减少 10 % 以上", 3: "减少", 4: "增加", 5: "增加 10 % 以上", 6: "由无到有"}
LISTED = ("county", "district", "outlet", "village")


class Live:
    """The work file and, once asked, its ``what_if.Base``; read again when the file has been changed by others."""

    def __init__(self, store, tell):
        self.store, self.tell = store, tell
        self.base, self._seen = None, None

    def answer(self, request):
        """The answer to one request as plain data. Raises what the verb ``whatif`` raises."""
        started = time.perf_counter()
        self._read_when_changed()
        loaded = time.perf_counter()
        changes = [levers.parse(text) for text in request.get("levers") or []]
        made = self.base.answer(changes, request.get("village") or None)
        on_map = self._draw(made, request.get("map"))
        return {
            "told": [levers.told(lever, self.base.policy) for lever in changes], "counts": whatif.counts_of(made),
            "totals": self._totals(made), "units": self._units(made), "holders": self._people(made),
            "others": [{"name": name, "text": text} for name, text in whatif.rows_of_others(made.others)], "warnings": [
                text for _, text in whatif.warnings(self.store, self.base, changes)],
            "map": on_map, "state": self.state, "seconds": round(time.perf_counter() - loaded, 3), "loading": round(loaded - started, 3)}

    def _read_when_changed(self):
        version = self.store.connection.execute("PRAGMA data_version").fetchone()[0]
        if self.base is not None and version == self._seen:
            return
        self.base, self._seen, self.state = None, version, whatif.state_of(self.store)
        loading = [True]
        progress = Progress(lambda part, text: self.tell(part, text) if loading else None)
        progress.plan(4, 3, 4)
        progress.step("读取地块、定额与指标")
        self.base = whatif.base_of(self.store, progress, start="按今天的政策核定")
        progress.step("备好其他法定面积")
        self.base.prepare("area.legal", LEGAL_AREAS)
        loading.clear()
        self.places = whatif.names_of_places(self.store)

    def _totals(self, made):
        frame = made.totals[made.totals["level"].isin(LISTED)]
        return [{"level": row.level, "code": row.code, "name": self.places.get((row.level, row.code)) or row.code,
                 "source": row.source, "before": int(row.volume_m3_100_before), "after": int(row.volume_m3_100_after),
                 "cap": None if row.cap_m3_100 is None or row.cap_m3_100 != row.cap_m3_100 else int(row.cap_m3_100)}
                for row in frame.astype({"cap_m3_100": object}).where(frame.notna(), None).itertuples()]

    def _units(self, made):
        """The units of confirmation that are no households, those that lose most first."""
        frame = made.units.assign(change=made.units["volume_m3_100_after"] - made.units["volume_m3_100_before"])
        return [{"kind": codes.UNIT_KIND[row.kind], "code": row.code, "name": row.name, "source": row.source,
                 "before": int(row.volume_m3_100_before), "after": int(row.volume_m3_100_after)}
                for row in frame.sort_values(["change", "kind", "code", "source"]).itertuples(index=False)]

    def _people(self, made):
        """The households that lose most, then those that gain most."""
        ordered = made.holders.sort_values(["change", "CBFBM", "source"], ignore_index=True)
        losers, winners = ordered[ordered["change"] < 0], ordered[ordered["change"] > 0]
        return [{"name": row.holder_name or row.CBFBM, "code": row.CBFBM, "source": row.source,
                 "village": self.places.get(("village", row.village_code)) or row.village_code or "",
                 "before": int(row.volume_before), "after": int(row.volume_after)}
                for frame in (losers.head(MOST_PEOPLE), winners.tail(MOST_PEOPLE)[::-1]) for row in frame.itertuples()]

    def _draw(self, made, path):
        """Writes the class of change of each parcel that changes into an SQLite file, for the map.

        Returns {"file", "parcels"}, or {"too_many": n} where no map would come up in time; None where none is asked.
        """
        if not path:
            return None
        if len(made.parcels) > MOST_ON_MAP:
            return {"too_many": len(made.parcels)}
        rows = [(int(fid), class_of(before, after), (after - before) / 100)
                for fid, before, after in zip(*(made.parcels[name].tolist() for name in ("parcel_fid", "before", "after")))]
        if os.path.exists(path):
            os.remove(path)
        connection = sqlite3.connect(path)
        try:
            connection.execute("CREATE TABLE change (parcel_fid INTEGER PRIMARY KEY, kind INTEGER, change_m3 REAL)")
            connection.executemany("INSERT INTO change VALUES (?, ?, ?)", rows)
            connection.commit()
        finally:
            connection.close()
        return {"file": path, "parcels": len(rows)}


def class_of(before, after):
    """The class (``CLASSES``) of a parcel whose volume changes from ``before`` to ``after``, in 0.01 m³."""
    if not after or not before:
        return 6 if after else 1
    large = 10 * abs(after - before) >= before
    return (5 if large else 4) if after > before else (2 if large else 3)


def serve(path, requests, write):
    """Answers until the requests end. ``requests``: lines; ``write``: called with each answer as a dict."""
    with WorkFile.open(path, readonly=True) as store:
        live = Live(store, lambda part, text: write({"progress": round(part, 3), "text": text}))
        reading.one(store, "SELECT 1")
        for line in requests:
            if not line.strip():
                continue
            request = json.loads(line)
            try:
                write({"id": request.get("id"), "answer": live.answer(request)})
            except WaterRightsError as error:
                write({"id": request.get("id"), "error": error.as_dict()})


def main(arguments):
    """``start_live.py WORK``: the child process of the panel 试算. Returns the exit code."""
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(encoding="utf-8")

    def write(answer):
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    try:
        serve(arguments[0], sys.stdin, write)
    except WaterRightsError as error:
        write({"error": error.as_dict()})
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
