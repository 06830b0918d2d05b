"""What would have to change for another outcome, by the reason that stopped a parcel. Standard library only."""

AGAIN = "更正后重新检查、核定"

REMEDIES = {
    "NOT_CONTRACT_LAND": (
        "只有地块类别为承包地块的二轮延包地才能核定",
        f"类别登记有误的，凭承包合同或经营权证由农业农村部门更正地块类别（DKLB），{AGAIN}",
    ),
    "FOREST_LAND": (
        "林草地的水量由林草部门按灌区取水许可批复的林草用水量另行核定",
        f"实际为耕地的，由自然资源、林草部门更正土地用途（TDYT）或林草地图斑，{AGAIN}",
    ),
    "OUTSIDE_REGISTRY": (
        "确属二轮延包地的，由村委会提出、农业农村部门出具证明，把该地块补入二轮延包地名录",
        "名录更正后重新导入名录、检查、核定；不属二轮延包地的，不予确定",
    ),
    "HOLDER_LINK_MISSING": (f"在承包地块信息（CBDKXX）中补录该地块的承包方，{AGAIN}",),
    "HOLDER_UNKNOWN": (f"在承包方（CBF）表中补录该承包方，或更正承包地块信息中的承包方编码，{AGAIN}",),
    "AREA_MISSING": (f"补录法定面积（政策规定的面积字段），{AGAIN}",),
    "NO_SOURCE": (
        f"实际由某斗口供水的，更正斗口控制范围，{AGAIN}",
        f"实际由机井供水的，机井须正常使用并有取水许可，更新机井图层，{AGAIN}",
    ),
    "OUTSIDE_DISTRICT": (f"灌区界线有误的，由水务部门更正灌区图层，{AGAIN}",),
    "UNAPPROVED_OVERLAP": (
        "新开、复垦、未批耕地一律不予确定水权",
        f"图斑界线有误或已依法批准为二轮延包面积的，由自然资源、农业农村部门更正新开、复垦、未批耕地图层，{AGAIN}",
    ),
    "CROP_MISSING": ("在名录中填写作物，或由县区在政策 quota.default_crop 中设默认作物，再重新核定",),
    "METHOD_MISSING": ("在名录中填写灌溉方式，或由县区在政策 quota.default_method 中设默认值，再重新核定",),
    "MIX_SHARE_MISSING": ("由县区在政策 sources.mixed_surface_share 中填写混合地块的地表水面积比例，再重新核定",),
    "QUOTA_MISSING": ("由水务部门在定额表中补上这一行（定额和两个利用系数都要填），再重新核定",),
    "NO_PERMIT": (f"灌区取得取水许可证后，由水务部门在灌区图层补填取水许可证号，{AGAIN}",),
    "OVERDRAFT_GROUND": ("超采区退出后由水务部门更新超采区图层，或改用地表水等其他水源，再重新检查、核定",),
    "PERMIT_DATE_MISSING": (f"在机井图层补填许可有效期起；早于政策规定之日的不是新增，{AGAIN}",),
    "WELL_PERMIT_EXPIRED": ("机井的取水许可延续后，由水务部门在机井图层更新许可有效期，再重新核定；没有延续的不得取水",),
    "SPRING_GROUND": ("改用泉域以外的水源；泉域保护区界线有误的，由水务部门更正图层，再重新检查、核定",),
    "SETTING_BLANK": ("由县区在政策文件中填写空着的设置，再重新核定",),
    "UNIT_UNDECIDED": ("由水务部门在灌区图层补填规模、在斗口或机井图层补填计量情况；政策没有规定的，由县区在 units.rules 或 unit 中规定",),
    "UNIT_MISSING": ("由协会或村集体把该户（地块）补入确权单位成员表，或由县区在政策 units.unlisted 中规定，再重新核定",),
    "UNIT_AMBIGUOUS": ("在确权单位成员表中只留一个单位，再重新核定",),
    "CROP_MIX_MISSING": ("由水务、农业农村部门在种植结构表中补上该灌区的作物和比例，再重新导入、核定",),
    "PERMIT_CUT": ("规模、单位定额或许可水量有误的，更正核查表、行业用水定额表后重新核定；无误的，按定额核减的水量列为收储候选",),
    "PERMIT_IDLE": (
        "由主管部门会同审批部门核定合理用水量，填入核查表后重新核定",
        "少用是因为非财政投资节水或水权有偿出让的，在核查表填写免予核减事由，再重新核定",
    ),
    "PERMIT_EXPIRED": ("延续取水许可，在核查表填写新的有效期，再重新核定",),
    "NETWORK_SMALL": ("年用水量有误的，更正核查表后重新核定；没有超过规定水量的不单独确权",),
    "CAP_MISSING": ("由水务部门在用水总量指标表中补上这一行，再重新核定",),
}

USER_REMEDIES = {
    "NO_PERMIT": ("取得取水许可证后，在核查表补填证号，再重新核定",),
    "OVERDRAFT_GROUND": ("超采区退出后更正核查表，或改用地表水等其他水源，再重新核定",),
    "PERMIT_DATE_MISSING": ("在核查表补填许可有效期起，再重新核定",),
    "SPRING_GROUND": ("改用泉域以外的水源，更正核查表，再重新核定",),
}
"""The same where the reason stopped a permit holder or a user of a public network."""
