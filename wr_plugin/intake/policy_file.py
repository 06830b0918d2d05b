"""A policy as staff write it (YAML), checked, with the line of every mistake."""

import copy
import hashlib
import json
import re
from datetime import date
from pathlib import Path

from ..model import policy as policies
from ..model.errors import BadInput
from . import yaml_file


def read_policy(path):
    """(Policy, the plain mapping it was read from). BadInput lists every problem with its line."""
    path = Path(path)
    text = yaml_file.text_of(path)
    mapping, lines = yaml_file.load(text, path.name)
    mapping = _dates_as_text(mapping)
    policy, problems = policies.from_mapping(mapping, hashlib.sha256(text.encode("utf-8")).hexdigest(), text)
    if problems:
        told = [f"第 {yaml_file.line_of(lines, p.path)} 行：{p.message}" if yaml_file.line_of(lines, p.path) else p.message
                for p in problems]
        first = next((yaml_file.line_of(lines, p.path) for p in problems if yaml_file.line_of(lines, p.path)), 0)
        raise BadInput("政策文件有 " + str(len(told)) + " 处不对：\n" + "\n".join(told), "改正后再试",
                       where=f"{path.name} › 第 {first} 行" if first else path.name)
    return policy, mapping


def with_settings(policy, mapping, changes, note):
    """(Policy, plain mapping) with some settings changed and a note in the first line, as ``read_policy`` would give.

    ``mapping``: what ``policy.text`` was read from; ``changes``: {dotted path: value}. The text keeps its comments where
    each setting stands on one line of its own; else it is written anew. Raises BadInput where the result is not valid.
    """
    import yaml

    wanted = copy.deepcopy(dict(mapping))
    for path, value in changes.items():
        section, _, name = path.rpartition(".")
        (wanted.setdefault(section, {}) if section else wanted)[name] = value
    text = _lines_changed(policy.text, changes)
    try:
        kept = text is not None and _dates_as_text(yaml.safe_load(text)) == wanted
    except yaml.YAMLError:
        kept = False
    if not kept:
        text = yaml.safe_dump(wanted, allow_unicode=True, sort_keys=False)
    text = f"# {note}\n{text}"
    made, problems = policies.from_mapping(wanted, hashlib.sha256(text.encode("utf-8")).hexdigest(), text)
    if problems:
        raise BadInput("改动后的政策不对：" + "；".join(p.message for p in problems), "改正后再试")
    return made, wanted


def _lines_changed(text, changes):
    """The text with the value of each setting changed in its line; None where one does not stand on one line."""
    lines = text.split("\n")
    _, numbers = yaml_file.load(text, "")
    for path, value in changes.items():
        number = numbers.get(path, 0)
        key = re.escape(path.rpartition(".")[2])
        found = number and re.fullmatch(rf"(\s*{key}\s*:\s*)([^\s#][^#]*?)?(\s+#.*|\s*)", lines[number - 1])
        if not found:
            return None
        lines[number - 1] = found.group(1).rstrip() + " " + json.dumps(value, ensure_ascii=False) + found.group(3)
    return "\n".join(lines)


def _dates_as_text(value):
    """YAML reads 2027-01-01 without quotation marks as a date; staff mean the text."""
    if isinstance(value, dict):
        return {key: _dates_as_text(inner) for key, inner in value.items()}
    return value.isoformat() if isinstance(value, date) else value
