"""Writing only what differs: the table afterwards is the frame, and rows that say the same are not touched."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rights import small_county as county
from tests.rights.random_county import random_county
from tests.rights.test_random_counties import NOTHING, changes
from wr_plugin.commands import confirm
from wr_plugin.commands.progress import Progress
from wr_plugin.store import frames, reading
from wr_plugin.store.workfile import WorkFile

ROWS = st.dictionaries(st.integers(1, 400), st.tuples(st.sampled_from(["right", "forest"]), st.sampled_from(["", None, "A"]),
                                                      st.one_of(st.none(), st.integers(0, 5))), max_size=300)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    inputs = random_county(1, 400)
    path = county.store_county(tmp_path_factory.mktemp("update") / "c.gpkg", inputs)
    with WorkFile.open(path) as opened:
        yield opened


def frame_of(rows):
    listed = sorted(rows.items())
    return pd.DataFrame({
        "parcel_fid": np.array([fid for fid, _ in listed], dtype=np.int64),
        "state": np.array([r[0] for _, r in listed], dtype=object), "reason": np.array([r[1] for _, r in listed], dtype=object),
        "legal_mu_100": pd.array([r[2] for _, r in listed], dtype="Int64")})


def stored(store):
    return {row["parcel_fid"]: (row["state"], row["reason"], row["legal_mu_100"]) for row in reading.rows(
        store, "SELECT * FROM parcel_right")}


@settings(max_examples=40, deadline=None)
@given(ROWS, ROWS)
def test_the_table_is_the_frame(store, before, after):
    with store.transaction():
        frames.replace(store, "parcel_right", frame_of(before).assign(run_id=1))
        written = frames.update(store, "parcel_right", frame_of(after), 2)
        assert stored(store) == after
        differing = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        runs = {row["parcel_fid"]: row["run_id"] for row in reading.rows(store, "SELECT parcel_fid, run_id FROM parcel_right")}
        if len(differing) <= max(frames.LEAST_REPLACED, len(after) // 4):
            assert written == len(differing) and {key for key, run in runs.items() if run == 2} == differing & set(after)


@pytest.mark.parametrize("mode", ["report", "proportional"])
def test_confirming_after_an_edit_writes_what_changed_and_equals_a_first_run(tmp_path, mode):
    """One contract area is corrected; the same county with the corrected area is determined from nothing beside it."""
    inputs, fixed = random_county(9, 60, 0.5), random_county(9, 60, 0.5)
    at = inputs.link["HTMJ"].first_valid_index()
    fixed.link.loc[at, "HTMJ"] = 4321.0
    paths = [county.store_county(tmp_path / f"{n}.gpkg", one, changes(mode, "HTMJ")) for n, one in enumerate((inputs, fixed))]
    kept = []
    for path in paths:
        with WorkFile.open(path) as opened:
            confirm.run(opened, NOTHING, Progress())
            if path == paths[0]:
                with opened.transaction():
                    opened.connection.execute("UPDATE CBDKXX SET HTMJ = 4321 WHERE fid = ?", (int(inputs.link["fid"].loc[at]),))
                assert confirm.run(opened, NOTHING, Progress()).changed
                last = reading.one(opened, "SELECT max(run_id) AS n FROM run")["n"]
                written = reading.count(opened, f"SELECT count(*) FROM parcel_right WHERE run_id = {last}")
                assert 1 <= written < 60 and (mode != "report" or written == 1)
            kept.append({table: sorted(tuple(row) for row in frames.read(opened, table).drop(columns="run_id", errors="ignore")
                                       .astype(object).where(lambda f: f.notna(), None).itertuples(index=False, name=None))
                         for table in ("parcel_right", "right_part", "holder_right", "cap_result")})
    assert kept[0] == kept[1]
