"""A fast reader of .xlsx sheets: rows of plain values, several times faster than a general library.

An .xlsx is XML in a zip. The cells that Excel, WPS, LibreOffice and the usual libraries write have one plain form,
which a pattern takes apart; where a row holds anything else, ``Odd`` is raised and the caller goes on with openpyxl.
No entity is ever expanded, nothing is executed. A formula is its stored result; one that was never calculated gives
``UNCALCULATED``.
"""

import codecs
import datetime
import re
import zipfile
from itertools import chain, starmap
from pathlib import PurePosixPath

from ..model.errors import BadInput
from ..spatial.chunks import silent

CHUNK = 1 << 22
ITEMS_AT_ONCE = 50_000
MOST_UNPACKED_BYTES = 4 << 30
MOST_BYTES_AT_ONCE = 1 << 30
LONGEST_ROW = 1 << 26
ROWS_AT_ONCE = 250
CELL = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]+"(?: s="([0-9]+)")?(?: t="([a-zA-Z]+)")?\s*(?:/>|>'
    r'(<f(?:\s[^>]*)?(?:/>|>[^<]*</f>))?'
    r'(?:<v(?:\s[^>]*)?>([^<]*)</v>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>|<v/>|<is>(.*?)</is>)?</c>)', re.DOTALL)
ROW_NUMBER = re.compile(r'<row\b[^>]*?\sr="([0-9]+)"')
TEXT = re.compile(r"<t(?:\s[^>]*)?>([^<]*)</t>")
PHONETIC = re.compile(r"<rPh\b.*?</rPh>", re.DOTALL)
REFERENCE = re.compile(r"&(#x[0-9A-Fa-f]+|#[0-9]+|lt|gt|amp|quot|apos);")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
FORMAT_NOISE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.|General', re.IGNORECASE)
HIDDEN = ("hidden", "veryHidden")
HIDDEN_TAG = re.compile(r'\shidden="(?:1|true)"')
HIDDEN_COLUMN = re.compile(r'<col(?=\s(?:[^>]*\s)?hidden="(?:1|true)")[^>]*>')
MOST_COLUMNS = 16_384
LAST_SERIAL = 2_958_466
EPOCH_1900, EPOCH_1904 = datetime.datetime(1899, 12, 30), datetime.datetime(1904, 1, 1)


class Odd(Exception):
    """The file is written in a form that this reader does not know."""


class _Uncalculated:
    """The value of a formula that no program has calculated yet."""

    def __str__(self):
        return ""


UNCALCULATED = _Uncalculated()


class Book:
    """An opened workbook. ``sheets``: (name, visible, part name) in order; use as a context manager. ``hidden_rows`` and
    ``hidden_columns`` (from 0): of the sheet that was read last, as far as it was read; only rows with a value.
    ``tail``: the text below that sheet's last row, once all its rows were read, else None.
    ``report(done, total)``: called every few megabytes of the part that is being read; it may raise to cancel."""

    def __init__(self, path, report=silent):
        self.archive, self.report = zipfile.ZipFile(path), report
        self.hidden_rows, self.hidden_columns, self.tail = [], set(), None
        names = self.archive.namelist()
        if sum(item.file_size for item in self.archive.infolist()) > MOST_UNPACKED_BYTES:
            raise BadInput("表格解压后超过 4 GB，不像正常的表格", "请拆分后再导入")
        if "xl/workbook.xml" not in names:
            raise Odd
        book = self._text("xl/workbook.xml")
        parts = dict(_relations(self._text("xl/_rels/workbook.xml.rels")))
        self.sheets = []
        for tag in re.findall(r"<sheet\s[^>]*>", book):
            part = parts.get(_attribute(tag, "r:id"))
            if part is None:
                raise Odd
            if part.startswith("worksheets/"):
                self.sheets.append((_unescaped(_attribute(tag, "name")), _attribute(tag, "state") not in HIDDEN, "xl/" + part))
        self.epoch = EPOCH_1904 if re.search(r'<workbookPr\b[^>]*\sdate1904="(1|true)"', book) else EPOCH_1900
        self.strings = _strings(self._text("xl/sharedStrings.xml"), report) if "xl/sharedStrings.xml" in names else []
        self.dates = _date_styles(self._text("xl/styles.xml")) if "xl/styles.xml" in names else set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.archive.close()

    def _text(self, name):
        if self.archive.getinfo(name).file_size > MOST_BYTES_AT_ONCE:
            raise BadInput("表格里的文字超过 1 GB，不像正常的表格", "请拆分后再导入")
        with self.archive.open(name) as stream:
            data = b"".join(self._chunks(stream))
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Odd
        text = data.decode("utf-8-sig")
        _plain(text)
        return text

    def _chunks(self, stream):
        """The bytes of a part, reported as they come."""
        while True:
            chunk = stream.read(CHUNK)
            self.report(0, 1)
            if not chunk:
                return
            yield chunk

    def rows(self, part):
        """(row number, values) of each row that has a value. Raises Odd at the first row of another form."""
        return chain.from_iterable(starmap(zip, self.blocks(part)))

    def blocks(self, part):
        """The same some rows at once, as lists that are not empty: (row numbers, rows)."""
        self.hidden_rows, self.hidden_columns, self.tail = [], set(), None
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        size = self.archive.getinfo(part).file_size
        with self.archive.open(part) as stream:
            rest, number, done = "", 0, 0
            while True:
                chunk = stream.read(CHUNK)
                self.report(done, size)
                done += len(chunk)
                pieces = (rest + decoder.decode(chunk, final=not chunk)).split("</row>")
                rest = pieces.pop()
                if len(rest) > LONGEST_ROW:
                    raise BadInput("表格里有一行长得不正常", "用 Excel 或 WPS 打开后另存为新的 .xlsx 再试")
                for start in range(0, len(pieces), ROWS_AT_ONCE):
                    numbers, rows, odd = [], [], None
                    try:
                        for piece in pieces[start:start + ROWS_AT_ONCE]:
                            number, row = self._row(piece, number)
                            if row is not None:
                                numbers.append(number)
                                rows.append(row)
                    except Odd as error:
                        odd = error
                    if rows:
                        yield numbers, rows
                    if odd:
                        raise odd
                if not chunk:
                    break
            if re.search(r"<row\b[^>]*[^/]>|<[a-zA-Z]+:row\b", rest):
                raise Odd
            self.tail = rest

    def _row(self, piece, last):
        """(row number, values or None where it has none)."""
        _plain(piece)
        start = piece.rfind("<row")
        if start < 0:
            raise Odd
        found = ROW_NUMBER.match(piece, start)
        if not last and "<col " in piece:
            self.hidden_columns = set(_hidden_columns(piece))
        number = int(found.group(1)) if found else last + 1 + piece.count("<row", 0, start)
        cells = CELL.findall(piece, start)
        if len(cells) != piece.count("<c ", start) + piece.count("<c>", start) or number <= last:
            raise Odd
        row, columns, filled = [], COLUMNS, False
        for letters, style, kind, formula, value, text, runs in cells:
            try:
                position = columns[letters]
            except KeyError:
                position = columns[letters] = _position(letters)
            gap = position - len(row)
            if gap:
                if gap < 0:
                    raise Odd
                row.extend([None] * gap)
            if text:
                made = text if "&" not in text and "_x" not in text else _unescaped(text)
            elif value:
                made = self._value(value, style, kind)
            elif runs:
                made = _joined(runs)
            else:
                made = UNCALCULATED if formula and kind != "str" else None
            if made is not None and made != "":
                filled = True
            row.append(made)
        if filled and HIDDEN_TAG.search(piece, start, piece.find(">", start)):
            self.hidden_rows.append(number)
        return number, row if filled else None

    def _value(self, value, style, kind):
        if not kind or kind == "n":
            number = float(value) if "." in value or "E" in value or "e" in value else int(value)
            if style and int(style) in self.dates and 0 <= number < LAST_SERIAL:
                return self.epoch + datetime.timedelta(days=number)
            return number
        if kind == "s":
            return self.strings[int(value)]
        if kind == "str":
            return _unescaped(value)
        if kind == "b":
            return value == "1"
        if kind == "e":
            return None
        if kind == "d":
            return value
        raise Odd


