"""A verb's declared parameters as Processing parameters, and their values back."""

import re

from qgis.core import (
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ...commands.catalogue import (
    CHOICE,
    DATE,
    FILE,
    FLAG,
    FOLDER,
    FOLDER_OR_FILE,
    NEW_FILE,
    NEW_FOLDER,
    TEXT,
    TEXTS,
    WHOLE,
)

SEPARATORS = re.compile(r"[\s,;，；、]+")


def definition(param):
    """The Processing parameter for one ``Param``."""
    name, label, optional = param.name, param.label, not param.required
    if param.kind == FILE:
        made = QgsProcessingParameterFile(name, label, QgsProcessingParameterFile.Behavior.File, optional=optional,
                                          fileFilter=param.filter)
    elif param.kind in (FOLDER, FOLDER_OR_FILE):  # QGIS has no parameter for both: a folder one takes a file's path too
        made = QgsProcessingParameterFile(name, label, QgsProcessingParameterFile.Behavior.Folder, optional=optional)
    elif param.kind == NEW_FILE:
        made = QgsProcessingParameterFileDestination(name, label, param.filter, optional=optional)
    elif param.kind == NEW_FOLDER:
        made = QgsProcessingParameterFolderDestination(name, label, optional=optional)
    elif param.kind == WHOLE:
        made = QgsProcessingParameterNumber(name, label, QgsProcessingParameterNumber.Type.Integer, param.default,
                                            optional)
    elif param.kind == DATE:
        made = QgsProcessingParameterDateTime(name, label, QgsProcessingParameterDateTime.Type.Date, None, True)
    elif param.kind == CHOICE:
        made = QgsProcessingParameterEnum(name, label, list(param.choices.values()), False,
                                          _position(param), optional)
    elif param.kind == FLAG:
        made = QgsProcessingParameterBoolean(name, label, bool(param.default), True)
    elif param.kind in (TEXT, TEXTS):
        made = QgsProcessingParameterString(name, label, param.default, False, optional)
    else:
        raise ValueError(f"不认识的参数类型：{param.kind}")
    made.setHelp(param.help)
    return made


def _position(param):
    return list(param.choices).index(param.default) if param.default in param.choices else None


def value(algorithm, param, parameters, context):
    """What the user gave for one ``Param``, as the engine takes it; None where nothing was given."""
    name = param.name
    if parameters.get(name) is None and param.default is None:
        return None
    if param.kind in (FILE, FOLDER, FOLDER_OR_FILE):
        return algorithm.parameterAsFile(parameters, name, context) or None
    if param.kind in (NEW_FILE, NEW_FOLDER):
        return algorithm.parameterAsFileOutput(parameters, name, context) or None
    if param.kind == WHOLE:
        return algorithm.parameterAsInt(parameters, name, context)
    if param.kind == DATE:
        moment = algorithm.parameterAsDateTime(parameters, name, context)
        return moment.toString("yyyy-MM-dd") if moment.isValid() else None
    if param.kind == CHOICE:
        return list(param.choices)[algorithm.parameterAsEnum(parameters, name, context)]
    if param.kind == FLAG:
        return algorithm.parameterAsBoolean(parameters, name, context)
    text = algorithm.parameterAsString(parameters, name, context).strip()
    if param.kind == TEXTS:
        return [part for part in SEPARATORS.split(text) if part] or None
    return text or None
