"""What differs between QGIS 3.22 and 4.x, in one place."""

from qgis.core import NULL, Qgis, QgsEditFormConfig, QgsRelation

try:
    from qgis.PyQt.QtWidgets import QAction
except ImportError:  # Qt 6 moved it
    from qgis.PyQt.QtGui import QAction

__all__ = ["QAction", "COMPOSITION", "TAB_LAYOUT", "is_null", "make_group", "make_tab"]

if hasattr(Qgis, "AttributeFormLayout"):
    TAB_LAYOUT = Qgis.AttributeFormLayout.DragAndDrop
else:
    TAB_LAYOUT = QgsEditFormConfig.EditorLayout.TabLayout

if hasattr(Qgis, "RelationshipStrength"):
    COMPOSITION = Qgis.RelationshipStrength.Composition
else:
    COMPOSITION = QgsRelation.RelationStrength.Composition


def is_null(value):
    """True for None and for QGIS's NULL."""
    return value is None or value == NULL


def make_tab(container):
    """Shows an attribute form's container as a tab."""
    if hasattr(Qgis, "AttributeEditorContainerType"):
        container.setType(Qgis.AttributeEditorContainerType.Tab)
    else:
        container.setIsGroupBox(False)


def make_group(container):
    """Shows an attribute form's container as a group box."""
    if hasattr(Qgis, "AttributeEditorContainerType"):
        container.setType(Qgis.AttributeEditorContainerType.GroupBox)
    else:
        container.setIsGroupBox(True)
