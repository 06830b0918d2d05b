<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.16-Białowieża" styleCategories="Fields|Forms|AttributeTable">
 <fieldConfiguration>
  <field name="fid" configurationFlags="None">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field name="code" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="图形无效已修复" value="GEOMETRY_REPAIRED"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="无图形" value="GEOMETRY_MISSING"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="姓名或文字乱码" value="NAME_DAMAGED"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="取值读不懂" value="VALUE_UNREADABLE"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="缺编码的行" value="ROW_INCOMPLETE"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="编码属别的县" value="CODE_OTHER_COUNTY"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="地块编码不合规" value="CODE_MALFORMED"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="地块编码重复" value="CODE_DUPLICATE"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="地块无承包方" value="HOLDER_LINK_MISSING"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="承包方不存在" value="HOLDER_UNKNOWN"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="有权属无图斑" value="PARCEL_UNKNOWN"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="一地多户" value="SHARED_PARCEL"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="份额之和不等于地块面积" value="SHARE_SUM"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="同村同名" value="SAME_NAME"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="名录外" value="OUTSIDE_REGISTRY"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="待确认匹配" value="REGISTRY_REVIEW"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="名录有而图上无" value="REGISTRY_UNMATCHED"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="名录重复" value="REGISTRY_DUPLICATE"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="无法定面积" value="AREA_MISSING"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="面积单位可疑" value="AREA_UNIT"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="实测面积与图形不符" value="AREA_GEOMETRY"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="合同面积与实测不符" value="AREA_CONTRACT"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="名录面积与合同不符" value="AREA_REGISTRY"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="图斑重叠" value="PARCEL_OVERLAP"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="图形重合" value="GEOMETRY_DUPLICATE"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="交界处窄条重叠" value="PARCEL_SLIVER"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="交界处缝隙" value="PARCEL_GAP"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="非承包地" value="NOT_CONTRACT_LAND"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="林地" value="FOREST_LAND"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="占新开、复垦、未批耕地" value="UNAPPROVED_OVERLAP"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="不在任何灌区" value="OUTSIDE_DISTRICT"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="无水源" value="NO_SOURCE"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="机井无取水许可" value="WELL_NO_PERMIT"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="机井已关停" value="WELL_CLOSED"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="机井在超采区" value="WELL_OVERDRAFT"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="缺定额" value="QUOTA_MISSING"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="缺作物" value="CROP_MISSING"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="缺灌溉方式" value="METHOD_MISSING"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="缺混合水源比例" value="MIX_SHARE_MISSING"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="无取水许可" value="NO_PERMIT"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="超采区的地下水" value="OVERDRAFT_GROUND"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="缺许可起始日期" value="PERMIT_DATE_MISSING"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="泉域保护区的地下水" value="SPRING_GROUND"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="政策未定" value="SETTING_BLANK"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="确权单位未定" value="UNIT_UNDECIDED"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="不在任何确权单位" value="UNIT_MISSING"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="同属几个确权单位" value="UNIT_AMBIGUOUS"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="分管面积与成员面积不符" value="UNIT_AREA"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="缺种植结构" value="CROP_MIX_MISSING"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="机井超许可水量" value="WELL_OVER_PERMIT"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="取水许可已过期" value="PERMIT_EXPIRED"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="取水许可即将到期" value="PERMIT_RENEWAL"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="核查表缺资料" value="PERMIT_DATA"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="按定额核减" value="PERMIT_CUT"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="用水超过核定水量" value="OVER_QUOTA"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="长期占而不用" value="PERMIT_IDLE"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="不是用水大户" value="NETWORK_SMALL"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="管网核查表缺资料" value="NETWORK_DATA"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="缺林草用水量" value="FOREST_VOLUME_MISSING"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="用水户编号重复" value="USER_DUPLICATE"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="须装计量设施" value="METERING_REQUIRED"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="重点监控用水单位" value="KEY_USER"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="缺指标" value="CAP_MISSING"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="超指标" value="CAP_EXCEEDED"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="指标没有执行" value="CAP_UNUSED"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="severity" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="须改正" value="stop"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="须复核" value="review"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="提示" value="notice"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="stage" configurationFlags="None">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field name="subject" configurationFlags="None">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field name="parcel_uuid" configurationFlags="None">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field name="village_code" configurationFlags="None">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field name="message" configurationFlags="None">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field name="remedy" configurationFlags="None">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field name="value" configurationFlags="None">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field name="source_file" configurationFlags="None">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field name="source_row" configurationFlags="None">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field name="state" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="待处理" value="open"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="已认可" value="accepted"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="已改正" value="fixed"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="run_id" configurationFlags="None">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
 </fieldConfiguration>
 <aliases>
  <alias name="序号" field="fid" index="0"/>
  <alias name="问题代码" field="code" index="1"/>
  <alias name="程度" field="severity" index="2"/>
  <alias name="步骤" field="stage" index="3"/>
  <alias name="对象" field="subject" index="4"/>
  <alias name="地块标识" field="parcel_uuid" index="5"/>
  <alias name="村代码" field="village_code" index="6"/>
  <alias name="说明" field="message" index="7"/>
  <alias name="处理办法" field="remedy" index="8"/>
  <alias name="数值" field="value" index="9"/>
  <alias name="来源文件" field="source_file" index="10"/>
  <alias name="来源行号" field="source_row" index="11"/>
  <alias name="处理状态" field="state" index="12"/>
  <alias name="运行号" field="run_id" index="13"/>
 </aliases>
 <defaults>
  <default expression="" field="fid" applyOnUpdate="0"/>
  <default expression="" field="code" applyOnUpdate="0"/>
  <default expression="" field="severity" applyOnUpdate="0"/>
  <default expression="" field="stage" applyOnUpdate="0"/>
  <default expression="" field="subject" applyOnUpdate="0"/>
  <default expression="" field="parcel_uuid" applyOnUpdate="0"/>
  <default expression="" field="village_code" applyOnUpdate="0"/>
  <default expression="" field="message" applyOnUpdate="0"/>
  <default expression="" field="remedy" applyOnUpdate="0"/>
  <default expression="" field="value" applyOnUpdate="0"/>
  <default expression="" field="source_file" applyOnUpdate="0"/>
  <default expression="" field="source_row" applyOnUpdate="0"/>
  <default expression="" field="state" applyOnUpdate="0"/>
  <default expression="" field="run_id" applyOnUpdate="0"/>
 </defaults>
 <constraints>
  <constraint unique_strength="0" exp_strength="0" field="fid" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="code" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="severity" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="stage" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="subject" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="parcel_uuid" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="village_code" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="message" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="remedy" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="value" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="source_file" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="source_row" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="state" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="run_id" notnull_strength="0" constraints="0"/>
 </constraints>
 <constraintExpressions>
  <constraint desc="" field="fid" exp=""/>
  <constraint desc="" field="code" exp=""/>
  <constraint desc="" field="severity" exp=""/>
  <constraint desc="" field="stage" exp=""/>
  <constraint desc="" field="subject" exp=""/>
  <constraint desc="" field="parcel_uuid" exp=""/>
  <constraint desc="" field="village_code" exp=""/>
  <constraint desc="" field="message" exp=""/>
  <constraint desc="" field="remedy" exp=""/>
  <constraint desc="" field="value" exp=""/>
  <constraint desc="" field="source_file" exp=""/>
  <constraint desc="" field="source_row" exp=""/>
  <constraint desc="" field="state" exp=""/>
  <constraint desc="" field="run_id" exp=""/>
 </constraintExpressions>
 <expressionfields/>
 <attributetableconfig sortOrder="0" sortExpression="" actionWidgetStyle="dropDown">
  <columns>
   <column type="field" name="fid" hidden="1" width="-1"/>
   <column type="field" name="code" hidden="0" width="-1"/>
   <column type="field" name="severity" hidden="0" width="-1"/>
   <column type="field" name="stage" hidden="0" width="-1"/>
   <column type="field" name="subject" hidden="0" width="-1"/>
   <column type="field" name="parcel_uuid" hidden="1" width="-1"/>
   <column type="field" name="village_code" hidden="0" width="-1"/>
   <column type="field" name="message" hidden="0" width="-1"/>
   <column type="field" name="remedy" hidden="0" width="-1"/>
   <column type="field" name="value" hidden="0" width="-1"/>
   <column type="field" name="source_file" hidden="1" width="-1"/>
   <column type="field" name="source_row" hidden="1" width="-1"/>
   <column type="field" name="state" hidden="0" width="-1"/>
   <column type="field" name="run_id" hidden="1" width="-1"/>
   <column type="actions" hidden="1" width="-1"/>
  </columns>
 </attributetableconfig>
 <conditionalstyles>
  <rowstyles/>
  <fieldstyles/>
 </conditionalstyles>
 <storedexpressions/>
 <editform tolerant="1"></editform>
 <editforminit/>
 <editforminitcodesource>0</editforminitcodesource>
 <editforminitfilepath></editforminitfilepath>
 <editforminitcode><![CDATA[]]></editforminitcode>
 <featformsuppress>0</featformsuppress>
 <editorlayout>tablayout</editorlayout>
 <attributeEditorForm>
  <attributeEditorField name="code" showLabel="1" index="1"/>
  <attributeEditorField name="severity" showLabel="1" index="2"/>
  <attributeEditorField name="stage" showLabel="1" index="3"/>
  <attributeEditorField name="subject" showLabel="1" index="4"/>
  <attributeEditorField name="village_code" showLabel="1" index="6"/>
  <attributeEditorField name="message" showLabel="1" index="7"/>
  <attributeEditorField name="remedy" showLabel="1" index="8"/>
  <attributeEditorField name="value" showLabel="1" index="9"/>
  <attributeEditorField name="state" showLabel="1" index="12"/>
 </attributeEditorForm>
 <editable/>
 <labelOnTop/>
 <reuseLastValue/>
 <dataDefinedFieldProperties/>
 <widgets/>
 <layerGeometryType>4</layerGeometryType>
</qgis>
