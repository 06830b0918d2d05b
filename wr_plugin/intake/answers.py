"""What the user answers at the door: the encoding, the coordinate system or the unit that the files do not tell.

An answer without a file name stands in where a file says nothing of itself; one that names a file (``DK*.shp=GB18030``)
is taken for it whatever the file says. Everything that was taken this way is told in the import's decisions.
"""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Tuple

from ..model import schema
from ..model.errors import BadInput
from . import encoding as encodings
from . import units


@dataclass(frozen=True)
class Answers:
    """``encoding``, ``crs``: for files that say nothing; ``encodings``, ``systems``: (pattern, answer) for named files."""

    encoding: str = ""
    crs: str = ""
    encodings: Tuple[Tuple[str, str], ...] = ()
    systems: Tuple[Tuple[str, str], ...] = ()

    def forced_encoding(self, name):
        return _of_file(self.encodings, name)

    def forced_crs(self, name):
        return _of_file(self.systems, name)


NO_ANSWERS = Answers()


def _of_file(pairs, name):
    return next((answer for pattern, answer in pairs if of_this_file(pattern, name)), "")


def of_this_file(pattern, name):
    """True where a pattern means the file: its path in the package or its last part, in any case."""
    pattern, name = pattern.replace("\\", "/").lower(), name.lower()
    return fnmatchcase(name, pattern) or fnmatchcase(name.rpartition("/")[2], pattern)


def answered(mapping, params):
    """The mapping with the answers among the import's parameters. BadInput for an answer that makes no sense."""
    plain_encoding, by_file = _split(params.get("encoding"), "--encoding")
    plain_crs, crs_by_file = _split(params.get("crs"), "--crs")
    for one in (plain_encoding, *(codec for _, codec in by_file)):
        if one and not encodings.known(one):
            raise BadInput(f"不认识的文字编码“{one}”", "写成 GB18030、UTF-8 或 BIG5", where="--encoding")
    answers = Answers(plain_encoding, plain_crs, by_file, crs_by_file)
    return _with_units(replace(mapping, answers=answers), params.get("area_unit") or ())


def _split(given, where):
    """(the answer without a file name or "", ((pattern, answer), …))."""
    plain, by_file = "", []
    for one in given or ():
        pattern, named, answer = one.rpartition("=")
        if named and pattern and answer:
            by_file.append((pattern, answer))
        elif named or plain:
            raise BadInput(f"参数写得不对：{one}", "只写一个值；或逐个写“文件名=值”", where=where)
        else:
            plain = one
    return plain, tuple(by_file)


def _with_units(mapping, given):
    """``SCMJ=mu`` and ``SCMJ@文件名=mu`` into the tables that have the field."""
    made = dict(mapping.tables)
    for one in given:
        key, _, unit = one.partition("=")
        name, at, pattern = key.partition("@")
        owners = [t for t in schema.tables().values() if t.delivered and name in t.by_name and units.natural(t.by_name[name])]
        if not owners or units.named(unit) is None or at and not pattern:
            known = "、".join(units.NAMES)
            raise BadInput(f"面积单位写得不对：{one}", f"写成 字段=单位，如 SCMJ=mu；单位：{known}（平方米、亩、公顷）",
                           where="--area-unit")
        for table in owners:
            said = made.get(table.name) or mapping.of(table.name)
            more = {key: units.named(unit)}
            parts = tuple(replace(part, units={**part.units, **more}) for part in said.parts)
            made[table.name] = replace(said, units={**said.units, **more}, parts=parts)
    return replace(mapping, tables=made)
