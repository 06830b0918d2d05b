"""Every verb and its parameters, declared once for the command line, the Processing toolbox and the dock.

Pure Python: the QGIS process imports it; the verb's own module is imported only in the engine (``commands.running``).
"""

from dataclasses import dataclass
from typing import Any, Mapping, Optional, Tuple

from ..model import codes

FILE, NEW_FILE, FOLDER, NEW_FOLDER = "file", "new_file", "folder", "new_folder"
FOLDER_OR_FILE = "folder_or_file"
TEXT, TEXTS, WHOLE, DATE, CHOICE, FLAG = "text", "texts", "whole", "date", "choice", "flag"


@dataclass(frozen=True)
class Param:
    """One parameter; ``kind`` is one of the constants above, ``filter`` a file-dialog filter."""

    name: str
    kind: str
    label: str
    help: str
    required: bool = False
    default: Any = None
    positional: bool = False
    choices: Optional[Mapping[str, str]] = None
    filter: str = ""

    @property
    def option(self):
        """How the command line calls it: ``--area-unit``."""
        return "--" + self.name.replace("_", "-")


@dataclass(frozen=True)
class Verb:
    """One step. ``store``: how it opens the work file: "" not at all, "create", "write" or "read"."""

    name: str
    title: str
    help: str
    params: Tuple[Param, ...]
    module: str
    store: str = "write"
    in_dock: bool = True


WORK = Param("work", FILE, "工作文件", "本县的工作文件（*.gpkg）", required=True, filter="工作文件 (*.gpkg)")
VILLAGES = Param("village", TEXTS, "村", "村代码（12 位），可给多个；不给则为全部")
FONTS = Param("fonts", FOLDER, "字体文件夹", "另有 TrueType 字体（如人名生僻字）时放在这个文件夹；不给则用系统字体")

