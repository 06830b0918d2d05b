"""Attribute forms derived from the schema: widgets, word lists, constraints, defaults, tabs and related rows.

Only what QField can show too: text, check box, value map, range, date-time, attachment, relation reference, relation.
"""

from dataclasses import dataclass
from typing import Tuple

from qgis.core import (
    QgsAttributeEditorContainer,
    QgsAttributeEditorField,
    QgsAttributeEditorRelation,
    QgsDefaultValue,
    QgsEditorWidgetSetup,
    QgsFieldConstraints,
    QgsRelation,
)

from ..model import schema
from ..model.findings import KINDS
from ..model.tables_work import RESULT
from .compat import COMPOSITION, TAB_LAYOUT, make_group, make_tab

HARD = QgsFieldConstraints.ConstraintStrength.ConstraintStrengthHard
SOFT = QgsFieldConstraints.ConstraintStrength.ConstraintStrengthSoft
NOT_NULL = QgsFieldConstraints.Constraint.ConstraintNotNull
UNIQUE = QgsFieldConstraints.Constraint.ConstraintUnique

BY_MACHINE = ("fid", "uuid", "geometry_m2", "village_code", "village_name", "source_file", "source_row", "run_id")
HIDDEN = ("fid", "uuid", "parcel_fid", "registry_fid", "quota_fid", "part_id", "run_id", "confirm_run", "source_file",
          "source_row", "eta_e8")
LONG_TEXT = ("note", "remark", "message", "remedy", "content", "outcome", "DKBZXX", "caption")
DATE_FORMAT, MOMENT_FORMAT = "yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss"

DEFAULTS = {
    "uuid": "uuid('WithoutBraces')", "audited_on": "to_date(now())", "taken_on": "now()",
    "received_on": "to_date(now())", "decided_on": "to_date(now())", "auditor": "@user_full_name",
    "audit.result": "'agree'", "objection.state": "'open'",
}
RULES = {
    "parcel.DKBM": (r"""regexp_match("DKBM", '^[0-9]{19}$') > 0""", "地块编码应为 19 位数字", SOFT),
    "parcel.SCMJ": ('"SCMJ" IS NULL OR "SCMJ" > 0', "实测面积应大于 0", SOFT),
    "registry.DKBM": (r"""regexp_match("DKBM", '^[0-9]{19}$') > 0""", "地块编码应为 19 位数字", SOFT),
    "audit.area_mu": ('"area_mu" IS NULL OR ("area_mu" > 0 AND "area_mu" <= 1000)', "现场面积应在 0 与 1000 亩之间", HARD),
    "audit.auditor": ("""length(trim(coalesce("auditor", ''))) > 0""", "请填写核查人", HARD),
    "audit.audited_on": ('"audited_on" <= to_date(now())', "核查日期不能晚于今天", HARD),
    "audit.note": ("""coalesce("result", 'agree') = 'agree' OR length(trim(coalesce("note", ''))) > 0""",
                   "与图不一致、现场无此地块或待复查的，请填写核查说明", HARD),
    "evidence.photo": ("""length(trim(coalesce("photo", ''))) > 0""", "请拍摄或选择照片", HARD),
}
MOST = {"area_mu": 1000.0, "SCMJ": 1e8, "SCMJM": 1e5, "permit_m3": 1e9, "reach_m": 1e4}


@dataclass(frozen=True)
class Link:
    """A 1:n relation: rows of ``child`` whose ``child_field`` equals the parcel's ``parent_field``."""

    child: str
    child_field: str
    parent_field: str
    title: str

    @property
    def id(self):
        return f"wr_parcel_{self.child}"


@dataclass(frozen=True)
class Tab:
    """One tab: groups of (title, fields), then the related rows."""

    title: str
    groups: Tuple[Tuple[str, Tuple[str, ...]], ...] = ()
    links: Tuple[Link, ...] = ()


