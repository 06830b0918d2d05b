"""The command-line door: ``python3 -m wr_plugin VERB …``. Everything people read is Chinese."""

import argparse
import json
import os
import re
import signal
import sys

from . import version
from .commands import catalogue, failure_log, running, text_table, watching
from .commands.progress import Progress, TerminalBar, show_json_lines
from .model.errors import BadInput, Cancelled, WaterRightsError
from .store import half_made

PROGRAM = "python3 -m wr_plugin"
NAMED = "named_"
PROGRESS_FORMS = {"bar": "进度条", "json": "每行一个 JSON（写到标准错误）", "none": "不显示"}
SWITCHES = (
    ("--json", "结果以一个 JSON 对象写到标准输出"),
    ("--progress=bar|json|none", "进度的样子：" + "，".join(f"{k} {v}" for k, v in PROGRESS_FORMS.items())),
    ("-h, --help", "显示这段说明"),
    ("--version", "显示版本"),
)
EXIT_CODES = ((0, "完成"), (2, "输入有误，未作任何更改"), (3, "条件未满足（说明里写明还差什么）"), (130, "已取消"),
              (1, "软件自身出错"))
KIND_WORDS = {
    catalogue.FILE: "文件", catalogue.NEW_FILE: "文件", catalogue.FOLDER: "文件夹", catalogue.NEW_FOLDER: "文件夹",
    catalogue.FOLDER_OR_FILE: "文件夹或文件",
    catalogue.TEXT: "文字", catalogue.TEXTS: "文字…", catalogue.WHOLE: "整数", catalogue.DATE: "年-月-日",
}
PARSER_MESSAGES = (
    (r"unrecognized arguments: (.*)", r"不认识的参数：\1"),
    (r"argument (\S+): expected one argument", r"参数 \1 后面要有一个值"),
    (r"argument (\S+): expected at least one argument", r"参数 \1 后面至少要有一个值"),
    (r"argument (\S+): ignored explicit argument (.*)", r"参数 \1 不带值，多了 \2"),
    (r"ambiguous option: (\S+) could match (.*)", r"参数 \1 不明确，可能是 \2"),
)


class Parser(argparse.ArgumentParser):
    """Reads arguments; what is wrong with them is said in Chinese, as every other bad input."""

    def error(self, message):
        for pattern, chinese in PARSER_MESSAGES:
            message = re.sub(f"^{pattern}$", chinese, message)
        raise BadInput(f"命令行有误：{message}", f"看说明：{self.prog} --help", code="Usage")


class Interrupt:
    """Ctrl-C or a request to end where no other process watches the run (``watching``): the verb stops at its next report,
    with nothing changed; the second one kills."""

    def __init__(self):
        self.asked = False

    def install(self):
        for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._handle)
        return self

    def was_asked(self):
        return self.asked

    def _handle(self, number, frame):
        self.asked = True
        signal.signal(number, signal.SIG_DFL)
        if sys.stderr.isatty():
            sys.stderr.write("\n正在取消……再按一次 Ctrl-C 立即结束\n")


def general_help():
    """What ``--help`` prints."""
    verbs = [(verb.name, verb.title, verb.help) for verb in catalogue.VERBS.values()]
    return "\n".join([
        "水权确权：从县级移交资料到水权证和公示表", "", f"用法：{PROGRAM} 步骤 [参数…]", "",
        "步骤：", *text_table.lines(verbs), "", "通用参数：", *text_table.lines(SWITCHES), "",
        "退出码：", *text_table.lines([(str(code), meaning) for code, meaning in EXIT_CODES]), "",
        f"某一步的参数：{PROGRAM} 步骤 --help",
    ])


def verb_help(verb):
    """What ``VERB --help`` prints: usage, what it does, its parameters."""
    usage = " ".join([PROGRAM, verb.name, *(_usage_of(param) for param in verb.params)])
    required = [_help_row(param) for param in verb.params if param.required]
    optional = [_help_row(param) for param in verb.params if not param.required]
    parts = [f"{verb.title}（{verb.name}）", "", f"用法：{usage}", "", verb.help]
    if required:
        parts += ["", "必填参数：", *text_table.lines(required)]
    parts += ["", "可选参数：", *text_table.lines([*optional, *SWITCHES[:3]])]
    return "\n".join(parts)


def _word(param):
    if param.kind == catalogue.CHOICE:
        return "|".join(param.choices)
    return "" if param.kind == catalogue.FLAG else KIND_WORDS[param.kind]


def _usage_of(param):
    text = param.label if param.positional else f"{param.option} {_word(param)}".strip()
    return text if param.required else f"[{text}]"


def _help_row(param):
    text = f"{param.label}：{param.help}" if not param.positional else param.help
    if param.choices:
        text += "（" + "，".join(f"{code} {label}" for code, label in param.choices.items()) + "）"
    if param.default not in (None, False):
        shown = param.choices[param.default] if param.choices else param.default
        text += f"（不给则为 {shown}）"
    return (param.label if param.positional else f"{param.option} {_word(param)}".strip(), text)


def parser_of(verb):
    """The argument parser of a verb; absent parameters stay None, so that ``running`` says what is missing."""
    parser = Parser(prog=f"{PROGRAM} {verb.name}", add_help=False, allow_abbrev=False)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--progress")
    for param in verb.params:
        if param.positional:
            parser.add_argument(param.name, nargs="?")
            parser.add_argument(param.option, dest=NAMED + param.name)
        elif param.kind == catalogue.FLAG:
            parser.add_argument(param.option, action="store_true")
        elif param.kind == catalogue.TEXTS:
            parser.add_argument(param.option, nargs="+", action="extend")
        else:
            parser.add_argument(param.option)
    return parser