VERBS = {
    v.name: v
    for v in (
        Verb("sample", "生成示例县", "生成一份像真的一样的移交资料包，并另存一份已知缺陷清单 truth.csv。", (
            Param("out", NEW_FOLDER, "输出文件夹", "资料包写到这个文件夹下", required=True),
            Param("parcels", WHOLE, "地块数", "500 至 1000000", default=20000),
            Param("seed", WHOLE, "随机种子", "同一种子得到逐字节相同的文件", default=1),
        ), "sample", store="", in_dock=False),
        Verb("import", "导入资料包", "把移交资料包读入工作文件；读不懂的说明原因与处理办法，不改动任何文件。", (
            Param("package", FOLDER_OR_FILE, "资料包", "移交资料包文件夹，或它的 .zip 压缩包", required=True, positional=True,
                  filter="压缩包 (*.zip)"),
            Param("work", NEW_FILE, "工作文件", "要建立或更新的工作文件（*.gpkg）", required=True, filter="工作文件 (*.gpkg)"),
            Param("mapping", FILE, "字段对应", "保存的字段对应文件（*.yaml）；不给则按标准名称查找", filter="字段对应 (*.yaml *.yml)"),
            Param("policy", FILE, "政策", "政策文件（*.yaml）；不给则用资料包里的", filter="政策 (*.yaml *.yml)"),
            Param("encoding", TEXTS, "文字编码", "没有编码说明的 DBF、CSV 按它读，如 GB18030；写成“文件名=编码”则强制用于该文件（可用 * 代替）"),
            Param("crs", TEXTS, "坐标系", "没有 .prj 的图层用它，如 EPSG:4522；写成“文件名=EPSG:代码”则强制用于该文件（可用 * 代替）"),
            Param("area_unit", TEXTS, "面积单位", "面积字段实际用的单位，如 SCMJ=mu；单位：m2 平方米、mu 亩、ha 公顷；只对一个文件写 SCMJ@文件名=mu"),
            Param("limits", CHOICE, "政策、定额与指标", "再次导入时，工作文件里后来给出的与资料包里的都有改动，用哪一份", default=codes.ASK,
                  choices=codes.KEPT_LIMITS),
            Param("preview", FLAG, "预览", "只比较新资料包与工作文件，说明会改动什么；什么都不写", default=False),
            Param("report", NEW_FILE, "差异表", "把新资料包与工作文件的差异逐条写成 Excel 表（*.xlsx）", filter="差异表 (*.xlsx)"),
        ), "import_package", store="create"),
        Verb("mapping", "字段对应", "看资料包各表的列，按名称和内容提出哪一列是哪个字段，写成字段对应文件；核对后导入时用它。", (
            Param("package", FOLDER_OR_FILE, "资料包", "移交资料包文件夹，或它的 .zip 压缩包", required=True, positional=True,
                  filter="压缩包 (*.zip)"),
            Param("out", NEW_FILE, "字段对应文件", "要写的字段对应（*.yaml）", required=True, filter="字段对应 (*.yaml *.yml)"),
            Param("mapping", FILE, "已有的字段对应", "在它的基础上修改（*.yaml）", filter="字段对应 (*.yaml *.yml)"),
            Param("sender", TEXT, "交来单位", "谁交来的，如“某某测绘院”；保存的字段对应以它命名"),
        ), "propose_mapping", store="", in_dock=False),
        Verb("report", "导入报告", "把导入时的来源、决定、字段对应和全部问题写成一份报告（*.xlsx）。", (
            WORK,
            Param("out", NEW_FILE, "报告文件", "要写的报告（*.xlsx）", required=True, filter="导入报告 (*.xlsx)"),
        ), "report", store="read", in_dock=False),
        Verb("link", "匹配名录", "名录行没有对得上的地块编码时，按承包方、地块名称、面积找到可能的地块：列出待确认的，登记人工的决定。", (
            WORK,
            Param("out", NEW_FILE, "待确认表", "把待确认的匹配写成表（*.xlsx），填“决定”列后用“决定文件”读回", filter="待确认表 (*.xlsx)"),
            Param("decisions", FILE, "决定文件", "填好“决定”列（是或否）的待确认表（*.xlsx）", filter="待确认表 (*.xlsx)"),
            Param("accept", TEXTS, "确认", "名录序号，可给多个：同意列出的第一个候选；写成“序号=地块编码”则是这个地块，几户共有的写“序号=地块编码/承包方编码”"),
            Param("reject", TEXTS, "否定", "名录序号，可给多个：列出的第一个候选不对；写成“序号=地块编码”则是这个地块不对"),
            Param("undo", FLAG, "撤销", "撤销最近一批决定", default=False),
            Param("who", TEXT, "决定人", "由谁决定；不给则为当前用户"),
            Param("all", FLAG, "全部列出", "连同已确定、已确认、无匹配的名录行一起列出", default=False),
        ), "link"),
        Verb("undo", "撤销导入", "把工作文件恢复到最近一次导入之前；导入之后已有公示、审核、发证的不能撤销。", (
            WORK,
            Param("why", TEXT, "原因", "为什么撤销，记入变更日志"),
        ), "undo", in_dock=False),
        Verb("check", "检查", "检查编码、权属、面积、图形与名录，判定每个地块的灌区、斗口、机井。", (
            WORK,
            Param("policy", FILE, "政策", "改用另一份政策（*.yaml）", filter="政策 (*.yaml *.yml)"),
            Param("whole", FLAG, "全部重查", "不管改动了哪些，全县重新检查；平时只重查与改动有关的地块，结果一样", default=False),
        ), "check"),
        Verb("accept", "认可问题", "情况属实、不用改正的问题，由够级别的认可并写明理由；内容不变的，重新检查、核定后仍然有效；可以撤销。", (
            WORK,
            Param("finding", TEXTS, "问题序号", "问题表里的序号（fid），可给多个"),
            Param("code", TEXT, "问题代码", "只认可这一种问题，如 OUTSIDE_REGISTRY；可与村、对象同用"),
            Param("subject", TEXTS, "对象", "问题的对象，如地块编码，可给多个"),
            Param("village", TEXT, "村", "只认可这个村（12 位村代码）的"),
            Param("level", CHOICE, "级别", "由哪一级认可：提示由乡镇，须复核的由县，须改正的不能认可", choices=codes.LEVEL),
            Param("why", TEXT, "理由", "为什么可以认可，写明依据"),
            Param("who", TEXT, "认可人", "由谁认可；不给则为当前用户"),
            Param("undo", FLAG, "撤销", "撤销所选的认可；没有选的，撤销最近一批", default=False),
        ), "accept", in_dock=False),
        Verb("confirm", "核定水权", "按政策核定每个地块、每户、每种水源的面积与水量。", (
            WORK,
            Param("policy", FILE, "政策", "改用另一份政策（*.yaml）", filter="政策 (*.yaml *.yml)"),
            Param("quota", FILE, "定额表", "改用另一份定额表（*.xlsx）", filter="定额表 (*.xlsx)"),
            Param("caps", FILE, "指标表", "改用另一份指标表（*.xlsx）", filter="指标表 (*.xlsx)"),
            Param("whole", FLAG, "全部重算", "不管改了什么，把全县重新核定一遍；不给则只重算改动牵涉到的", default=False),
        ), "confirm"),
        Verb("explain", "说明", "用中文说明一个地块、一户、一个村、斗口、机井或灌区的水权是怎样得出的，情况不同会怎样。", (
            Param("subject", TEXT, "地块、承包方、村、斗口、机井或灌区",
                  "地块编码（19 位）、承包方编码（18 位）、村代码（12 位），或斗口、机井、灌区、协会、用水户的编号", required=True, positional=True),
            WORK,
        ), "explain", store="read", in_dock=False),
        Verb("letter", "答复函", "把一个地块或一户的说明写成给异议人的答复函（PDF，按公文格式）：结果、依据和过程、怎样才会改变。", (
            WORK,
            Param("subject", TEXT, "地块、承包方、单位或用水户", "地块编码（19 位）、承包方编码（18 位），或协会、企业等的编号；给了异议的可以不给",
                  positional=True),
            Param("out", NEW_FILE, "答复函", "要写的答复函（*.pdf）", required=True, filter="答复函 (*.pdf)"),
            Param("objection", WHOLE, "异议序号", "异议表的序号（fid）：写明异议人、日期和内容"),
            Param("to", TEXT, "答复给", "收信人；不给则为异议人或权利人"),
            Param("office", TEXT, "落款单位", "答复的单位；不给则为政策中的发证机关"),
            Param("number", TEXT, "文号", "发文字号；不给则留空手填"),
            Param("on", DATE, "日期", "年-月-日；不给则为今天"),
            FONTS,
        ), "letter", store="read", in_dock=False),
        Verb("whatif", "试算", "改定额、系数、指标或政策的一项，看各村、斗口、灌区、各户的水量与今天相比怎样变；不采用则不改动工作文件。", (
            WORK,
            Param("lever", TEXTS, "改动", "写成“名称:对象=值”，可给多个，如 定额:玉米=-5%、η渠系:GQ01=0.62、指标:GQ01/地表水=12000000、"
                  "地表水比例=0.7、法定面积=SCMJ", required=True),
            Param("village", TEXT, "村", "只看这个村（12 位村代码）"),
            Param("out", NEW_FILE, "试算表", "把合计、各户和地块的增减写成表（*.xlsx）", filter="试算表 (*.xlsx)"),
            Param("adopt", FLAG, "采用", "采用这次试算：改定额表、指标表或政策，并重新核定", default=False),
            Param("seen", TEXT, "试算编号", "试算时给出的编号；那以后工作文件有改动的，不采用，请重新试算"),
        ), "whatif", in_dock=False),
        Verb("publish", "公示", "登记公示起止日期，按村生成公示表。", (
            WORK,
            Param("out", NEW_FOLDER, "输出文件夹", "公示表写到这个文件夹", required=True),
            VILLAGES,
            Param("start", DATE, "公示起始日期", "年-月-日；不给则为今天"),
            FONTS,
        ), "publish"),
        Verb("approve", "审核", "登记一级审核的结论。", (
            WORK,
            Param("level", CHOICE, "审核层级", "由哪一级审核", required=True, choices=codes.LEVEL),
            Param("zone", TEXT, "范围", "县、乡镇或村代码；不给则为全县"),
            Param("decision", CHOICE, "结论", "通过或退回", default="pass", choices=codes.DECISION),
            Param("who", TEXT, "审核人", "签字的人", required=True),
            Param("on", DATE, "审核日期", "年-月-日；不给则为今天"),
            Param("note", TEXT, "意见", "审核意见"),
        ), "approve"),
        Verb("certify", "发证", "生成农户、协会、斗口、村组等确权单位和用水户的水权证：公示期满、异议办结、各级审核通过之后才能发证。", (
            WORK,
            Param("out", NEW_FOLDER, "输出文件夹", "水权证写到这个文件夹", required=True),
            VILLAGES,
            Param("holder", TEXTS, "承包方", "只为这些承包方编码（18 位）各出一份；不给则按村合订"),
            Param("unit", TEXTS, "确权单位、用水户", "只为这些确权单位（协会、斗口、村组……）、用水户（企业、林场……）的编号各出一份"),
            Param("trial", FLAG, "试打", "只打样张：不发证号、不登记，每页标明“样张”", default=False),
            FONTS,
        ), "certify"),
        Verb("revoke", "注销水权证", "把有效的水权证标为作废，记入变更日志；权利有变时先注销，再重新核定、公示、审核、发证。", (
            WORK,
            Param("number", TEXTS, "证号", "要注销的水权证的证号，可给多个"),
            Param("village", TEXTS, "村", "注销这些村（12 位村代码）的全部有效水权证"),
            Param("why", TEXT, "原因", "为什么注销", required=True),
            Param("who", TEXT, "经办人", "由谁经办", required=True),
        ), "revoke", in_dock=False),
        Verb("ledger", "台账", "导出县区承包地水权确权台账（*.xlsx）。", (
            WORK,
            Param("out", NEW_FILE, "台账文件", "要写的台账（*.xlsx）", required=True, filter="台账 (*.xlsx)"),
        ), "ledger", store="read"),
        Verb("balance", "平衡表", "地块、户、村、灌区逐层合计，与各级指标对照：平，或差在哪里；合计收储候选。", (
            WORK,
            Param("out", NEW_FILE, "平衡表文件", "要写的平衡表（*.xlsx）；不给则只显示结论", filter="平衡表 (*.xlsx)"),
        ), "balance", store="read"),
        Verb("verify", "复算", "用另一套独立的程序从入库资料重新算一遍，逐地块、逐户、逐级指标与库中结果比较，列出每一处不一致。", (
            WORK,
            Param("out", NEW_FILE, "复算差异表", "把不一致的逐条写成表（*.xlsx）", filter="复算差异表 (*.xlsx)"),
        ), "verify", in_dock=False),
        Verb("status", "进度", "工作文件现在到了哪一步，各村情况如何，下一步做什么。", (
            WORK,
        ), "status", store="read", in_dock=False),
        Verb("selfcheck", "自检", "检查运行环境：Python 库、字体、数据读取、工作文件完整性。", (
            Param("work", FILE, "工作文件", "也检查这个工作文件（*.gpkg）", filter="工作文件 (*.gpkg)"),
        ), "selfcheck", store="", in_dock=False),
    )
}