PARCEL_TABS = (
    Tab("基本信息", (
        ("地块", ("DKBM", "DKMC", "DKLB", "SYQXZ", "TDYT", "TDLYLX", "DLDJ", "SFJBNT", "village_name", "village_code")),
        ("四至", ("DKDZ", "DKNZ", "DKXZ", "DKBZ", "ZJRXM")),
        ("备注", ("DKBZXX",)),
    )),
    Tab("权属与面积", (("面积", ("SCMJ", "SCMJM", "geometry_m2")),), (
        Link("CBDKXX", "DKBM", "DKBM", "承包方与合同面积"), Link("registry", "DKBM", "DKBM", "二轮延包地名录（编码对得上的）"),
        Link("registry_link", "DKBM", "DKBM", "二轮延包地名录（匹配的）"))),
    Tab("水源与水权", (), (
        Link("parcel_right", "parcel_fid", "fid", "核定结果"), Link("parcel_site", "parcel_fid", "fid", "灌区、斗口与机井"))),
    Tab("核查", (), (Link("audit", "parcel_uuid", "uuid", "外业核查"),)),
    Tab("问题", (), (Link("finding", "parcel_uuid", "uuid", "问题"),)),
    Tab("影像证据", (), (Link("evidence", "parcel_uuid", "uuid", "照片"),)),
)
LINKS = tuple(link for tab in PARCEL_TABS for link in tab.links)
REGISTRY_ROW = ("""represent_value("decision") || ' ' || array_to_string(array_filter(array_slice("""
                """string_to_array("registry_key", '|'), 0, 5), length(@element) > 0), ' ')""")
SHORT_NAMES = {"audit": "represent_value(\"result\") || ' ' || coalesce(to_string(\"audited_on\"), '')",
               "evidence": 'coalesce("caption", "photo")', "finding": 'represent_value("code")',
               "registry": '"holder_name"', "registry_link": REGISTRY_ROW, "CBDKXX": '"CBFBM"', "parcel": '"DKBM"'}


def label(field):
    """The field's alias with its unit."""
    return f"{field.alias}（{field.unit}）" if field.unit and field.unit not in field.alias else field.alias


def words(table, field):
    """The word list of a field: its code list, or the titles of the findings whose codes it holds; else None."""
    if (table.name, field.name) in (("parcel_right", "reason"), ("finding", "code"), ("parcel_site", "defect")):
        return {code: kind.title for code, kind in KINDS.items()}
    return field.codes


def value_map(meanings):
    """A widget that shows words for codes."""
    return QgsEditorWidgetSetup("ValueMap", {"map": [{text: code} for code, text in meanings.items()]})


def widget(field):
    """The editor widget of a field."""
    if field.codes:
        return value_map(field.codes)
    if field.name == "photo":
        return QgsEditorWidgetSetup("ExternalResource", {
            "DocumentViewer": 1, "DocumentViewerHeight": 240, "DocumentViewerWidth": 0, "FileWidget": True,
            "FileWidgetButton": True, "FileWidgetFilter": "照片 (*.jpg *.jpeg *.png)", "RelativeStorage": 1,
            "StorageMode": 0, "UseLink": False, "FullUrl": False})
    if field.references.startswith("parcel."):
        return QgsEditorWidgetSetup("TextEdit", {"IsMultiline": False, "UseHtml": False})
    if field.type == schema.DATE or field.type == schema.DATETIME:
        shown = DATE_FORMAT if field.type == schema.DATE else MOMENT_FORMAT
        return QgsEditorWidgetSetup("DateTime", {
            "display_format": shown, "field_format": shown, "allow_null": True, "calendar_popup": True,
            "field_iso_format": False})
    if field.type == schema.REAL and field.name in MOST:
        return QgsEditorWidgetSetup("Range", {
            "Style": "SpinBox", "Min": 0.0, "Max": MOST[field.name], "Step": 0.1, "Precision": 2, "AllowNull": True,
            "Suffix": ""})
    return QgsEditorWidgetSetup("TextEdit", {"IsMultiline": field.name in LONG_TEXT, "UseHtml": False})


