"""One county, one work file: another county's package is refused; old county prefixes among the codes are only told."""

import pytest
from township import PARCELS, Package, limits, ownership, parcel_code, parcels, policy_text, registry, water

from wr_plugin.model.errors import BadInput


def package_of(folder, code, name, change=lambda text: text, first=1):
    """A complete package whose folder names the county; ``change`` rewrites the parcel codes."""
    made = Package(folder, code, name)
    parcels(made, codes=[change(parcel_code(i + first)) for i in range(PARCELS)])
    ownership(made)
    registry(made)
    water(made)
    limits(made)
    made.text("政策.yaml", policy_text())
    return made


def test_another_countys_package_is_refused_and_nothing_changes(package, bring_in, tmp_path):
    work = bring_in(package).path
    before = work.read_bytes()
    other = package_of(tmp_path / "别县", "620723", "临泽县")
    for preview in (True, False):
        with pytest.raises(BadInput, match="620723临泽县.*620799示例县") as told:
            bring_in(other, preview=preview)
        assert "换一个工作文件" in told.value.remedy
    assert work.read_bytes() == before and not (work.parent / "备份").exists()


def test_a_county_whose_code_changed_says_so_in_the_mapping(package, bring_in, tmp_path):
    bring_in(package)
    renamed = package_of(tmp_path / "改县", "620723", "新示例县")
    mapping = tmp_path / "对应.yaml"
    mapping.write_text('county: {code: "620799", name: 新示例县}\n', encoding="utf-8")
    done = bring_in(renamed, mapping=mapping)
    assert done.told["县（区）"] == "新示例县 620799"


def test_codes_of_an_older_division_are_a_finding(bring_in, tmp_path):
    old = {parcel_code(n): parcel_code(n).replace("620799", "622225") for n in (3, 4)}
    done = bring_in(package_of(tmp_path / "并县", "620799", "示例县", lambda c: old.get(c, c)))
    found = done.rows("SELECT * FROM finding WHERE code = 'CODE_OTHER_COUNTY'")
    assert [(f["subject"], f["value"], f["severity"], f["source_row"]) for f in found] == [("622225", "2", "notice", 3)]
    assert old[parcel_code(3)] in found[0]["message"] and len(done.rows("SELECT fid FROM parcel")) == PARCELS


def test_a_package_that_names_no_county_is_known_by_its_parcels(package, bring_in, tmp_path):
    """Most codes of this year's part carry the old county's prefix; one parcel is the work file's."""
    bring_in(package)
    made = package_of(tmp_path / "一", "620799", "示例县", lambda c: c if c == parcel_code(1) else c.replace("620799", "622225"))
    made.root = made.root.rename(made.root.with_name("西沙乡2026年资料"))
    done = bring_in(made)
    assert done.told["县（区）"] == "示例县 620799"
    assert [f["subject"] for f in done.rows("SELECT subject FROM finding WHERE code = 'CODE_OTHER_COUNTY'")] == ["622225"]


def test_without_a_common_parcel_it_is_another_county(package, bring_in, tmp_path):
    bring_in(package)
    made = package_of(tmp_path / "二", "620799", "示例县", lambda c: c.replace("620799", "622225"))
    made.root = made.root.rename(made.root.with_name("资料"))
    with pytest.raises(BadInput, match="另一个县"):
        bring_in(made)
