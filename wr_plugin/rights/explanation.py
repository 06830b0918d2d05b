"""What an explanation is, as text: steps, results, what would change them, what disagrees. Standard library only."""

from dataclasses import dataclass, field
from typing import List

from .step import Step

WARNING = "【警告】下列数字与库中的结果不一致，资料可能在核定之后被改动。请重新检查、核定；一致之前本结果不得使用："
OTHERWISE = "情况不同，水量会怎样（其余不变，按同样的规则推算，与现在相比）"


@dataclass
class Explanation:
    """``steps``: ``step.Step``; ``results``: lines; ``changes``: what would have to change; ``otherwise``: what another
    fact would give, in figures; ``differences``: figures that do not agree with the stored result; ``notes``: what to
    bear in mind; ``counter``: what steps are counted by.
    """

    title: str
    counter: str = "步"
    holders: str = ""
    steps: List[Step] = field(default_factory=list)
    results: List[str] = field(default_factory=list)
    changes: List[str] = field(default_factory=list)
    otherwise: List[str] = field(default_factory=list)
    differences: List[str] = field(default_factory=list)
    notes: List[str] = field(default_factory=list)

    @property
    def consistent(self):
        """True where the explanation equals the stored result."""
        return not self.differences

    def text(self):
        """The explanation as plain text."""
        lines = [self.title]
        if self.holders:
            lines.append(f"权利人：{self.holders}")
        if self.differences:
            lines += ["", WARNING, *(f"  · {one}" for one in self.differences)]
        for number, step in enumerate(self.steps, 1):
            lines += ["", f"第 {number} {self.counter}　{step.title}"]
            lines += [f"  {label}：{value}" for label, value in step.inputs]
            lines += [f"  依据：{step.clause}"] if step.clause else []
            lines += [f"  结论：{step.outcome}"]
        lines += ["", "结果", *(f"  {line}" for line in self.results)]
        if self.changes:
            lines += ["", "怎样才会改变", *(f"  · {line}" for line in self.changes)]
        if self.otherwise:
            lines += ["", OTHERWISE, *(f"  · {line}" for line in self.otherwise)]
        if self.notes:
            lines += ["", *(f"注：{line}" for line in self.notes)]
        return "\n".join(lines)


def notes_of(county):
    """What to bear in mind: outdated results, the run they come from, demo values."""
    notes = [f"{county.outdated}，核定结果可能已过时，请重新核定"] if county.outdated else []
    if county.run:
        notes.append(f"核定时间 {county.run['ended_at']}，第 {county.run['run_id']} 次运行，政策：{county.policy.get('name')}")
    if county.policy.demo:
        notes.append("示例数据，不得用于正式发证")
    return notes
