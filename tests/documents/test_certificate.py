"""Certificates of the hand-drawn village, page by page."""

import re
import sqlite3

import pytest

from tests.documents import pdf_pages
from tests.village import HOLDERS, VILLAGE
from wr_plugin.commands.running import run_verb
from wr_plugin.review import numbering

ID_OR_PHONE = re.compile(r"\d{17}[\dX](?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)")


def rows(work, sql):
    with sqlite3.connect(work) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(r) for r in connection.execute(sql)]


@pytest.fixture
def certified(ready, tmp_path):
    result = run_verb("certify", {"work": ready, "out": str(tmp_path / "证 书")})
    return ready, result


def test_one_certificate_per_holder_and_source(certified):
    work, result = certified
    rights = rows(work, "SELECT * FROM holder_right WHERE volume_m3_100 > 0 ORDER BY CBFBM")
    issued = rows(work, "SELECT * FROM certificate")
    assert {(r["CBFBM"], r["source"], r["area_mu_100"], r["volume_m3_100"]) for r in rights} == \
        {(c["CBFBM"], c["source"], c["area_mu_100"], c["volume_m3_100"]) for c in issued}
    assert result.counts["certificates"] == len(rights) == 4
    pages = pdf_pages.texts(result.outputs[0])
    assert len(pages) == 8
    for page in pages:
        assert "示例数据" in page
    fronts = [p for p in pages if "第1页" in p]
    for right, front in zip(sorted(rights, key=lambda r: (r["CBFBM"], r["source"] != "surface")), fronts):
        assert right["holder_name"] in front and right["CBFBM"] in front
        assert f"{right['volume_m3_100'] // 100:,}立方米" in front
        assert f"{right['area_mu_100'] // 100}.{right['area_mu_100'] % 100:02d}亩" in front
        assert {"surface": "（地表水）", "ground": "（地下水）"}[right["source"]] in front
        assert "自2027年1月1日起至2031年12月31日止" in front
        assert "发证机关（盖章）" in front and "示例县人民政府" in front and "第1页共2页" in front


def test_numbers_follow_the_policy_in_order_of_holder_and_source(certified):
    work, result = certified
    issued = rows(work, "SELECT * FROM certificate ORDER BY rowid")
    year = rows(work, "SELECT ended_at FROM run WHERE verb = 'certify'")[0]["ended_at"][:4]
    assert [c["number"] for c in issued] == [
        f"620799水权{year}{numbering.SOURCE_WORDS[c['source']]}{i:06d}" for i, c in enumerate(issued, 1)]
    assert [(c["CBFBM"], c["source"] == "ground") for c in issued] == sorted(
        (c["CBFBM"], c["source"] == "ground") for c in issued)
    text = "".join(pdf_pages.texts(result.outputs[0]))
    for row in issued:
        assert row["number"] in text and row["check_value"] in text
        parts = [(p["DKBM"], p["area_mu_100"], p["volume_m3_100"]) for p in rows(
            work, "SELECT p.DKBM, r.area_mu_100, r.volume_m3_100 FROM right_part r JOIN parcel p ON p.fid = r.parcel_fid"
            f" WHERE r.CBFBM = '{row['CBFBM']}' AND r.source = '{row['source']}' ORDER BY p.DKBM")]
        assert row["check_value"] == numbering.check_value(
            row["number"], row["CBFBM"], row["source"], row["area_mu_100"], row["volume_m3_100"], "2031-12-31", parts)


def test_parcel_list_sums_to_the_front_and_names_the_neighbours(certified):
    work, result = certified
    pages = pdf_pages.texts(result.outputs[0])
    for front, back in zip(pages[::2], pages[1::2]):
        area = re.search(r"([\d.]+)亩", front)[1]
        assert "合计" in back and area in back.split("合计")[1]
        assert "东：渠" in back and "北：渠" in back
        assert re.search(r"1:\d", back) and "北" in back and "米" in back


def test_every_font_is_embedded_and_helvetica_is_absent(certified):
    _, result = certified
    found = pdf_pages.fonts(result.outputs[0])
    assert found and all(embedded for _, embedded in found)
    assert not any("Helvetica" in name for name, _ in found)


def test_the_map_and_the_code_have_ink(certified, tmp_path):
    _, result = certified
    assert pdf_pages.ink(result.outputs[0], 2, (0.1, 0.45, 0.9, 0.8), tmp_path) > 0.03
    assert pdf_pages.ink(result.outputs[0], 1, (0.13, 0.76, 0.27, 0.86), tmp_path) > 0.1


def test_nothing_private_is_printed_named_or_kept_in_metadata(certified):
    work, result = certified
    text = "".join(pdf_pages.texts(result.outputs[0]))
    numbers = [r["CBFZJHM"] for r in rows(work, "SELECT CBFZJHM FROM CBF")]
    assert numbers and not any(n in text for n in numbers)
    information = pdf_pages.metadata(result.outputs[0])
    assert not any(name in information for name in ("张三", "李四", "王五"))
    assert VILLAGE in result.outputs[0] and not any(n in result.outputs[0] for n in numbers)


