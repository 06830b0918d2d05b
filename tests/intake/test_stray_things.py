"""Things that lie about in real folders: links, pipes, second versions, other offices' formats; none hangs or doubles."""

import os
import shutil
import sys

import pytest
import shapely
import township
from pandas import DataFrame

from wr_plugin.model.errors import BadInput


def files(done):
    return dict(done.result.counts["files"])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows 上建链接、管道要特别的权限")
def test_links_out_of_the_package_and_pipes_are_listed_and_left(package, bring_in, tmp_path):
    outside = tmp_path / "别处.xlsx"
    shutil.copy(package.root / "权属数据/CBF.xlsx", outside)
    (package.root / "权属数据/CBF_JTCY.xlsx").symlink_to(outside)
    os.mkfifo(package.root / "权属数据/CBHT.xlsx")
    (package.root / "环").symlink_to(package.root)
    listed = files(bring_in(package))
    assert listed["权属数据/CBF_JTCY.xlsx"] == "指向资料包以外的链接，未读"
    assert listed["权属数据/CBHT.xlsx"] == "不是普通文件，未读"


def test_a_whole_disk_is_no_package(bring_in, package):
    package.root = type(package.root)(package.root.anchor)
    with pytest.raises(BadInput, match="整个磁盘"):
        bring_in(package)


def test_a_folder_with_more_files_than_any_package_is_refused(package, bring_in, monkeypatch):
    from wr_plugin.intake import archive

    monkeypatch.setattr(archive, "MOST_IN_FOLDER", 20)
    with pytest.raises(BadInput, match="超过 20 个文件"):
        bring_in(package)


def test_sheets_of_other_programs_say_how_they_can_be_read(package, bring_in):
    for name in ("家庭成员.et", "家庭成员.ods"):
        (package.root / "权属数据" / name).write_bytes(b"x")
    listed = files(bring_in(package))
    assert "另存为 .xlsx" in listed["权属数据/家庭成员.et"] and "另存为 .xlsx" in listed["权属数据/家庭成员.ods"]


def test_an_older_and_a_newer_registry_of_one_township_are_a_question(package, bring_in, tmp_path):
    rows = [[i + 1, "东沟村", "一组", f"承包{i % 6 + 1}", township.holder_code(i % 6 + 1), f"渠北{i + 1}号", township.parcel_code(i + 1),
             2.5, "小麦", "滴灌", None] for i in range(10)]
    township.registry(package, rows, "名录/二轮延包地名录_黑河镇（2026修订）.xlsx")
    with pytest.raises(BadInput, match="大半相同.*10 个.*黑河镇.xlsx.*修订") as told:
        bring_in(package)
    assert "只留要用的一份" in told.value.remedy
    mapping = tmp_path / "对应.yaml"
    mapping.write_text("tables:\n  registry:\n    file: 名录/二轮延包地名录_黑河镇（2026修订）.xlsx\n", encoding="utf-8")
    assert len(bring_in(package, mapping=mapping).rows("SELECT fid FROM registry")) == 10


def test_registries_of_two_townships_share_a_row_at_most(package, bring_in):
    rows = [[i + 1, "西沟村", "一组", f"承包{i % 6 + 1}", township.holder_code(i % 6 + 1), f"渠北{i + 1}号",
             township.parcel_code(i + 1 if i < 2 else i + 50), 2.5, "小麦", "滴灌", None] for i in range(10)]
    township.registry(package, rows, "名录/二轮延包地名录_平山镇.xlsx")
    assert len(bring_in(package).rows("SELECT fid FROM registry")) == 22


def test_coordinates_beyond_all_numbers_are_refused_without_a_warning(package, bring_in, recwarn):
    package.layer("灌溉数据/机井.shp", DataFrame({"JJBH": ["J1"], "JJZT": ["正常"]}),
                  [shapely.Point(1e300, 1e300)])
    with pytest.raises(BadInput):
        bring_in(package)
    assert not [w for w in recwarn if "cast" in str(w.message)]
