"""The real QGIS: the plugin loads, a work file opens, a click on a parcel shows its volume as it is stored."""

import sqlite3
import sys

import pytest
import real_qgis

from wr_plugin.commands import running
from wr_plugin.model.amounts import m3_text, mu_text

sys.path.insert(0, str(real_qgis.ROOT / "tests"))
pytestmark = [pytest.mark.journey, pytest.mark.desktop, pytest.mark.slow]
FACTS = """
SELECT p.uuid, r.state, r.holder_names, r.area_mu_100, r.volume_m3_100
FROM parcel p JOIN parcel_right r ON r.parcel_fid = p.fid
"""


@pytest.fixture(scope="module")
def clicked(tmp_path_factory):
    """(result of the drive, its screenshots' folder, the stored facts by uuid)."""
    import village

    missing = real_qgis.missing()
    if missing:
        pytest.fail(f"缺少 {'、'.join(missing)}：make test 会安装它们")
    folder = tmp_path_factory.mktemp("click")
    work = village.make_village(folder / "示例村.gpkg")
    for verb in ("check", "confirm"):
        running.run_verb(verb, {"work": str(work)})
    code, result, printed = real_qgis.drive(
        real_qgis.ROOT / "tests" / "journeys" / "desktop_click.py", folder / "out", CLICK_WORK=work)
    assert result.get("ok"), result.get("error") or result.get("exceptions") or printed[-3000:]
    assert code == 0, printed[-3000:]
    connection = sqlite3.connect(work)
    connection.row_factory = sqlite3.Row
    facts = {row["uuid"]: row for row in connection.execute(FACTS)}
    connection.close()
    return result, folder / "out", facts


def test_the_plugin_brings_its_docks_and_its_tool(clicked):
    assert clicked[0]["docks"] == sorted(["水权确权", "地块说明", "问题清单", "名录匹配", "试算"])
    assert clicked[0]["tool"] is True


def test_the_dock_shows_villages_and_steps(clicked):
    assert clicked[0]["villages"] == ["示例村"]
    assert clicked[0]["steps"]["confirm"] == "已完成" and clicked[0]["steps"]["publish"] == "下一步"


def test_the_legend_counts(clicked):
    states = [row["state"] for row in clicked[2].values()]
    assert f"已核定（{states.count('right')} 块）" in clicked[0]["legend"]
    assert f"名录外（{states.count('outside_registry')} 块）" in clicked[0]["legend"]


@pytest.mark.parametrize("state", ["right", "reduced", "outside_registry"])
def test_a_click_shows_the_parcel_as_it_is_stored(clicked, state):
    seen, stored = clicked[0][state], clicked[2][clicked[0][state]["uuid"]]
    assert seen["visible"]
    assert stored["state"] == state
    assert stored["holder_names"] in seen["text"]
    assert f"确权面积\n{mu_text(stored['area_mu_100'])} 亩" in seen["text"]
    if state == "outside_registry":
        assert "名录外" in seen["text"] and "m³ 每年" not in seen["text"]
    else:
        assert f"{m3_text(stored['volume_m3_100'])} m³ 每年" in seen["text"].replace("\u3000", " ")


def test_the_arrow_key_in_the_findings_goes_to_the_next_parcel(clicked):
    assert clicked[0]["finding"] == clicked[0]["finding_explained"]


def test_a_verb_runs_from_the_window(clicked):
    assert clicked[0]["check"] == {"ok": True, "changed": False}
    assert "工作文件没有变化" in clicked[0]["message"]


def test_the_window_follows_what_the_toolbox_does(clicked):
    assert clicked[0]["toolbox"]["CHANGED"] is False
    assert clicked[0]["toolbox"]["NEXT"]


def test_the_screen_was_drawn(clicked):
    picture = clicked[1] / "clicked.png"
    assert picture.stat().st_size > 30_000