def arguments_of(verb, arguments):
    """The parameters that a command line gives. What has its place without a name may be named as well
    (``letter --subject 62…``); BadInput where it is given twice and differently."""
    given = vars(parser_of(verb).parse_args(arguments))
    for param in verb.params:
        named = given.pop(NAMED + param.name, None)
        if named is not None and given[param.name] not in (None, named):
            raise BadInput(f"{param.label}给了两次：{given[param.name]}、{named}", f"只写一个：{verb.name} {named}")
        if named is not None:
            given[param.name] = named
    return given


def show_result(result, stream):
    """A result for people."""
    parts = [result.title] if result.changed else [f"{result.title}（工作文件没有变化）"]
    parts += text_table.lines(result.table)
    if result.text:
        parts += ["", result.text] if result.table else [result.text]
    if result.outputs:
        parts += ["", "生成的文件："] + [f"  {path}" for path in _shortened(result.outputs)]
    if result.next_step:
        parts += ["", f"下一步：{result.next_step}"]
    stream.write("\n".join(parts) + "\n")


def _shortened(paths, most=20):
    paths = [str(path) for path in paths]
    return paths if len(paths) <= most else [*paths[:most - 1], f"……共 {len(paths)} 个文件"]


def _plain(value):
    return value.item() if hasattr(value, "item") else str(value)


def show_json(answer, stream):
    stream.write(json.dumps(answer, ensure_ascii=False, default=_plain) + "\n")


def show_error(error, as_json):
    """Tells a failure and returns the exit code. Of a cancelled run its watcher tells, which may have had to end it."""
    if isinstance(error, Cancelled) and half_made.watched():
        return error.exit_code
    if as_json:
        show_json({"ok": False, "error": error.as_dict(), "exit_code": error.exit_code}, sys.stdout)
    else:
        sys.stderr.write(f"{error}\n")
    return error.exit_code


def unexpected(error, verb):
    """A failure of our own as a sentence; its traceback goes to a log file that the sentence names."""
    path = failure_log.write(error, verb)
    remedy = f"请把日志发给技术支持：{path}" if path else "请把所做的操作告诉技术支持"
    if isinstance(error, WaterRightsError):
        return WaterRightsError(error.message, remedy, code=error.code, where=error.where)
    return WaterRightsError("软件出错，未作任何更改", remedy, code="Unexpected")


def main(arguments):
    """Runs one command line and returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    as_json = "--json" in arguments
    name = next((a for a in arguments if not a.startswith("-")), "")
    try:
        if "--version" in arguments:
            print(f"水权确权 {version.VERSION}")
            return 0
        if not name or name not in catalogue.VERBS:
            return _without_verb(arguments, name)
        verb = catalogue.VERBS[name]
        if {"-h", "--help"} & set(arguments):
            print(verb_help(verb))
            return 0
        rest = list(arguments)
        rest.remove(name)
        return run(verb, arguments_of(verb, rest))
    except WaterRightsError as error:
        return show_error(unexpected(error, name) if error.exit_code == 1 else error, as_json)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # what is left to print goes nowhere
        return 0
    except KeyboardInterrupt:
        return show_error(Cancelled(), as_json)
    except Exception as error:  # the last door: a user never sees a traceback
        return show_error(unexpected(error, name), as_json)


def _without_verb(arguments, name):
    if {"-h", "--help"} & set(arguments):
        print(general_help())
        return 0
    if name:
        running.find_verb(name)
    raise BadInput("没有说要做哪一步", f"可用的步骤：{'、'.join(catalogue.VERBS)}；看说明：{PROGRAM} --help", code="Usage")


def run(verb, given):
    """Runs a verb with parsed arguments and shows its result; returns 0."""
    as_json, form = given.pop("json"), given.pop("progress") or "bar"
    if form not in PROGRESS_FORMS:
        raise BadInput(f"进度的样子“{form}”不认识", "可用：" + "、".join(PROGRESS_FORMS), where="--progress", code="Usage")
    asked = half_made.asked if half_made.watched() else Interrupt().install().was_asked
    bar = TerminalBar() if form == "bar" else None
    show = {"bar": bar, "json": show_json_lines, "none": lambda fraction, text: None}[form]
    try:
        result = running.run_verb(verb.name, given, Progress(show, asked))
    finally:
        if bar:
            bar.close()
    if as_json:
        show_json({"ok": True, "result": result.as_dict()}, sys.stdout)
    else:
        show_result(result, sys.stdout)
    sys.stdout.flush()
    return 0


def watched_main(arguments):
    """``main``, but a verb runs in a process of its own, watched by this one; returns the exit code."""
    if arguments[:1] == [watching.WATCHED]:
        watching.begin_watched()
        return main(arguments[1:])
    until_eof = arguments[:1] == [watching.UNTIL_EOF]
    arguments = arguments[1:] if until_eof else arguments
    named = next((a for a in arguments if not a.startswith("-")), "")
    if named not in catalogue.VERBS or {"-h", "--help", "--version"} & set(arguments) or not watching.can_watch():
        return main(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    code = watching.Watch(arguments, until_eof).run()
    if code == watching.STOPPED:
        return show_error(Cancelled(), "--json" in arguments)
    if code == watching.DIED:
        return show_error(WaterRightsError("计算程序意外结束，未作任何更改", "可能是内存不足：关闭其他程序再试；仍不行请把所做的操作告诉技术支持",
                                           code="EngineFailed"), "--json" in arguments)
    return code


if __name__ == "__main__":
    sys.exit(watched_main(sys.argv[1:]))
