"""What the work file remembers of itself: settings, policies, runs, edits, the journal, where parcels and holders went."""

from . import codes
from .schema import DATETIME, INTEGER, REAL, TEXT, Field, Table
from .tables_land import FID

RECORD = "运行记录"
LINEAGE_RELATION = {"recoded": "改编码", "split": "分割、分户", "merged": "合并、合户", "redrawn": "重划", "reassigned": "编码另给他户",
                    "vanished": "消失"}

SETTING = Table(
    "setting", "设置", RECORD,
    (Field("name", TEXT, "名称", required=True), Field("value", TEXT, "值")),
    key="name", note="模式版本、县名、坐标系等",
)
POLICY = Table(
    "policy", "政策", RECORD,
    (
        Field("sha256", TEXT, "摘要", required=True, length=64),
        Field("name", TEXT, "名称"),
        Field("content", TEXT, "政策全文", note="YAML 原文"),
        Field("parsed", TEXT, "政策内容", note="同一内容的 JSON，供不带 YAML 库的程序读取"),
        Field("file_name", TEXT, "文件名"),
        Field("adopted_at", DATETIME, "采用时间"),
        Field("current", INTEGER, "现行", codes=codes.YES_NO),
    ),
    key="sha256",
)
RUN = Table(
    "run", "运行记录", RECORD,
    (
        Field("run_id", INTEGER, "运行号", required=True),
        Field("verb", TEXT, "步骤", required=True),
        Field("started_at", DATETIME, "开始时间"),
        Field("ended_at", DATETIME, "结束时间"),
        Field("who", TEXT, "操作人"),
        Field("product_version", TEXT, "软件版本"),
        Field("policy_sha256", TEXT, "政策摘要"),
        Field("input_sha256", TEXT, "输入摘要", note="同一步骤输入摘要不变则不再运行"),
        Field("inputs", TEXT, "输入", note="JSON：文件名、字节数、SHA-256"),
        Field("params", TEXT, "参数", note="JSON"),
        Field("counts", TEXT, "计数", note="JSON"),
    ),
    key="run_id", indexes=("verb",),
)
EDIT = Table(
    "edit", "编辑记录", RECORD,
    (
        Field("edit_id", INTEGER, "编辑序号", required=True),
        Field("table_name", TEXT, "表名", required=True),
        Field("row_key", INTEGER, "行的序号", note="所编辑的行的主键；成批写入的为空"),
        Field("action", TEXT, "动作", codes={"insert": "新增", "update": "修改", "delete": "删除", "whole": "成批写入"}, required=True),
        Field("columns", TEXT, "改动的字段", note="逗号分隔；只有修改的有"),
        Field("DKBM", TEXT, "原地块编码", note="修改、删除之前的"),
        Field("CBFBM", TEXT, "原承包方编码", note="修改、删除之前的"),
        Field("well_code", TEXT, "原机井编号", note="修改、删除之前的"),
        Field("earlier_box", TEXT, "原图形范围", note="修改、删除之前图形的开头 40 字节，十六进制"),
    ),
    key="edit_id", indexes=("table_name",),
    note="由触发器登记，谁用什么软件编辑都记；检查、核定据此只重算有关的部分，都看过的即清除",
)
JOURNAL = Table(
    "journal", "变更日志", RECORD,
    (
        Field("seq", INTEGER, "序号", required=True),
        Field("at", DATETIME, "时间", required=True),
        Field("who", TEXT, "操作人"),
        Field("verb", TEXT, "步骤"),
        Field("run_id", INTEGER, "运行号"),
        Field("subject_table", TEXT, "对象表"),
        Field("subject_key", TEXT, "对象"),
        Field("before", TEXT, "变更前", note="JSON"),
        Field("after", TEXT, "变更后", note="JSON"),
        Field("why", TEXT, "原因"),
        Field("previous_hash", TEXT, "前一条摘要", length=64),
        Field("hash", TEXT, "摘要", length=64),
    ),
    key="seq", indexes=("subject_key",),
)
LINEAGE = Table(
    "lineage", "沿革", RECORD,
    (
        FID,
        Field("subject", TEXT, "对象", codes={"parcel": "地块", "holder": "承包方"}, required=True),
        Field("relation", TEXT, "沿革关系", codes=LINEAGE_RELATION, required=True),
        Field("old_key", TEXT, "原编码", required=True, note="地块编码或承包方编码"),
        Field("old_uuid", TEXT, "原地块标识", note="改编码的地块标识不变"),
        Field("new_key", TEXT, "新编码", note="消失的为空"),
        Field("new_uuid", TEXT, "新地块标识"),
        Field("share", REAL, "占比", note="地块：占原地块面积；承包方：占原户人口"),
        Field("run_id", INTEGER, "运行号", references="run.run_id"),
    ),
    indexes=("old_key", "new_key"), note="再次导入时，编码、分合有变的地块和承包方的来去；未变和新增的不记",
)

TABLES = (SETTING, POLICY, RUN, EDIT, JOURNAL, LINEAGE)