COLUMNS = {}


def _plain(text):
    """Raises BadInput for a document type or entity, which no workbook needs, and Odd for comments and CDATA."""
    if "<!" in text:
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise BadInput("表格里有不该有的 XML 声明（DOCTYPE），不安全，未读", "用 Excel 或 WPS 打开后另存为新的 .xlsx 再试")
        raise Odd


def _position(letters):
    """Column number from 0 of ``A`` … ``XFD``."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _hidden_columns(text):
    """Numbers from 0 of the columns that a sheet's <cols> hides."""
    for tag in HIDDEN_COLUMN.findall(text):
        first, last = int(_attribute(tag, "min") or 0), int(_attribute(tag, "max") or 0)
        yield from range(first - 1, min(last, MOST_COLUMNS))


def _attribute(tag, name):
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return found.group(1) if found else ""


def _relations(text):
    """(id, part name below ``xl/``) of the workbook's parts."""
    for tag in re.findall(r"<Relationship\s[^>]*>", text):
        target = _attribute(tag, "Target")
        yield _attribute(tag, "Id"), str(PurePosixPath(target.replace("/xl/", "", 1) if target.startswith("/") else target))


def _strings(text, report):
    """The shared strings; runs of one string joined, phonetic guides left out."""
    if "<si/>" in text:
        raise Odd
    items = text.split("</si>")
    report(0, 1)
    if len(items) - 1 != len(re.findall(r"<si[\s>/]", text)):
        raise Odd
    strings = []
    for start in range(0, len(items) - 1, ITEMS_AT_ONCE):
        report(0, 1)
        stop = min(start + ITEMS_AT_ONCE, len(items) - 1)
        strings.extend(_joined(item[item.rfind("<si"):]) for item in items[start:stop])
    return strings


def _joined(text):
    if "<rPh" in text:
        text = PHONETIC.sub("", text)
    parts = TEXT.findall(text)
    return _unescaped(parts[0] if len(parts) == 1 else "".join(parts))


def _unescaped(text):
    if "&" in text:
        text = REFERENCE.sub(_character, text)
    return ESCAPED.sub(lambda m: chr(int(m.group(1), 16)), text) if "_x" in text else text


def _character(match):
    name = match.group(1)
    if name in NAMED:
        return NAMED[name]
    number = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    return chr(number) if number < 0x110000 else "\ufffd"


def _date_styles(text):
    """Numbers of the cell styles that show dates."""
    own = {int(_attribute(t, "numFmtId")): _unescaped(_attribute(t, "formatCode")) for t in re.findall(r"<numFmt\s[^>]*>", text)}
    formats = re.search(r"<cellXfs\b.*?</cellXfs>", text, re.DOTALL)
    found = set()
    for number, tag in enumerate(re.findall(r"<xf\s[^>]*>", formats.group(0)) if formats else ()):
        kind = int(_attribute(tag, "numFmtId") or 0)
        if kind in BUILT_IN_DATES and kind not in own or kind in own and _is_date(own[kind]):
            found.add(number)
    return found


def _is_date(code):
    return bool(re.search(r"[ymdhs年月日]", FORMAT_NOISE.sub("", code), re.IGNORECASE))