def prepare_fields(layer, table):
    """Widgets, aliases, constraints and defaults of every field of an edited table."""
    config = layer.editFormConfig()
    for field in table.fields:
        index = layer.fields().indexOf(field.name)
        if index < 0:
            continue
        layer.setFieldAlias(index, label(field))
        layer.setEditorWidgetSetup(index, widget(field))
        if field.name in BY_MACHINE or field.references.startswith("parcel."):
            config.setReadOnly(index, True)
        default = DEFAULTS.get(f"{table.name}.{field.name}", DEFAULTS.get(field.name))
        if default:
            layer.setDefaultValueDefinition(index, QgsDefaultValue(default, False))
        if field.required and field.name != "fid":
            layer.setFieldConstraint(index, NOT_NULL, HARD)
        if field.name == "uuid":
            layer.setFieldConstraint(index, UNIQUE, HARD)
        rule = RULES.get(f"{table.name}.{field.name}")
        if rule:
            layer.setConstraintExpression(index, rule[0], rule[1])
            layer.setFieldConstraint(index, QgsFieldConstraints.Constraint.ConstraintExpression, rule[2])
    layer.setEditFormConfig(config)
    name_rows(layer, table)


def name_rows(layer, table):
    """What a row is called in lists of related rows."""
    if table.name in SHORT_NAMES:
        layer.setDisplayExpression(SHORT_NAMES[table.name])


def shown_fields(table):
    """Fields that people read: without keys, provenance, and the integers behind results."""
    return [f for f in table.fields if f.name not in HIDDEN and not f.references.startswith("parcel.")
            and not (table.group == RESULT and f.name.endswith("_100"))]


def arrange_plain(layer, table):
    """A form and an attribute table of the fields that people read, in the schema's order."""
    shown = {f.name for f in shown_fields(table)}
    config = layer.editFormConfig()
    config.setLayout(TAB_LAYOUT)
    config.clearTabs()
    root = config.invisibleRootContainer()
    for field in shown_fields(table):
        index = layer.fields().indexOf(field.name)
        if index >= 0:
            config.addTab(QgsAttributeEditorField(field.name, index, root))
    layer.setEditFormConfig(config)
    columns = layer.attributeTableConfig()
    columns.update(layer.fields())
    listed = columns.columns()
    for column in listed:
        column.hidden = column.name not in shown
    columns.setColumns(listed)
    layer.setAttributeTableConfig(columns)


def add_relations(project, layers):
    """The parcel's relations to its holders, registry rows, rights, audits, findings and photos, by table name.

    Returns them by child table. ``layers``: the work file's layers by table name.
    """
    manager, made = project.relationManager(), {}
    for link in LINKS:
        if link.child not in layers or "parcel" not in layers:
            continue
        relation = QgsRelation()
        relation.setId(link.id if not manager.relation(link.id).isValid() else f"{link.id}_{layers['parcel'].id()}")
        relation.setName(link.title)
        relation.setReferencedLayer(layers["parcel"].id())
        relation.setReferencingLayer(layers[link.child].id())
        relation.addFieldPair(link.child_field, link.parent_field)
        if link.child in ("audit", "evidence"):
            relation.setStrength(COMPOSITION)
        manager.addRelation(relation)
        made[link.child] = relation
    return made


def arrange_parcel(layer, relations):
    """The tabs of the parcel's form. ``relations`` as ``add_relations`` gives them."""
    config = layer.editFormConfig()
    config.setLayout(TAB_LAYOUT)
    config.clearTabs()
    for tab in PARCEL_TABS:
        page = QgsAttributeEditorContainer(tab.title, None)
        make_tab(page)
        for title, names in tab.groups:
            box = QgsAttributeEditorContainer(title, page)
            make_group(box)
            box.setColumnCount(2 if len(names) > 1 else 1)
            for name in names:
                index = layer.fields().indexOf(name)
                if index >= 0:
                    box.addChildElement(QgsAttributeEditorField(name, index, box))
            page.addChildElement(box)
        for link in tab.links:
            if link.child in relations:
                page.addChildElement(_related(link, relations[link.child], page))
        config.addTab(page)
    layer.setEditFormConfig(config)


def _related(link, relation, page):
    element = QgsAttributeEditorRelation(relation.id(), relation, page)
    element.setLabel(link.title)
    element.setShowLabel(True)
    return element
