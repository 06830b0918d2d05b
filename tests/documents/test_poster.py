"""The village poster: what it says, what it must not say."""

import re
import sqlite3

import pytest

from tests.documents import pdf_pages
from tests.village import CODES, HOLDERS, VILLAGE
from wr_plugin.commands.running import run_verb


@pytest.fixture
def published(village, tmp_path):
    return village, run_verb("publish", {"work": village, "out": str(tmp_path / "公示"), "start": "2026-07-01"})


def test_notice_table_and_map(published):
    _, result = published
    pages = pdf_pages.texts(result.outputs[0])
    assert len(pages) == result.counts["pages"] == 3
    for number, page in enumerate(pages, 1):
        assert "示例数据" in page and f"第{number}页共3页" in page
    notice, table, sheet = pages
    assert "示例村灌溉用水户水权确权公示" in notice and "示例村村民委员会（盖章）" in notice
    assert "公示期7天，自2026年7月1日起至2026年7月7日止" in notice and "示例村村委会提出" in notice
    for heading in ("序号", "姓名", "图号", "编码后5位", "合同面积", "确权面积", "水源", "斗口／机井", "年水量（m³）", "地表水", "地下水", "是否在名录内", "备注"):
        assert heading in table
    assert "图例" in sheet and "名录外，不予确定" in sheet and re.search(r"1:\d", sheet)


def test_every_parcel_is_in_the_table_and_on_the_map(published):
    work, result = published
    _, table, sheet = pdf_pages.texts(result.outputs[0])
    for code in CODES.values():
        assert code[-5:] in table
    assert "名录外，不予确定水权" in table and "扣减复垦耕地1.50亩" in table and "多户按份承包" in table
    assert "自留地，不予确定水权" in table and "林地，另行核定" in table


def test_totals_are_the_sums_of_what_is_printed(published):
    work, result = published
    notice, table, _ = pdf_pages.texts(result.outputs[0])
    with sqlite3.connect(work) as connection:
        area = connection.execute("SELECT sum(area_mu_100) FROM right_part").fetchone()[0]
        volumes = [r[0] for r in connection.execute("SELECT sum(volume_m3_100) FROM right_part GROUP BY source")]
        contract = connection.execute("SELECT sum(HTMJ) FROM CBDKXX").fetchone()[0]
    total = table.split("合计")[-1]
    assert f"{area / 100:.2f}" in total and f"{contract * 0.0015:.2f}" in total
    assert len(volumes) == 2 and all(f"{v // 100:,}" in total and f"{v // 100:,}" in notice for v in volumes)
    assert f"{sum(volumes) // 100:,}" in notice
    assert f"确权面积{area / 100:.2f}亩" in notice
    assert "共计4户、地块17块" in notice


def test_no_identity_or_phone_and_same_names_told_apart(published):
    work, result = published
    text = "".join(pdf_pages.texts(result.outputs[0]))
    with sqlite3.connect(work) as connection:
        identities = {r[0]: r[1] for r in connection.execute("SELECT CBFBM, CBFZJHM FROM CBF")}
    for identity in identities.values():
        assert identity not in text
    twins = [identities[HOLDERS["张三"]], identities[HOLDERS["同名张三"]]]
    for identity in twins:
        assert identity[:3] + "*" * 11 + identity[-4:] in text
    assert text.count("***") >= 2 and identities[HOLDERS["李四"]][-4:] + "*" not in text
    assert "6207991970" not in text
    assert "张三" not in pdf_pages.metadata(result.outputs[0])
    assert result.outputs[0].endswith(f"公示_{VILLAGE}_示例村.pdf")


def test_fonts_are_embedded_and_the_map_has_ink(published, tmp_path):
    _, result = published
    assert all(embedded for _, embedded in pdf_pages.fonts(result.outputs[0]))
    assert pdf_pages.ink(result.outputs[0], 3, (0.05, 0.15, 0.75, 0.9), tmp_path) > 0.005


def test_the_same_term_prints_the_same_bytes(published, tmp_path):
    work, first = published
    content = open(first.outputs[0], "rb").read()
    again = run_verb("publish", {"work": work, "out": str(tmp_path / "再")})
    assert not again.changed and open(again.outputs[0], "rb").read() == content
    with sqlite3.connect(work) as connection:
        assert connection.execute("SELECT count(*) FROM publicity").fetchone()[0] == 1


def test_another_start_is_another_term(published, tmp_path):
    work, _ = published
    later = run_verb("publish", {"work": work, "out": str(tmp_path / "改期"), "start": "2026-08-01"})
    assert later.changed
    with sqlite3.connect(work) as connection:
        terms = connection.execute("SELECT start_date, end_date, days FROM publicity ORDER BY fid").fetchall()
    assert terms == [("2026-07-01", "2026-07-07", 7), ("2026-08-01", "2026-08-07", 7)]


def test_an_unprintable_name_stops_the_poster_and_is_listed(village, tmp_path):
    with sqlite3.connect(village) as connection:
        connection.execute("UPDATE CBF SET CBFMC = ? WHERE CBFBM = ?", ("王\ue0aa", HOLDERS["王五"]))
    result = run_verb("publish", {"work": village, "out": str(tmp_path / "公示")})
    assert result.outputs == [] and not result.changed
    assert HOLDERS["王五"] in result.text and "U+E0AA" in result.text
    with sqlite3.connect(village) as connection:
        assert connection.execute("SELECT count(*) FROM publicity").fetchone()[0] == 0


def test_a_rare_name_prints(village, tmp_path):
    with sqlite3.connect(village) as connection:
        connection.execute("UPDATE CBF SET CBFMC = '王𠮷䶮' WHERE CBFBM = ?", (HOLDERS["王五"],))
    result = run_verb("publish", {"work": village, "out": str(tmp_path / "公示")})
    assert "王𠮷䶮" in pdf_pages.texts(result.outputs[0])[1]
