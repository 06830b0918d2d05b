"""What the value of a policy setting may be: each kind tests a value and says itself in JSON Schema."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Callable, Mapping

from . import codes


@dataclass(frozen=True)
class ValueKind:
    """A test of a value, and the same as a JSON Schema fragment. Call it with a value: True where the value passes."""

    test: Callable[[Any], bool]
    schema: Mapping[str, Any]

    def __call__(self, value):
        return self.test(value)


def _is_text(value):
    return isinstance(value, str) and bool(value.strip())


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _is_day(value):
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


TEXT = ValueKind(_is_text, {"type": "string", "minLength": 1})
FLAG = ValueKind(lambda value: isinstance(value, bool), {"type": "boolean"})
DAY = ValueKind(_is_day, {"type": "string", "format": "date"})
STEP = ValueKind(lambda value: value in (1, 0.1, 0.01), {"enum": [1, 0.1, 0.01]})


def number(low, high):
    return ValueKind(lambda v: _is_number(v) and low <= v <= high, {"type": "number", "minimum": low, "maximum": high})


def whole(low, high):
    return ValueKind(lambda v: _is_whole(v) and low <= v <= high, {"type": "integer", "minimum": low, "maximum": high})


def one_of(*values):
    return ValueKind(lambda v: v in values, {"enum": list(values)})


def list_of(allowed, empty=False):
    """A list of words of ``allowed`` (a mapping or sequence); ``empty``: whether it may have none."""
    return ValueKind(
        lambda v: isinstance(v, list) and (empty or bool(v)) and all(isinstance(x, str) and x in allowed for x in v),
        {"type": "array", "items": {"enum": list(allowed)}, **({} if empty else {"minItems": 1})})


def _is_share(value):
    """Rights count shares in 1e-4: a finer one would silently be another."""
    return _is_number(value) and 0 <= value <= 1 and round(value * 10_000) == round(value * 10_000, 6)


SHARE = ValueKind(_is_share, {"type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.0001})


def rules(conditions, result, results):
    """A list of rules: mappings of conditions (name → allowed words, one or a list of them) and a result, which may be
    blank. ``conditions``: {name: allowed}; ``result``: the result's name; ``results``: its allowed words."""
    def passes(value):
        return isinstance(value, list) and all(isinstance(one, Mapping) and result in one and (
            one[result] is None or one[result] in results) and set(one) <= {*conditions, result} and all(
                list_of(conditions[name])(one[name]) for name in one if name != result) for one in value)

    item = {"type": "object", "additionalProperties": False, "required": [result], "properties": {
        **{name: {"type": "array", "minItems": 1, "items": {"enum": list(allowed)}}
           for name, allowed in conditions.items()}, result: {"enum": [*results, None]}}}
    return ValueKind(passes, {"type": "array", "items": item})


def _is_cap_tree(value):
    """Different levels from the county down; a canal stands above its outlets, a township above its villages."""
    if not list_of(codes.CAP_LEVEL)(value) or value[0] != "county" or len(set(value)) < len(value):
        return False
    return all(value.index(upper) < value.index(lower) for upper, lower in (("canal", "outlet"), ("town", "village"))
               if upper in value and lower in value)


CAP_TREE = ValueKind(_is_cap_tree, {"type": "array", "minItems": 1, "uniqueItems": True,
                                    "prefixItems": [{"const": "county"}], "items": {"enum": list(codes.CAP_LEVEL)}})


def _is_priority(value):
    """Words, or lists of words of one rank; none twice."""
    if not isinstance(value, list) or not value:
        return False
    words = [word for one in value for word in (one if isinstance(one, list) else [one])]
    return all(one != [] for one in value) and all(map(_is_text, words)) and len({word.strip() for word in words}) == len(words)


PRIORITY = ValueKind(_is_priority, {"type": "array", "minItems": 1, "items": {"anyOf": [
    {"type": "string", "minLength": 1}, {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}]}})
