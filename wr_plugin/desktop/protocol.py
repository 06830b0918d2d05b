"""What the child process says: progress as JSON lines on stderr, one JSON result on stdout."""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Dict

LOG_LINES_KEPT = 400
COMMANDS = re.compile(r"（[a-z][a-z -]*）|[：:]\s*[a-z]+$")


@dataclass
class Outcome:
    """How a verb ended. ``result``: ``Result.as_dict`` when ``ok``; ``error``: code, message, where, remedy else."""

    ok: bool
    result: Dict[str, Any] = field(default_factory=dict)
    error: Dict[str, Any] = field(default_factory=dict)
    exit_code: int = 0
    log: str = ""

    @property
    def cancelled(self):
        return self.exit_code == 130

    def text(self):
        """The whole outcome for a person, with the next step or the remedy."""
        if self.ok:
            lines = [self.result.get("title") or "完成"]
            if not self.result.get("changed", True):
                lines[0] += "（工作文件没有变化）"
            lines += [f"{row[0]}：{'，'.join(str(cell) for cell in row[1:] if cell not in (None, ''))}"
                      for row in self.result.get("table") or [] if row]
            if self.result.get("next_step"):
                lines.append(f"下一步：{without_commands(self.result['next_step'])}")
            return "\n".join(lines)
        where, message = self.error.get("where"), self.error.get("message") or "没有完成"
        lines = [f"{where}：{message}" if where else message]
        if self.error.get("remedy"):
            lines.append(f"处理办法：{self.error['remedy']}")
        return "\n".join(lines)


class Lines:
    """Bytes in, whole lines out; an unfinished line waits for its rest."""

    def __init__(self):
        self._rest = b""

    def feed(self, data):
        parts = (self._rest + bytes(data)).split(b"\n")
        self._rest = parts.pop()
        return [p.decode("utf-8", errors="replace").rstrip("\r") for p in parts]

    def finish(self):
        rest, self._rest = self._rest, b""
        return [rest.decode("utf-8", errors="replace")] if rest.strip() else []


def progress_of(line):
    """(fraction, text) of a progress line; None for any other line, which belongs to the log."""
    if not line.startswith("{"):
        return None
    try:
        message = json.loads(line)
    except ValueError:
        return None
    if not isinstance(message, dict) or "progress" not in message:
        return None
    try:
        return min(1.0, max(0.0, float(message["progress"]))), str(message.get("text") or "")
    except (TypeError, ValueError):
        return None


def outcome_of(stdout, log_lines, exit_code, cancelled=False):
    """The ``Outcome`` of a finished child from its whole stdout, its log lines and its exit code."""
    log = "\n".join(log_lines[-LOG_LINES_KEPT:])
    if cancelled and exit_code != 0:
        return Outcome(False, error={"code": "Cancelled", "message": "已取消，未作任何更改"}, exit_code=130, log=log)
    answer = _last_object(stdout)
    if answer is not None and answer.get("ok"):
        return Outcome(True, result=answer.get("result") or {}, exit_code=exit_code, log=log)
    if answer is not None and isinstance(answer.get("error"), dict):
        return Outcome(False, error=answer["error"], exit_code=int(answer.get("exit_code") or exit_code or 1), log=log)
    return Outcome(False, exit_code=exit_code or 1, log=log, error={
        "code": "EngineFailed", "message": "计算程序意外结束" + (f"（退出码 {exit_code}）" if exit_code else ""),
        "remedy": "在“设置”中测试计算程序的 Python；仍不行请把日志发给技术支持",
    })


def _last_object(stdout):
    text = bytes(stdout).decode("utf-8", errors="replace").strip()
    for candidate in (text, text.rsplit("\n", 1)[-1]):
        try:
            answer = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(answer, dict):
            return answer
    return None


def without_commands(text):
    """A next step as the window says it: the names of commands, which only the terminal's user types, are left out."""
    return COMMANDS.sub("", text or "")
