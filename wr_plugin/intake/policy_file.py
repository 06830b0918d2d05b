"""A policy as staff write it (YAML), checked, with the line of every mistake."""

import hashlib
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


def _dates_as_text(value):
    """YAML reads 2027-01-01 without quotation marks as a date; staff mean the text."""
    if isinstance(value, dict):
        return {key: _dates_as_text(inner) for key, inner in value.items()}
    return value.isoformat() if isinstance(value, date) else value
