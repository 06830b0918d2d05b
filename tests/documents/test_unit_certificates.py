"""A clerk finishes a county whose rights belong to outlets, groups, associations … : gates, certificates, locks, revoking."""

import re

import openpyxl
import pytest

from tests.documents import pdf_pages
from tests.documents.unit_villages import associations, change, open_gates, rows, village_head, village_of
from tests.village import HOLDERS, VILLAGE
from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import BadInput, GateShut
from wr_plugin.store import journal
from wr_plugin.store.workfile import WorkFile

KINDS = {  # kind: (name on the certificate, standing, title of the annex)
    "outlet": ("一号斗口", "一斗渠", "农户清单"),
    "group": ("示例镇示例村一组", "赵六", "农户和地块清单"),
    "village": ("示例镇示例村", "周九", "农户和地块清单"),
    "district": ("东灌区", "灌区规模", "各村清单"),
    "permit": ("取水许可证取水（示例）第1号", "许可有效期止", "农户清单"),
    "association": ("东渠协会", "钱七", "成员清单"),
}


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """The village under associations, every gate open. Do not write to it."""
    folder = tmp_path_factory.mktemp("协会")
    path = village_of(folder / "村.gpkg", "association", before=associations)
    open_gates(path, folder)
    return path


@pytest.fixture
def ready(work, tmp_path):
    target = tmp_path / "可发证.gpkg"
    with open(work, "rb") as source:
        target.write_bytes(source.read())
    return str(target)


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_certificate_of_each_kind_of_unit(kind, tmp_path):
    before = {"association": associations, "village": village_head}.get(kind)
    path = village_of(tmp_path / "村.gpkg", kind, before=before)
    with pytest.raises(GateShut, match="还没有公示"):
        run_verb("certify", {"work": path, "out": str(tmp_path / "证")})
    open_gates(path, tmp_path)
    result = run_verb("certify", {"work": path, "out": str(tmp_path / "证")})
    due = rows(path, "SELECT * FROM unit_right WHERE volume_m3_100 > 0 ORDER BY unit_kind, unit_code, source DESC")
    issued = rows(path, "SELECT * FROM certificate ORDER BY rowid")
    assert [(c["unit_kind"], c["unit_code"], c["source"], c["area_mu_100"], c["volume_m3_100"]) for c in issued] == [
        (u["unit_kind"], u["unit_code"], u["source"], u["area_mu_100"], u["volume_m3_100"]) for u in due]
    assert result.counts["certificates"] == len(due) > 0 and all(c["CBFBM"] == "" for c in issued)
    name, standing, annex = KINDS[kind]
    texts = {p: pdf_pages.texts(p) for p in result.outputs}
    front = next(t for pages in texts.values() for t in pages if "第1页" in t and name in t)
    assert standing in front and "示例县人民政府" in front and "自2027年1月1日起至2031年12月31日止" in front
    every = "".join(t for pages in texts.values() for t in pages)
    assert annex in every and "地块图" in every and all(c["number"] in every and c["check_value"] in every for c in issued)
    assert all("示例数据" in t for pages in texts.values() for t in pages)
    for output in result.outputs:
        assert all(embedded for _, embedded in pdf_pages.fonts(output))
    again = run_verb("certify", {"work": path, "out": str(tmp_path / "再印")})
    assert not again.changed and again.counts["kept"] == len(due)
    assert open(again.outputs[0], "rb").read() == open(result.outputs[0], "rb").read()
    assert run_verb("status", {"work": path}).next_step == "都做完了；台账（ledger）可随时导出"
    assert run_verb("balance", {"work": path}).counts["balanced"]
    with WorkFile.open(path, readonly=True) as store:
        assert journal.verify(store) == []


def test_the_annex_lists_the_members_and_adds_up(ready, tmp_path):
    """张三 9.00 + 9.00 + 7.50 亩 and 李四 6.30 + 6.00 亩 of surface water make 37.80 亩."""
    result = run_verb("certify", {"work": ready, "out": str(tmp_path), "unit": ["XH01"]})
    surface = next(p for p in result.outputs if "地表水" in p)
    front, annex, last = pdf_pages.texts(surface)
    right = rows(ready, "SELECT * FROM unit_right WHERE unit_id = 'association:XH01:S'")[0]
    volume = f"{right['volume_m3_100'] // 100:,}"
    assert right["area_mu_100"] == 3780 and "37.80亩" in front and f"{volume}立方米" in front
    assert f"合计共2户37.80{volume}" in annex and HOLDERS["张三"] in annex and HOLDERS["李四"] in annex
    assert f"{HOLDERS['张三']}325.50" in annex, "张三: three parcels, 25.50 亩"
    assert "王五" not in annex and "各行面积、水量之和等于本证的确权面积" in last
    assert pdf_pages.ink(surface, 3, (0.1, 0.15, 0.9, 0.8), tmp_path) > 0.01
    assert "张三" not in pdf_pages.metadata(surface)


