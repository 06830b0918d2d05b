"""The verb ``mapping``: a proposal which column is which field, for a person to confirm. Writes one YAML file."""

from pathlib import Path

from ..documents.outputs import Staging
from ..intake import archive, package, proposal, saved_mappings
from ..intake.mapping import FieldMapping, read_mapping
from .progress import Result


def run(store, params, progress):
    """Looks at every layer and table of the package that is known by its name and writes the proposed mapping.

    ``counts["sources"]``: the proposal as plain data (``model.mapping_text``), for the dialog. Nothing else is changed.
    """
    zipped = not Path(params["package"]).is_dir()
    progress.plan(*([3] if zipped else []), 1, 9)
    if zipped:
        progress.step("解压资料包")
    with archive.opened(params["package"], progress) as opened:
        return _propose(opened, params, progress)


def _propose(opened, params, progress):
    """Looks at the ``opened`` package."""
    progress.step("查看资料包")
    mapping = read_mapping(params["mapping"]) if params.get("mapping") else FieldMapping()
    found = package.survey(opened.folder, mapping, opened.left, opened.unpacked)
    mapping, reused = saved_mappings.fit(found, mapping)
    progress.step("查看各表的列")
    sources, unread = proposal.propose(found, mapping, progress.update)
    target = Path(params["out"])
    with Staging(target.parent) as staging:
        proposal.written(sources, mapping, staging.path(target.name), params.get("sender") or "")
        progress.check_cancelled()
        outputs = staging.publish()
        staging.keep()
    asked = list(proposal.questions(sources))
    table = [(f"{s['title']} · {s['file']}", _standing(s)) for s in sources]
    table += [(name, f"没有读出来：{why}") for name, why in unread]
    table += [("已保存的字段对应", f"{where}：{text}") for where, text in reused]
    table += [("请核对", f"{where}：{alias}{text}") for where, alias, text in asked]
    counts = {"sources": sources, "asked": len(asked), "unread": [list(u) for u in unread],
              "top": proposal.top_of(mapping)}
    text = "" if asked else "每个要紧的字段都按名称找到了，不用字段对应也能导入。"
    return Result("字段对应建议", counts, table, outputs, text=text,
                  next_step=f"核对 {target.name}，导入时用“字段对应”参数给出它（import）")


def _standing(source):
    found = [f for f in source["fields"] if f["column"]]
    return f"{len(found)} 个字段找到列，共 {len(source['headers'])} 列"
