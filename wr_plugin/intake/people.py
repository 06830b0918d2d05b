"""Names that came out damaged: “?”, U+FFFD, private-use characters (DOMAIN §7)."""

import re

from ..model import codes

DAMAGED = re.compile("[?？\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")


def damaged_names(frames):
    """Rows (code, subject, message, value, source_file, source_row) for NAME_DAMAGED, once per holder code and name."""
    found, told = [], set()
    for table, name_field in (("CBF", "CBFMC"), ("CBF_JTCY", "CYXM")):
        frame = frames.get(table)
        if frame is None or not len(frame):
            continue
        hits = frame[[bool(v) and DAMAGED.search(v) is not None for v in frame[name_field]]]
        for row in hits[["CBFBM", name_field, "source_file", "source_row"]].itertuples(index=False, name=None):
            code, name, file, number = row
            if (code, name) in told:
                continue
            told.add((code, name))
            shown = DAMAGED.sub(lambda m: m.group() if m.group() in "?？" else f"<U+{ord(m.group()):04X}>", name)
            village = codes.part_of(code, codes.VILLAGE) if codes.is_holder_code(code) else ""
            found.append({"code": "NAME_DAMAGED", "subject": code or "", "message": f"姓名“{shown}”有读不出或打印不出的字",
                          "village_code": village, "value": shown, "source_file": file, "source_row": number})
    return found
