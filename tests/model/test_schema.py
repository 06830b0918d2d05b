"""The schema's declarations hold together."""

import pytest

from wr_plugin.model import codes, findings, schema


def test_names_are_identifiers_and_aliases_are_there():
    for table in schema.tables().values():
        assert schema.checked_identifier(table.name)
        assert table.key in table.by_name
        aliases = [(f.alias, f.unit) for f in table.fields]
        assert len(set(aliases)) == len(aliases), table.name
        for field in table.fields:
            assert schema.checked_identifier(field.name)
            assert field.alias


def test_references_point_at_declared_unique_columns():
    for table in schema.tables().values():
        for field in table.fields:
            if field.references:
                target, column = field.references.split(".")
                other = schema.table(target)
                assert column == other.key or (column,) in other.unique, (table.name, field.name)


def test_what_points_at_a_result_that_is_replaced_is_indexed():
    """Else every row of a result that goes would have all rows that may point at it searched: hours for a county."""
    replaced = {"holder_right", "unit_right", "cap_result", "parcel_right", "right_part"}
    for table in schema.tables().values():
        for field in table.fields:
            if field.references.split(".")[0] in replaced:
                assert field.name in (table.key, *table.indexes), (table.name, field.name)


def test_edited_tables_have_a_uuid():
    assert all("uuid" in t.by_name for t in schema.tables().values() if t.edited)


@pytest.mark.parametrize("name", ["a b", "x;DROP TABLE y", "表", "1a", ""])
def test_what_is_no_identifier_never_reaches_sql(name):
    with pytest.raises(ValueError):
        schema.checked_identifier(name)


def test_every_kind_of_finding_says_what_to_do():
    for kind in findings.KINDS.values():
        assert kind.title and kind.rule and kind.remedy and kind.clause, kind.code
        assert kind.stage in ("import", "check", "confirm")


def test_identity_numbers_are_masked():
    assert codes.mask_identity("620799199001011234") == "620***********1234"
    assert codes.mask_identity("1234567") == "*******"