def test_a_long_annex_goes_on_over_pages_with_a_sum_on_each(tmp_path):
    """Eighty lines: the sums of the pages are those of their lines, and add up to the total."""
    from wr_plugin.documents import fonts, unit_certificate, units
    from wr_plugin.documents.page import A4, Paper
    from wr_plugin.documents.unit_content import Annex, AnnexLine, UnitContent

    lines = tuple(AnnexLine(f"{i}", (f"户{i}", f"{i:018d}", "1"), 100 + i, 100 * (1000 + i)) for i in range(1, 81))
    area, volume = sum(n.area_mu_100 for n in lines), sum(n.volume_m3_100 for n in lines)
    content = UnitContent(
        "association", "XH01", "东渠协会", "x", "示例县", "示例文件", "合同面积", "surface", area, volume, ((("权利人", "东渠协会"),),), "",
        units.TERMS, (), (VILLAGE,), ("协会",), Annex("成员清单", units.MEMBER_COLUMNS, lines, "共 80 户"), issuer="示例")
    paper = Paper(tmp_path / "协会.pdf", A4, "水权证", fonts.find(""))
    unit_certificate.store_forms(paper)
    unit_certificate.draw(paper, content)
    paper.save()
    pages = pdf_pages.texts(tmp_path / "协会.pdf")
    found = [re.search(r"本页小计(\d+)行([\d.]+?\.\d\d)([\d,]+)", page) for page in pages[1:-1]]
    assert len(pages) == 2 + -(-80 // unit_certificate.ROWS) and all(found)
    assert sum(int(f[1]) for f in found) == 80
    assert sum(round(float(f[2]) * 100) for f in found) == area
    assert f"合计共80户{area / 100:.2f}{volume // 100:,}" in pages[-2] and "合计" not in pages[1]


def test_a_missing_head_stops_that_certificate_and_names_the_cell(tmp_path):
    path = village_of(tmp_path / "村.gpkg", "association", before=lambda store: associations(store, head=None))
    open_gates(path, tmp_path)
    result = run_verb("certify", {"work": path, "out": str(tmp_path / "证")})
    assert result.counts["stopped"] == 2 and "确权单位表：单位编号 XH01 的负责人" in result.text
    assert {c["unit_code"] for c in rows(path, "SELECT unit_code FROM certificate")} == {"XH02"}
    with pytest.raises(GateShut, match="单位编号 XH01 的负责人"):
        run_verb("certify", {"work": path, "out": str(tmp_path / "单"), "unit": ["XH01"]})
    assert not (tmp_path / "单").exists()


def test_a_village_without_its_head_is_told_where_to_write_him(tmp_path):
    path = village_of(tmp_path / "村.gpkg", "village")
    with pytest.raises(GateShut, match=f"发包方表（FBF）：发包方编码 {VILLAGE}00 的发包方负责人姓名"):
        run_verb("certify", {"work": path, "out": str(tmp_path / "样"), "trial": True})


def test_a_member_is_led_to_the_association_and_an_unknown_unit_is_told(ready, tmp_path):
    with pytest.raises(GateShut, match="确给农民用水者协会东渠协会（XH01）") as shut:
        run_verb("certify", {"work": ready, "out": str(tmp_path / "户"), "holder": [HOLDERS["张三"]]})
    assert "--unit XH01" in shut.value.remedy
    with pytest.raises(BadInput, match="XH99"):
        run_verb("certify", {"work": ready, "out": str(tmp_path / "户"), "unit": ["XH99"]})


def test_a_certified_unit_changes_only_after_its_certificate_is_revoked(ready, tmp_path):
    run_verb("certify", {"work": ready, "out": str(tmp_path / "证")})
    change(ready, "UPDATE CBDKXX SET HTMJ = HTMJ - 1000 WHERE CBFBM = ?", HOLDERS["张三"])
    run_verb("check", {"work": ready})
    with pytest.raises(GateShut, match="东渠协会 地表水") as shut:
        run_verb("confirm", {"work": ready})
    number = re.search(r"620799水权\d{4}地表\d{6}", shut.value.message)[0]
    run_verb("revoke", {"work": ready, "number": [number], "why": "面积更正", "who": "经办人甲"})
    run_verb("confirm", {"work": ready})
    open_gates(ready, tmp_path)
    result = run_verb("certify", {"work": ready, "out": str(tmp_path / "新证")})
    held = rows(ready, "SELECT number, state FROM certificate WHERE unit_code = 'XH01' AND source = 'surface' ORDER BY rowid")
    assert [h["state"] for h in held] == ["void", "valid"] and result.counts["new"] == 1
    told = rows(ready, "SELECT why FROM journal WHERE verb = 'revoke' AND subject_key = ?", (number,))
    assert "面积更正" in told[0]["why"]


def test_a_new_head_means_a_new_certificate_in_place_of_the_old(ready, tmp_path):
    run_verb("certify", {"work": ready, "out": str(tmp_path / "证")})
    change(ready, "UPDATE water_unit SET head = '吴十' WHERE unit_code = 'XH01'")
    result = run_verb("certify", {"work": ready, "out": str(tmp_path / "换")})
    both = len(rows(ready, "SELECT 1 FROM unit_right WHERE unit_code = 'XH01'"))
    assert (result.counts["replaced"], result.counts["new"]) == (both, both)


def test_a_newer_package_may_not_change_the_land_of_a_certified_association(ready, tmp_path):
    from wr_plugin.review import locks

    run_verb("certify", {"work": ready, "out": str(tmp_path / "证")})
    with WorkFile.open(ready, readonly=True) as store:
        assert {HOLDERS["张三"], HOLDERS["李四"], HOLDERS["王五"]} <= locks.certified_holders(store)
        touched = locks.touched(store, {HOLDERS["张三"]: ["地块 1 面积"]})
    assert {lock.holder_name for lock in touched} == {"东渠协会"} and "地块 1 面积" in str(touched[0])


def test_the_poster_names_the_units_and_the_ledger_their_certificates(ready, tmp_path):
    poster = run_verb("publish", {"work": ready, "out": str(tmp_path / "公示"), "start": "2020-03-01"}).outputs[0]
    page = next(t for t in pdf_pages.texts(poster) if "确权单位" in t and "单位合计" in t)
    assert "东渠协会" in page and "XH01" in page and "西渠协会" in page
    run_verb("certify", {"work": ready, "out": str(tmp_path / "证")})
    run_verb("ledger", {"work": ready, "out": str(tmp_path / "台账.xlsx")})
    listed = list(openpyxl.load_workbook(tmp_path / "台账.xlsx")["按确权单位"].values)
    numbers = {c["number"] for c in rows(ready, "SELECT number FROM certificate")}
    assert {row[11] for row in listed if row[11] in numbers} == numbers


def test_a_household_with_water_of_its_own_and_in_an_outlet_gets_a_certificate_of_its_own_only(tmp_path):
    """大同: metered wells are the households', surface water the outlets'; 李四 has both."""
    rules = {"units": {"rules": [{"source": ["ground"], "unit": "holder_source"}, {"source": ["surface"], "unit": "outlet"}]}}
    path = village_of(tmp_path / "村.gpkg", None, rules)
    open_gates(path, tmp_path)
    result = run_verb("certify", {"work": path, "out": str(tmp_path / "证")})
    assert set(result.counts["kinds"]) == {"holder_source", "outlet"}
    own = rows(path, "SELECT CBFBM, source FROM certificate WHERE unit_kind = 'holder_source'")
    assert own == [{"CBFBM": HOLDERS["李四"], "source": "ground"}]
    assert run_verb("status", {"work": path}).counts["certificates"]["units"] == len(
        rows(path, "SELECT 1 FROM unit_right WHERE unit_kind = 'outlet'"))


def test_part_of_a_households_water_its_own_part_the_associations(tmp_path):
    """王五's wheat parcel is the association's, his share of another parcel his own: his certificate says only that."""
    path = village_of(tmp_path / "村.gpkg", "association", {"units": {"unlisted": "holder_source"}}, associations)
    open_gates(path, tmp_path)
    run_verb("certify", {"work": path, "out": str(tmp_path / "证")})
    own = rows(path, "SELECT * FROM certificate WHERE CBFBM = ?", (HOLDERS["王五"],))
    right = rows(path, "SELECT * FROM unit_right WHERE unit_kind = 'holder_source' AND unit_code = ?", (HOLDERS["王五"],))
    whole = rows(path, "SELECT * FROM holder_right WHERE CBFBM = ? AND source = 'surface'", (HOLDERS["王五"],))
    assert own[0]["volume_m3_100"] == right[0]["volume_m3_100"] < whole[0]["volume_m3_100"]


def test_certificates_of_older_versions_stay_valid(tmp_path):
    """An older file's certificates name no kind and no code: they are households', and go on as they are."""
    from tests.village import make_village

    path = str(make_village(tmp_path / "村.gpkg"))
    run_verb("check", {"work": path})
    run_verb("confirm", {"work": path})
    open_gates(path, tmp_path)
    first = run_verb("certify", {"work": path, "out": str(tmp_path / "证")})
    change(path, "UPDATE certificate SET unit_kind = NULL, unit_code = NULL")
    again = run_verb("certify", {"work": path, "out": str(tmp_path / "再")})
    assert not again.changed and again.counts["kept"] == first.counts["certificates"]
    change(path, "UPDATE CBDKXX SET HTMJ = HTMJ - 1000 WHERE CBFBM = ?", HOLDERS["张三"])
    run_verb("check", {"work": path})
    with pytest.raises(GateShut, match="张三 地表水"):
        run_verb("confirm", {"work": path})
