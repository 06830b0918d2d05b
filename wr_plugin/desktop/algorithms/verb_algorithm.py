"""One verb as a Processing algorithm: runs it in the child process, shows progress, hears cancel, loads the outputs."""

from pathlib import Path

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingOutputBoolean,
    QgsProcessingOutputFile,
    QgsProcessingOutputString,
)
from qgis.PyQt.QtGui import QIcon

from ... import places
from ...commands.catalogue import FOLDER, NEW_FILE, NEW_FOLDER
from .. import layers
from ..engine import EngineRun
from . import parameters as declared

GROUPS = {"sample": "示例与自检", "selfcheck": "示例与自检", "explain": "查询", "status": "查询"}
STEPS_GROUP = "工作步骤"
WRITES = ("write", "create")


class VerbAlgorithm(QgsProcessingAlgorithm):
    """``wr:<verb>``. Outputs: TEXT (what was done), NEXT (the next step), FILES (paths made, one a line), CHANGED."""

    def __init__(self, verb):
        super().__init__()
        self.verb = verb
        self._work = None

    def createInstance(self):  # noqa: N802
        return VerbAlgorithm(self.verb)

    def name(self):
        return self.verb.name

    def displayName(self):  # noqa: N802
        return self.verb.title

    def group(self):
        return GROUPS.get(self.verb.name, STEPS_GROUP)

    def groupId(self):  # noqa: N802
        return {"示例与自检": "sample", "查询": "query"}.get(self.group(), "steps")

    def shortHelpString(self):  # noqa: N802
        lines = "".join(f"<li><b>{p.label}</b>：{p.help}</li>" for p in self.verb.params)
        return f"<p>{self.verb.help}</p><ul>{lines}</ul>"

    def shortDescription(self):  # noqa: N802
        return self.verb.help

    def icon(self):
        return QIcon(places.icon_file(self.verb.name))

    def initAlgorithm(self, configuration=None):  # noqa: N802
        for param in self.verb.params:
            self.addParameter(declared.definition(param))
        if any(p.name == "work" and p.kind not in (NEW_FILE, NEW_FOLDER, FOLDER) for p in self.verb.params):
            self.addOutput(QgsProcessingOutputFile("work", "工作文件"))
        self.addOutput(QgsProcessingOutputString("TEXT", "结果"))
        self.addOutput(QgsProcessingOutputString("NEXT", "下一步"))
        self.addOutput(QgsProcessingOutputString("FILES", "生成的文件"))
        self.addOutput(QgsProcessingOutputBoolean("CHANGED", "有变化"))

    def prepareAlgorithm(self, parameters, context, feedback):  # noqa: N802
        work = self._values(parameters, context).get("work")
        unsaved = layers.unsaved_layers(work) if work and self.verb.store in WRITES else []
        if unsaved:
            names = "、".join(layer.name() for layer in unsaved)
            raise QgsProcessingException(f"图层“{names}”有未保存的编辑。\n处理办法：先保存或放弃编辑，再运行“{self.verb.title}”")
        return True

    def processAlgorithm(self, parameters, context, feedback):  # noqa: N802
        values = self._values(parameters, context)
        run = EngineRun(self.verb.name, values)
        run.progressed.connect(lambda fraction, text: _show(feedback, fraction, text))
        run.logged.connect(feedback.pushDebugInfo)
        outcome = run.wait(feedback.isCanceled)
        if outcome.cancelled:
            raise QgsProcessingException("已取消，未作任何更改")
        if not outcome.ok:
            raise QgsProcessingException(outcome.text())
        feedback.pushInfo(outcome.text())
        self._work = values.get("work")
        result = outcome.result
        answer = {
            "TEXT": result.get("text") or outcome.text(), "NEXT": result.get("next_step") or "",
            "FILES": "\n".join(result.get("outputs") or []), "CHANGED": bool(result.get("changed", True)),
        }
        for param in self.verb.params:
            if param.name == "work" or param.kind in (NEW_FILE, NEW_FOLDER):
                answer[param.name] = values.get(param.name)
        return answer

    def postProcessAlgorithm(self, context, feedback):  # noqa: N802
        if self._work and self.verb.store in WRITES and Path(self._work).is_file():  # a preview makes none
            _tell_window(self._work)
        return {}

    def _values(self, parameters, context):
        return {p.name: declared.value(self, p, parameters, context) for p in self.verb.params}


def _show(feedback, fraction, text):
    feedback.setProgress(fraction * 100)
    if text:
        feedback.setProgressText(text)


def _tell_window(work):
    """In QGIS's window the plugin opens the work file, or reads it again; without a window nothing is shown."""
    from qgis.utils import plugins

    workbench = getattr(plugins.get("wr_plugin"), "workbench", None)
    if workbench is not None:
        workbench.work_file_changed(work)
