"""``docs/data_dictionary.md`` is what the schema says today."""

import runpy

from source_tree import ROOT

from wr_plugin.model import schema


def test_the_committed_dictionary_is_up_to_date():
    made = runpy.run_path(str(ROOT / "docs" / "make_data_dictionary.py"))["document"]()
    assert (ROOT / "docs" / "data_dictionary.md").read_text(encoding="utf-8") == made, "请运行 make docs"


def test_every_field_has_a_chinese_name():
    lacking = [(t.name, f.name) for t in schema.tables().values() for f in t.fields if not f.alias or f.alias.isascii()]
    assert not lacking
