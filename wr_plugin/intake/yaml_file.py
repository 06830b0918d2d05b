"""YAML that staff write: read safely, no tag but plain ones, no double keys, and each key's line kept."""

from pathlib import Path

from ..model.errors import BadInput

MOST_BYTES = 1 << 20


def text_of(path):
    """The file's text; UTF-8 with or without BOM. BadInput where it is missing, too large or another encoding."""
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput("文件打不开", "检查路径与权限", where=path.name, detail=str(error)) from error
    if len(data) > MOST_BYTES:
        raise BadInput("文件超过 1 MB，不像设置文件", "核对选的是不是这个文件", where=path.name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("文件不是 UTF-8 编码", "用记事本打开，另存为时编码选 UTF-8", where=path.name) from error


def load(text, name):
    """(plain data, {dotted path: line}) of a YAML text. BadInput with the line for a mistake of form."""
    import yaml

    try:
        loader = yaml.SafeLoader(text)
        try:
            node = loader.get_single_node()
            lines = {}
            _note_lines(node, "", lines, name, 0)
            data = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        raise BadInput("YAML 格式不对：检查缩进（用空格，不用制表符）、冒号后的空格和引号",
                       "改正后再试", where=f"{name} › 第 {line} 行" if line else name,
                       detail=getattr(error, "problem", "") or str(error)) from error
    except (RecursionError, ValueError) as error:
        raise BadInput("YAML 内容读不出来", "核对文件内容", where=name, detail=str(error)) from error
    return data, lines


def _note_lines(node, path, lines, name, depth):
    """Fills ``lines`` and refuses double keys and anchors' tricks (a node met through an alias keeps its own line)."""
    import yaml

    if depth > 20:
        raise BadInput("YAML 嵌套太深", "核对文件内容", where=name)
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            word = str(key.value)
            inner = f"{path}.{word}" if path else word
            if word in seen:
                raise BadInput(f"“{word}”写了两次", "删去其中一个", where=f"{name} › 第 {key.start_mark.line + 1} 行")
            seen.add(word)
            lines[inner] = key.start_mark.line + 1
            _note_lines(value, inner, lines, name, depth + 1)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            lines[f"{path}[{number}]"] = value.start_mark.line + 1
            _note_lines(value, f"{path}[{number}]", lines, name, depth + 1)


def line_of(lines, path):
    """The line of a dotted path, or of the nearest section around it; 0 where neither is in the file."""
    while path:
        if path in lines:
            return lines[path]
        path = path.rpartition(".")[0]
    return 0
