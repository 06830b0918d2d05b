"""The field mapping confirmed in QGIS: what is asked must be chosen, what is chosen is written, the import gets the file."""

import subprocess
import zipfile
from pathlib import Path

import pytest
from conftest import ENGINE, ROOT
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest

from wr_plugin.commands.catalogue import VERBS
from wr_plugin.desktop.gui.mapping_dialog import HOW, SAMPLE, MappingDialog
from wr_plugin.desktop.gui.verb_dialog import VerbDialog

PACKAGE = """
import sys
sys.path[:0] = [{root!r}, {intake!r}]
import pathlib, township
package = township.whole(pathlib.Path({folder!r}))
package.book("权属数据/CBDKXX.xlsx", ["宗地号", "户号", "面积", "说明"], *[
    [township.parcel_code(i + 1), township.holder_code(i % 6 + 1), 1600.0, "无"] for i in range(12)])
"""


def field(name, **said):
    return {"name": name, "alias": f"{name} 的名称", "column": None, "how": "", "confidence": 0.0, "samples": [],
            "candidates": [], "ask": False, "absent": False, **said}


COUNTS = {"top": {"sender": "某测绘院"}, "sources": [{
    "table": "registry", "title": "二轮延包地名录", "file": "名录/名录.xlsx", "layer": "", "headers": ["地号", "户号", "面积#1", "面积#2"],
    "samples": {"地号": ["6207"], "户号": ["11"], "面积#1": ["2.4"], "面积#2": ["9.9", "8"]}, "kept": {"constants": {"crop": "玉米"}},
    "fields": [field("DKBM", column="地号", how="标准字段名", confidence=1.0, samples=["6207"]),
               field("CBFBM", column="户号", how="content", confidence=0.98, samples=["11"]),
               field("area_mu_100", ask=True, candidates=[["面积#1", 0.0], ["面积#2", 0.0]]),
               field("method"), field("remark", absent=True)]}]}


@pytest.fixture
def dialog(qgis_app):
    made = MappingDialog(COUNTS)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def shown(dialog):
    return [dialog.rows[n][1]["name"] for n in range(len(dialog.rows)) if not dialog.table.isRowHidden(n)]


def test_first_only_what_must_be_looked_at_is_shown(dialog):
    assert dialog.only_asked.isChecked() and shown(dialog) == ["CBFBM", "area_mu_100"]
    dialog.only_asked.setChecked(False)
    assert shown(dialog) == ["DKBM", "CBFBM", "area_mu_100"]
    dialog.with_missing.setChecked(True)
    assert shown(dialog) == ["DKBM", "CBFBM", "area_mu_100", "method", "remark"]


def test_an_open_question_must_be_answered_before_saving(dialog):
    assert not dialog.save.isEnabled() and "还有 1 个字段" in dialog.told.text()
    assert dialog.table.item(2, SAMPLE).text() == "面积#1：2.4；面积#2：9.9、8"
    combo = dialog.combos[2]
    assert [combo.itemText(i) for i in range(combo.count())] == [
        "（请选择）", "（没有这一列）", "面积#1", "面积#2", "地号", "户号"]
    combo.setFocus()
    for _ in range(3):
        QTest.keyClick(combo, Qt.Key.Key_Down)
    assert combo.currentText() == "面积#2" and dialog.save.isEnabled() and dialog.told.text() == ""
    assert dialog.table.item(2, SAMPLE).text() == "9.9、8" and dialog.table.item(2, HOW).text() == "人工指定"


def test_one_column_for_two_fields_is_warned_of(dialog):
    dialog.combos[2].setCurrentText("户号")
    assert "同一列用了两次：二轮延包地名录的“户号”" in dialog.told.text() and dialog.save.isEnabled()


def test_the_mapping_says_what_was_chosen_and_keeps_what_was_said_before(dialog):
    dialog.combos[2].setCurrentText("面积#2")
    dialog.combos[1].setCurrentText("（没有这一列）")
    dialog.sender.setText("另一家")
    lines = [line.split("  #")[0].rstrip() for line in dialog.text().splitlines() if not line.strip().startswith("#")]
    assert lines == [
        'sender: "另一家"', "tables:", "  registry:", '    file: "名录/名录.xlsx"', '    constants: {"crop": "玉米"}',
        '    headers: ["地号", "户号", "面积#1", "面积#2"]', "    fields:", '      DKBM: "地号"', "      CBFBM: ~",
        '      area_mu_100: "面积#2"', "      remark: ~"]


def test_the_proposal_of_a_real_package_is_confirmed_and_fills_in_the_import(qgis_app, tmp_path, pump, monkeypatch):
    from qgis.core import QgsSettings

    QgsSettings().remove("wr_plugin/params")
    monkeypatch.setenv("WR_MAPPING_DIR", str(tmp_path / "对应"))
    script = PACKAGE.format(root=str(ROOT), intake=str(ROOT / "tests" / "intake"), folder=str(tmp_path))
    subprocess.run([ENGINE, "-c", script], check=True)
    dialog = VerbDialog(VERBS["import"])
    assert not dialog.mapping.isEnabled()
    dialog.inputs["package"].setFilePath(str(tmp_path / "620799示例县"))
    assert dialog.mapping.isEnabled()
    seen, target = [], tmp_path / "字段 对应.yaml"
    monkeypatch.setattr(MappingDialog, "exec", lambda self: seen.append(self) or 1)
    monkeypatch.setattr(dialog.mapping, "ask_path", lambda: str(target))
    dialog.mapping.click()
    pump(lambda: dialog.inputs["mapping"].filePath())
    assert seen and 'DKBM: "宗地号"' in target.read_text(encoding="utf-8")
    assert dialog.values()["mapping"] == str(target)
    work = tmp_path / "工作.gpkg"
    subprocess.run([ENGINE, "-m", "wr_plugin", "import", str(tmp_path / "620799示例县"), "--work", str(work), "--mapping", str(target)],
                   check=True, cwd=ROOT, capture_output=True)
    book = tmp_path / "报告.xlsx"
    subprocess.run([ENGINE, "-m", "wr_plugin", "report", "--work", str(work), "--out", str(book)], check=True, cwd=ROOT,
                   capture_output=True)
    assert Path(book).is_file() and zipfile.is_zipfile(book)


def test_a_package_that_cannot_be_read_is_told(qgis_app, tmp_path, pump, monkeypatch):
    from qgis.PyQt.QtWidgets import QMessageBox

    told = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *args: told.append(args[-1]))
    dialog = VerbDialog(VERBS["import"])
    dialog.inputs["package"].setFilePath(str(tmp_path / "没有"))
    dialog.mapping.click()
    pump(lambda: told)
    assert "不存在" in told[0] and dialog.mapping.isEnabled()
