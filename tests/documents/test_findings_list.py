"""The exported list of findings: those of the rights too, each with what it rests on in this county."""

from openpyxl import load_workbook

from wr_plugin.commands.running import run_verb
from wr_plugin.model import findings
from wr_plugin.store.workfile import WorkFile


def test_findings_of_the_rights_are_listed_and_rest_on_the_countys_policy(village, tmp_path):
    """The parcel "mixed" has an outlet and a well: under two waters."""
    with WorkFile.open(village) as store, store.transaction():
        store.connection.execute("UPDATE cap SET cap_m3_100 = 100 WHERE cap_level = 'county'")
        document = store.policy().get("document")
    run_verb("confirm", {"work": str(village)})
    run_verb("report", {"work": str(village), "out": str(tmp_path / "问题.xlsx")})
    sheet = load_workbook(tmp_path / "问题.xlsx")["问题清单"]
    head = [c.value or above.value for above, c in zip(sheet[3], sheet[4])]
    found = {row["问题"]: row for row in (dict(zip(head, values)) for values in sheet.iter_rows(min_row=6, values_only=True))}
    assert found["超指标"]["发现于"] == "核定" and found["一地两种水源"]["值"] == "1 块"
    assert found["超指标"]["依据"].startswith(document) and found["一地两种水源"]["依据"].startswith(document)
    assert found["机井已关停"]["依据"] == findings.CLAUSE_PERMIT
    assert all(row["处理办法"] and row["程度"] for row in found.values())


def test_every_kind_rests_on_something():
    assert all(findings.basis(code) for code in findings.KINDS) and findings.basis("NOBODY_KNOWS") == ""
