"""What the work itself adds: findings, sites, rights, publicity, approvals, certificates, audits."""

from . import codes
from .schema import DATE, DATETIME, INTEGER, REAL, TEXT, Field, Table
from .tables_land import FID, UUID
from .tables_records import RECORD

RESULT, REVIEW, FIELDWORK = "核定结果", "公示与审核", "外业核查"
SEVERITY = {"stop": "须改正", "review": "须复核", "notice": "提示"}
FINDING_STATE = {"open": "待处理", "accepted": "已认可", "fixed": "已改正"}

FINDING = Table(
    "finding", "问题", RESULT,
    (
        FID,
        Field("code", TEXT, "问题代码", required=True),
        Field("severity", TEXT, "程度", codes=SEVERITY, required=True),
        Field("stage", TEXT, "步骤", required=True),
        Field("subject", TEXT, "对象", required=True, note="地块编码、承包方编码、机井编号等"),
        Field("parcel_uuid", TEXT, "地块标识", references="parcel.uuid"),
        Field("village_code", TEXT, "村代码"),
        Field("message", TEXT, "说明", required=True),
        Field("remedy", TEXT, "处理办法"),
        Field("value", TEXT, "数值"),
        Field("source_file", TEXT, "来源文件"),
        Field("source_row", INTEGER, "来源行号"),
        Field("state", TEXT, "处理状态", codes=FINDING_STATE),
        Field("run_id", INTEGER, "运行号", references="run.run_id"),
    ),
    indexes=("code", "parcel_uuid", "village_code"),
)
FINDING_ACCEPTANCE = Table(
    "finding_acceptance", "问题的认可", RECORD,
    (
        FID,
        Field("code", TEXT, "问题代码", required=True),
        Field("subject", TEXT, "对象", required=True),
        Field("message", TEXT, "说明", required=True),
        Field("level", TEXT, "认可的级别", codes=codes.LEVEL, required=True),
        Field("why", TEXT, "理由", required=True),
        Field("who", TEXT, "认可人"),
        Field("decided_at", DATETIME, "认可时间"),
        Field("run_id", INTEGER, "运行号", references="run.run_id"),
    ),
    unique=(("code", "subject", "message"),), note="问题的代码、对象、说明都没有变的，重新检查、核定后仍然有效",
)
REGISTRY_LINK = Table(
    "registry_link", "名录匹配", RESULT,
    (
        Field("registry_fid", INTEGER, "名录序号", required=True),
        Field("registry_key", TEXT, "名录行", note="村|组|姓名|承包方编码|地块编码|地块名称|面积（0.01 亩）"),
        Field("parcel_uuid", TEXT, "地块标识"),
        Field("DKBM", TEXT, "匹配的地块编码", length=19),
        Field("CBFBM", TEXT, "匹配的承包方编码", length=18),
        Field("how", TEXT, "匹配依据", codes=codes.LINK_HOW),
        Field("score", INTEGER, "得分", note="0 至 100"),
        Field("margin", INTEGER, "领先分", note="比换一种配法高出的分数"),
        Field("decision", TEXT, "结论", codes=codes.LINK_DECISION, required=True),
        Field("reasons", TEXT, "理由"),
        Field("who", TEXT, "决定人"),
        Field("decided_at", DATETIME, "决定时间"),
    ),
    key="registry_fid", indexes=("DKBM", "decision"),
    note="地块编码为空、或图上没有该编码的名录行；编码对得上的名录行不在此表",
)
REGISTRY_CANDIDATE = Table(
    "registry_candidate", "名录匹配的候选", RESULT,
    (
        FID,
        Field("registry_fid", INTEGER, "名录序号", required=True),
        Field("registry_key", TEXT, "名录行", note="与名录匹配表相同"),
        Field("rank", INTEGER, "候选次序", required=True, note="1 为名录匹配表所列的地块"),
        Field("parcel_uuid", TEXT, "地块标识"),
        Field("DKBM", TEXT, "可能的地块编码", length=19),
        Field("CBFBM", TEXT, "可能的承包方编码", length=18),
        Field("score", INTEGER, "得分", note="0 至 100"),
        Field("reasons", TEXT, "理由"),
    ),
    indexes=("registry_fid", "DKBM"), note="待确认的名录行，每行至多五个",
)
REGISTRY_DECISION = Table(
    "registry_decision", "名录匹配的决定", RECORD,
    (
        FID,
        Field("registry_key", TEXT, "名录行", required=True),
        Field("DKBM", TEXT, "地块编码", required=True, length=19),
        Field("CBFBM", TEXT, "承包方编码", length=18),
        Field("decision", TEXT, "决定", codes={k: codes.LINK_DECISION[k] for k in (codes.ACCEPTED, codes.REJECTED)},
              required=True),
        Field("who", TEXT, "决定人"),
        Field("decided_at", DATETIME, "决定时间"),
        Field("run_id", INTEGER, "运行号", references="run.run_id"),
    ),
    unique=(("registry_key", "DKBM"),), note="重新导入后仍然有效",
)
PARCEL_SITE = Table(
    "parcel_site", "地块位置", RESULT,
    (
        Field("parcel_fid", INTEGER, "地块序号", required=True, references="parcel.fid"),
        Field("registry_fid", INTEGER, "名录序号", references="registry.fid"),
        Field("district_code", TEXT, "灌区代码"),
        Field("outlet_code", TEXT, "斗口代码"),
        Field("outlet_share", REAL, "斗口控制面积占比", note="跨斗口的地块为其中最大的一个"),
        Field("well_code", TEXT, "机井编号"),
        Field("well_distance_m", REAL, "至机井距离", unit="m"),
        Field("unapproved_kind", TEXT, "新开、复垦、未批类别", codes=codes.UNAPPROVED_KIND),
        Field("unapproved_m2_100", INTEGER, "占新开、复垦、未批面积", unit="0.01 m²"),
        Field("geometry_m2_100", INTEGER, "图形面积", unit="0.01 m²"),
        Field("forest_m2_100", INTEGER, "与林草地重叠面积", unit="0.01 m²"),
        Field("in_overdraft", INTEGER, "在超采区", codes=codes.YES_NO),
        Field("well_overdraft", INTEGER, "机井在超采区", codes=codes.YES_NO, note="空为没有机井，或检查时还没有这一项"),
        Field("well_spring", INTEGER, "机井在泉域保护区", codes=codes.YES_NO, note="空为没有机井，或检查时还没有这一项"),
        Field("source", TEXT, "水源", codes=codes.PARCEL_SOURCE),
        Field("defect", TEXT, "数据缺陷", note="使地块不能核定的问题代码，空为无"),
    ),
    key="parcel_fid",
)
PARCEL_OUTLET = Table(
    "parcel_outlet", "跨斗口地块的重叠", RESULT,
    (
        FID,
        Field("parcel_fid", INTEGER, "地块序号", required=True, references="parcel.fid"),
        Field("outlet_code", TEXT, "斗口代码", required=True),
        Field("overlap_m2_100", INTEGER, "在斗口控制范围内的面积", unit="0.01 m²", required=True),
    ),
    indexes=("parcel_fid", "outlet_code"), note="政策规定跨斗口的地块分开（sources.across_outlets 为 split）时才有，只列跨两个以上斗口的地块",
)
PARCEL_RIGHT = Table(
    "parcel_right", "地块水权", RESULT,
    (
        Field("parcel_fid", INTEGER, "地块序号", required=True, references="parcel.fid"),
        Field("run_id", INTEGER, "运行号", references="run.run_id", note="最近一次改变这一行的核定"),
        Field("state", TEXT, "状态", codes=codes.PARCEL_STATE, required=True),
        Field("reason", TEXT, "原因", note="未核定者：问题代码"),
        Field("holder_names", TEXT, "权利人", note="多户以顿号分隔"),
        Field("legal_mu_100", INTEGER, "法定面积", unit="0.01 亩"),
        Field("deducted_mu_100", INTEGER, "扣减面积", unit="0.01 亩"),
        Field("area_mu_100", INTEGER, "确权面积", unit="0.01 亩"),
        Field("source", TEXT, "水源", codes=codes.PARCEL_SOURCE),
        Field("crop", TEXT, "作物"),
        Field("method", TEXT, "灌溉方式"),
        Field("demand_m3_100", INTEGER, "定额水量", unit="0.01 m³"),
        Field("volume_m3_100", INTEGER, "核定水量", unit="0.01 m³"),
        Field("legal_mu", REAL, "法定面积", unit="亩", computed="legal_mu_100 / 100.0"),
        Field("area_mu", REAL, "确权面积", unit="亩", computed="area_mu_100 / 100.0"),
        Field("volume_m3", REAL, "核定水量", unit="m³", computed="volume_m3_100 / 100.0"),
    ),
    key="parcel_fid", indexes=("state",),
)
RIGHT_PART = Table(
    "right_part", "水权明细", RESULT,
    (
        Field("part_id", INTEGER, "明细号", required=True, note="地块序号 × 1,000,000 + 在地块中的次序"),
        Field("parcel_fid", INTEGER, "地块序号", required=True, references="parcel.fid"),
        Field("CBFBM", TEXT, "承包方编码", required=True),
        Field("source", TEXT, "水源类型", codes=codes.SOURCE, required=True),
        Field("legal_mu_100", INTEGER, "法定面积", unit="0.01 亩"),
        Field("deducted_mu_100", INTEGER, "扣减面积", unit="0.01 亩"),
        Field("area_mu_100", INTEGER, "确权面积", unit="0.01 亩"),
        Field("quota_fid", INTEGER, "定额序号", references="quota.fid"),
        Field("quota_m3_mu_100", INTEGER, "定额", unit="0.01 m³/亩"),
        Field("eta_e8", INTEGER, "灌溉水利用系数", unit="1e-8"),
        Field("district_code", TEXT, "灌区代码"),
        Field("outlet_code", TEXT, "斗口代码"),
        Field("well_code", TEXT, "机井编号"),
        Field("demand_m3_100", INTEGER, "定额水量", unit="0.01 m³"),
        Field("volume_m3_100", INTEGER, "核定水量", unit="0.01 m³"),
        Field("unit_id", TEXT, "确权单位水权编号", references="unit_right.unit_id", note="空为一户一水源（旧版核定的）"),
    ),
    key="part_id", indexes=("parcel_fid", "CBFBM", "unit_id", "quota_fid"),
)
HOLDER_RIGHT = Table(
    "holder_right", "户水权", RESULT,
    (
        Field("right_id", TEXT, "水权编号", required=True, note="承包方编码 + 水源"),
        Field("run_id", INTEGER, "运行号", references="run.run_id", note="最近一次改变这一行的核定"),
        Field("CBFBM", TEXT, "承包方编码", required=True),
        Field("holder_name", TEXT, "权利人"),
        Field("village_code", TEXT, "村代码"),
        Field("source", TEXT, "水源类型", codes=codes.SOURCE, required=True),
        Field("parcels", INTEGER, "地块数"),
        Field("area_mu_100", INTEGER, "确权面积", unit="0.01 亩"),
        Field("demand_m3_100", INTEGER, "定额水量", unit="0.01 m³"),
        Field("volume_m3_100", INTEGER, "核定水量", unit="0.01 m³"),
        Field("area_mu", REAL, "确权面积", unit="亩", computed="area_mu_100 / 100.0"),
        Field("volume_m3", REAL, "核定水量", unit="m³", computed="volume_m3_100 / 100.0"),
    ),
    key="right_id", indexes=("CBFBM", "village_code"),
)
UNIT_RIGHT = Table(
    "unit_right", "确权单位水权", RESULT,
    (
        Field("unit_id", TEXT, "确权单位水权编号", required=True, note="一户一水源的与户水权的水权编号相同"),
        Field("run_id", INTEGER, "运行号", references="run.run_id", note="最近一次改变这一行的核定"),
        Field("unit_kind", TEXT, "确权单位", codes=codes.UNIT_KIND, required=True),
        Field("unit_code", TEXT, "单位代码", required=True),
        Field("unit_name", TEXT, "单位名称"),
        Field("source", TEXT, "水源类型", codes=codes.SOURCE, required=True),
        Field("members", INTEGER, "成员户数"),
        Field("parcels", INTEGER, "地块数"),
        Field("area_mu_100", INTEGER, "确权面积", unit="0.01 亩"),
        Field("quota_m3_mu_100", INTEGER, "综合定额", unit="0.01 m³/亩", note="只有按综合定额核定的才有；跨灌区而不止一个的为空"),
        Field("weight_e4", INTEGER, "面积乘定额之和", unit="0.0001 m³", note="只有按综合定额核定的才有：分到明细时的总权数"),
        Field("demand_m3_100", INTEGER, "定额水量", unit="0.01 m³"),
        Field("volume_m3_100", INTEGER, "核定水量", unit="0.01 m³"),
        Field("last_remainder", TEXT, "最后进位的余数", note="按综合定额分到地块时，余数不小于它的明细多得一个取整单位"),
        Field("last_key", TEXT, "最后进位的明细", note="地块编码|承包方编码，跨斗口分开的再加|斗口代码；余数相同时按此先后"),
        Field("area_mu", REAL, "确权面积", unit="亩", computed="area_mu_100 / 100.0"),
        Field("volume_m3", REAL, "核定水量", unit="m³", computed="volume_m3_100 / 100.0"),
    ),
    key="unit_id", indexes=("unit_code",), note="明细之和等于单位水权，成员见水权明细",
)
USER_RIGHT = Table(
    "user_right", "用水户水权", RESULT,
    (
        Field("user_id", TEXT, "用水户水权编号", required=True, note="类别-用水户编号-水源"),
        Field("run_id", INTEGER, "运行号", references="run.run_id"),
        Field("user_kind", TEXT, "用水户类别", codes=codes.USER_KIND, required=True),
        Field("user_code", TEXT, "用水户编号", required=True),
        Field("user_name", TEXT, "用水户名称"),
        Field("industry", TEXT, "行业", codes=codes.INDUSTRY),
        Field("village_code", TEXT, "村代码"),
        Field("district_code", TEXT, "灌区代码"),
        Field("source", TEXT, "水源类型", codes=codes.SOURCE),
        Field("area_mu_100", INTEGER, "面积", unit="0.01 亩", note="林草地"),
        Field("permit_number", TEXT, "取水许可证号"),
        Field("permit_until", DATE, "许可有效期止"),
        Field("quota_m3_100", INTEGER, "定额水量", unit="0.01 m³"),
        Field("permit_m3_100", INTEGER, "许可水量", unit="0.01 m³"),
        Field("volume_m3_100", INTEGER, "核定水量", unit="0.01 m³"),
        Field("state", TEXT, "状态", codes=codes.USER_STATE, required=True),
        Field("reason", TEXT, "原因", note="未核定或核减者：问题代码"),
        Field("volume_m3", REAL, "核定水量", unit="m³", computed="volume_m3_100 / 100.0"),
    ),
    key="user_id", indexes=("user_code",), note="林草地、取水许可用水户、公共供水管网用水户",
)
CAP_RESULT = Table(
    "cap_result", "指标执行", RESULT,
    (
        FID,
        Field("run_id", INTEGER, "运行号", references="run.run_id", note="最近一次改变这一行的核定"),
        Field("cap_level", TEXT, "层级", codes=codes.CAP_LEVEL),
        Field("cap_code", TEXT, "代码", note="空为上级之下未归入这一层级的"),
        Field("cap_name", TEXT, "名称"),
        Field("source", TEXT, "水源类型", codes=codes.SOURCE),
        Field("mode", TEXT, "方式", codes=codes.CAP_MODE),
        Field("demand_m3_100", INTEGER, "定额水量", unit="0.01 m³"),
        Field("cap_m3_100", INTEGER, "指标水量", unit="0.01 m³"),
        Field("volume_m3_100", INTEGER, "核定水量", unit="0.01 m³"),
        Field("last_remainder", TEXT, "最后进位的余数", note="同比例核减时，余数不小于它的明细多得一个取整单位"),
        Field("last_key", TEXT, "最后进位的明细", note="地块编码|承包方编码，跨斗口分开的再加|斗口代码；余数相同时按此先后"),
        Field("parent_fid", INTEGER, "上级序号", references="cap_result.fid"),
        Field("reserve_m3_100", INTEGER, "预留水量", unit="0.01 m³"),
        Field("limit_m3_100", INTEGER, "最多可得水量", unit="0.01 m³", note="本级指标减去预留，与下级最多可得之和，取小者"),
        Field("cut_m3_100", INTEGER, "核减水量", unit="0.01 m³", computed="demand_m3_100 - volume_m3_100"),
    ),
    indexes=("parent_fid",),
)
CAP_CLASS = Table(
    "cap_class", "指标执行分类", RESULT,
    (
        FID,
        Field("cap_fid", INTEGER, "指标执行序号", required=True, references="cap_result.fid"),
        Field("class_number", INTEGER, "先后", note="1 最先"),
        Field("class_name", TEXT, "类别"),
        Field("demand_m3_100", INTEGER, "定额水量", unit="0.01 m³"),
        Field("volume_m3_100", INTEGER, "核定水量", unit="0.01 m³"),
        Field("last_remainder", TEXT, "最后进位的余数"),
        Field("last_key", TEXT, "最后进位的明细", note="地块编码|承包方编码，跨斗口分开的再加|斗口代码"),
    ),
    indexes=("cap_fid",), note="只在政策按优先序核减时有：每一级指标下各类分到多少",
)
PUBLICITY = Table(
    "publicity", "村级公示", REVIEW,
    (
        FID,
        UUID,
        Field("village_code", TEXT, "村代码", required=True),
        Field("start_date", DATE, "公示起始日期", required=True),
        Field("end_date", DATE, "公示截止日期", required=True),
        Field("days", INTEGER, "公示天数"),
        Field("confirm_run", INTEGER, "核定运行号", references="run.run_id"),
        Field("run_id", INTEGER, "运行号", references="run.run_id"),
    ),
    edited=True, indexes=("village_code",), unique=(("uuid",),),
)
OBJECTION = Table(
    "objection", "异议", REVIEW,
    (
        FID,
        UUID,
        Field("village_code", TEXT, "村代码", required=True),
        Field("parcel_uuid", TEXT, "地块标识", references="parcel.uuid"),
        Field("objector", TEXT, "异议人"),
        Field("content", TEXT, "异议内容", required=True),
        Field("received_on", DATE, "收到日期"),
        Field("state", TEXT, "状态", codes=codes.OBJECTION_STATE, required=True),
        Field("outcome", TEXT, "复核意见"),
        Field("closed_on", DATE, "办结日期"),
    ),
    edited=True, indexes=("village_code",), unique=(("uuid",),),
)
APPROVAL = Table(
    "approval", "审核", REVIEW,
    (
        FID,
        UUID,
        Field("level", TEXT, "审核层级", codes=codes.LEVEL, required=True),
        Field("zone_code", TEXT, "范围代码", required=True, note="县、乡或村代码，含其下全部"),
        Field("decision", TEXT, "结论", codes=codes.DECISION, required=True),
        Field("who", TEXT, "审核人", required=True),
        Field("decided_on", DATE, "审核日期", required=True),
        Field("note", TEXT, "意见"),
        Field("confirm_run", INTEGER, "核定运行号", references="run.run_id"),
    ),
    edited=True, unique=(("uuid",),),
)
CERTIFICATE = Table(
    "certificate", "水权证", REVIEW,
    (
        Field("number", TEXT, "证号", required=True),
        Field("CBFBM", TEXT, "承包方编码", required=True, note="发给农户以外的单位、用水户的为空文字"),
        Field("holder_name", TEXT, "权利人"),
        Field("village_code", TEXT, "村代码"),
        Field("source", TEXT, "水源类型", codes=codes.SOURCE, required=True),
        Field("area_mu_100", INTEGER, "确权面积", unit="0.01 亩"),
        Field("volume_m3_100", INTEGER, "年度水权额度", unit="0.01 m³"),
        Field("valid_from", DATE, "有效期起"),
        Field("valid_to", DATE, "有效期止"),
        Field("check_value", TEXT, "校验值"),
        Field("demo", INTEGER, "示例", codes={"1": "示例数据", "0": "正式"}),
        Field("state", TEXT, "状态", codes=codes.CERTIFICATE_STATE),
        Field("confirm_run", INTEGER, "核定运行号", references="run.run_id"),
        Field("run_id", INTEGER, "运行号", references="run.run_id"),
        Field("unit_kind", TEXT, "权利人类别", codes=codes.CERTIFIED_KIND, note="空为农户（旧版发的证）"),
        Field("unit_code", TEXT, "单位代码", note="确权单位代码、用水户编号；空为承包方编码（旧版发的证）"),
    ),
    key="number", indexes=("CBFBM", "village_code"),
)
AUDIT = Table(
    "audit", "外业核查", FIELDWORK,
    (
        FID,
        UUID,
        Field("parcel_uuid", TEXT, "地块标识", required=True, references="parcel.uuid"),
        Field("result", TEXT, "核查结论", codes=codes.AUDIT_RESULT, required=True),
        Field("crop", TEXT, "现场作物"),
        Field("method", TEXT, "现场灌溉方式"),
        Field("source", TEXT, "现场水源", codes=codes.PARCEL_SOURCE),
        Field("area_mu", REAL, "现场面积", unit="亩"),
        Field("auditor", TEXT, "核查人", required=True),
        Field("audited_on", DATE, "核查日期", required=True),
        Field("note", TEXT, "核查说明"),
    ),
    edited=True, indexes=("parcel_uuid",), unique=(("uuid",),),
)
EVIDENCE = Table(
    "evidence", "影像证据", FIELDWORK,
    (
        FID,
        UUID,
        Field("parcel_uuid", TEXT, "地块标识", required=True, references="parcel.uuid"),
        Field("photo", TEXT, "照片", note="相对于工作文件的路径"),
        Field("taken_on", DATETIME, "拍摄时间"),
        Field("caption", TEXT, "说明"),
    ),
    edited=True, indexes=("parcel_uuid",), unique=(("uuid",),),
)

TABLES = (
    FINDING, FINDING_ACCEPTANCE, REGISTRY_LINK, REGISTRY_CANDIDATE, REGISTRY_DECISION, PARCEL_SITE, PARCEL_OUTLET, PARCEL_RIGHT,
    RIGHT_PART, HOLDER_RIGHT, UNIT_RIGHT, USER_RIGHT, CAP_RESULT, CAP_CLASS, PUBLICITY, OBJECTION, APPROVAL, CERTIFICATE, AUDIT,
    EVIDENCE,
)