def test_printing_again_keeps_numbers_and_bytes(certified, tmp_path):
    work, first = certified
    before = rows(work, "SELECT * FROM certificate") + rows(work, "SELECT * FROM journal") + rows(work, "SELECT * FROM run")
    content = open(first.outputs[0], "rb").read()
    second = run_verb("certify", {"work": work, "out": str(tmp_path / "再印")})
    assert not second.changed and second.counts["kept"] == 4 and second.counts["new"] == 0
    assert open(second.outputs[0], "rb").read() == content
    assert before == rows(work, "SELECT * FROM certificate") + rows(work, "SELECT * FROM journal") + \
        rows(work, "SELECT * FROM run")


def test_one_file_per_holder_on_demand(certified, tmp_path):
    work, _ = certified
    result = run_verb("certify", {"work": work, "out": str(tmp_path / "单户"),
                                  "holder": [HOLDERS["李四"], HOLDERS["张三"]]})
    assert [p.rsplit("/", 1)[1] for p in result.outputs] == [
        f"水权证_{HOLDERS['张三']}_张三.pdf", f"水权证_{HOLDERS['李四']}_李四.pdf"]
    assert pdf_pages.page_count(result.outputs[1]) == 4, "surface and ground"
    assert "张三" not in pdf_pages.metadata(result.outputs[0])


def test_a_changed_right_gets_a_new_number_and_voids_the_old(certified, tmp_path):
    work, _ = certified
    with sqlite3.connect(work) as connection:
        connection.execute("UPDATE CBF SET CBFMC = '李四四' WHERE CBFBM = ?", (HOLDERS["李四"],))
        connection.execute("UPDATE holder_right SET holder_name = '李四四' WHERE CBFBM = ?", (HOLDERS["李四"],))
    result = run_verb("certify", {"work": work, "out": str(tmp_path / "换发")})
    assert (result.counts["new"], result.counts["kept"], result.counts["replaced"]) == (2, 2, 2)
    states = rows(work, f"SELECT number, state FROM certificate WHERE CBFBM = '{HOLDERS['李四']}' ORDER BY rowid")
    assert [s["state"] for s in states] == ["void", "void", "valid", "valid"]
    assert len({s["number"] for s in states}) == 4
    why = rows(work, "SELECT why FROM journal WHERE subject_table = 'certificate' AND after LIKE '%void%'")
    assert [w["why"] for w in why] == [f"由 {s['number']} 代替" for s in states[2:]]


def test_a_trial_prints_samples_and_records_nothing(village, tmp_path):
    tables = ("certificate", "journal", "run", "publicity", "approval")
    before = {t: rows(village, f"SELECT * FROM {t}") for t in tables}
    result = run_verb("certify", {"work": village, "out": str(tmp_path / "样"), "trial": True})
    assert {t: rows(village, f"SELECT * FROM {t}") for t in tables} == before
    pages = pdf_pages.texts(result.outputs[0])
    assert pages and all("样张" in page for page in pages)
    assert not any("水权2" in page for page in pages), "no number"


@pytest.mark.parametrize("name, prints", [("𠮷田䶮", True), ("欧阳\ue123", False), ("李\ufffd", False)])
def test_rare_names_print_and_unprintable_ones_are_listed_and_left_out(ready, tmp_path, name, prints):
    with sqlite3.connect(ready) as connection:
        connection.execute("UPDATE holder_right SET holder_name = ? WHERE CBFBM = ?", (name, HOLDERS["李四"]))
    result = run_verb("certify", {"work": ready, "out": str(tmp_path / "名")})
    text = "".join(pdf_pages.texts(result.outputs[0]))
    held = rows(ready, f"SELECT * FROM certificate WHERE CBFBM = '{HOLDERS['李四']}'")
    if prints:
        assert name in text and len(held) == 2 and "打不出" not in result.text
    else:
        assert HOLDERS["李四"] in result.text and f"U+{ord(name[-1]):04X}" in result.text
        assert result.counts["unprintable"] == 2 and result.counts["certificates"] == 2
        assert not held and HOLDERS["李四"] not in text


def test_a_failure_while_printing_leaves_nothing(ready, tmp_path, monkeypatch):
    from wr_plugin.documents import certificate

    out = tmp_path / "失败"
    real, calls = certificate.draw, []

    def broken(*args):
        calls.append(args)
        if len(calls) == 3:
            raise RuntimeError("断电")
        real(*args)

    monkeypatch.setattr("wr_plugin.commands.press.certificate.draw", broken)
    with pytest.raises(RuntimeError):
        run_verb("certify", {"work": ready, "out": str(out)})
    assert not out.exists()
    assert rows(ready, "SELECT * FROM certificate") == []


def test_certificates_that_outlast_the_contract_are_a_warning_only(ready, tmp_path):
    with sqlite3.connect(ready) as connection:
        connection.execute("INSERT INTO CBHT (CBHTBM, CBFBM, CBQXZ) VALUES (?, ?, '2028-12-31')",
                           (HOLDERS["张三"] + "J", HOLDERS["张三"]))
        connection.execute("INSERT INTO CBHT (CBHTBM, CBFBM, CBQXZ) VALUES (?, ?, '9999-01-01')",
                           (HOLDERS["李四"] + "J", HOLDERS["李四"]))
    result = run_verb("certify", {"work": ready, "out": str(tmp_path / "期限")})
    assert "晚于承包期限（1 个）" in result.text and "张三" in result.text and "李四" not in result.text
    assert result.counts["new"] == 4
