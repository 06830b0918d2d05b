<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.16-Białowieża" styleCategories="Fields|Forms|AttributeTable">
 <fieldConfiguration>
  <field name="fid" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="uuid" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="DKBM" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="DKMC" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="SYQXZ" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="国有土地所有权" value="10"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="集体土地所有权" value="30"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="村民小组" value="31"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="村级集体经济组织" value="32"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="乡级集体经济组织" value="33"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="其他农民集体经济组织" value="34"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="DKLB" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="承包地块" value="10"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="自留地" value="21"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="机动地" value="22"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="开荒地" value="23"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="其他集体土地" value="99"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="TDLYLX" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="DLDJ" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="1等" value="01"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="2等" value="02"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="3等" value="03"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="4等" value="04"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="5等" value="05"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="6等" value="06"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="7等" value="07"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="8等" value="08"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="9等" value="09"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="10等" value="10"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="TDYT" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="种植业" value="1"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="林业" value="2"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="畜牧业" value="3"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="渔业" value="4"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="非农业用途" value="5"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="SFJBNT" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="是" value="1"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="否" value="2"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="SCMJ" configurationFlags="None">
   <editWidget type="Range">
    <config>
     <Option type="Map">
      <Option type="bool" name="AllowNull" value="true"/>
      <Option type="double" name="Max" value="1e+08"/>
      <Option type="double" name="Min" value="0"/>
      <Option type="int" name="Precision" value="2"/>
      <Option type="double" name="Step" value="0.1"/>
      <Option type="QString" name="Style" value="SpinBox"/>
      <Option type="QString" name="Suffix" value=""/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="SCMJM" configurationFlags="None">
   <editWidget type="Range">
    <config>
     <Option type="Map">
      <Option type="bool" name="AllowNull" value="true"/>
      <Option type="double" name="Max" value="100000"/>
      <Option type="double" name="Min" value="0"/>
      <Option type="int" name="Precision" value="2"/>
      <Option type="double" name="Step" value="0.1"/>
      <Option type="QString" name="Style" value="SpinBox"/>
      <Option type="QString" name="Suffix" value=""/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="DKDZ" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="DKXZ" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="DKNZ" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="DKBZ" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="DKBZXX" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="true"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="ZJRXM" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="geometry_m2" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="village_code" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="village_name" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="source_file" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="source_row" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
 </fieldConfiguration>
 <aliases>
  <alias name="序号" field="fid" index="0"/>
  <alias name="唯一标识" field="uuid" index="1"/>
  <alias name="地块编码" field="DKBM" index="2"/>
  <alias name="地块名称" field="DKMC" index="3"/>
  <alias name="所有权性质" field="SYQXZ" index="4"/>
  <alias name="地块类别" field="DKLB" index="5"/>
  <alias name="土地利用类型" field="TDLYLX" index="6"/>
  <alias name="地力等级" field="DLDJ" index="7"/>
  <alias name="土地用途" field="TDYT" index="8"/>
  <alias name="是否基本农田" field="SFJBNT" index="9"/>
  <alias name="实测面积（m²）" field="SCMJ" index="10"/>
  <alias name="实测面积（亩）" field="SCMJM" index="11"/>
  <alias name="地块东至" field="DKDZ" index="12"/>
  <alias name="地块西至" field="DKXZ" index="13"/>
  <alias name="地块南至" field="DKNZ" index="14"/>
  <alias name="地块北至" field="DKBZ" index="15"/>
  <alias name="地块备注信息" field="DKBZXX" index="16"/>
  <alias name="指界人姓名" field="ZJRXM" index="17"/>
  <alias name="图形面积（m²）" field="geometry_m2" index="18"/>
  <alias name="村代码" field="village_code" index="19"/>
  <alias name="村名称" field="village_name" index="20"/>
  <alias name="来源文件" field="source_file" index="21"/>
  <alias name="来源行号" field="source_row" index="22"/>
 </aliases>
 <defaults>
  <default expression="" field="fid" applyOnUpdate="0"/>
  <default expression="uuid('WithoutBraces')" field="uuid" applyOnUpdate="0"/>
  <default expression="" field="DKBM" applyOnUpdate="0"/>
  <default expression="" field="DKMC" applyOnUpdate="0"/>
  <default expression="" field="SYQXZ" applyOnUpdate="0"/>
  <default expression="" field="DKLB" applyOnUpdate="0"/>
  <default expression="" field="TDLYLX" applyOnUpdate="0"/>
  <default expression="" field="DLDJ" applyOnUpdate="0"/>
  <default expression="" field="TDYT" applyOnUpdate="0"/>
  <default expression="" field="SFJBNT" applyOnUpdate="0"/>
  <default expression="" field="SCMJ" applyOnUpdate="0"/>
  <default expression="" field="SCMJM" applyOnUpdate="0"/>
  <default expression="" field="DKDZ" applyOnUpdate="0"/>
  <default expression="" field="DKXZ" applyOnUpdate="0"/>
  <default expression="" field="DKNZ" applyOnUpdate="0"/>
  <default expression="" field="DKBZ" applyOnUpdate="0"/>
  <default expression="" field="DKBZXX" applyOnUpdate="0"/>
  <default expression="" field="ZJRXM" applyOnUpdate="0"/>
  <default expression="" field="geometry_m2" applyOnUpdate="0"/>
  <default expression="" field="village_code" applyOnUpdate="0"/>
  <default expression="" field="village_name" applyOnUpdate="0"/>
  <default expression="" field="source_file" applyOnUpdate="0"/>
  <default expression="" field="source_row" applyOnUpdate="0"/>
 </defaults>
 <constraints>
  <constraint unique_strength="0" exp_strength="0" field="fid" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="1" exp_strength="0" field="uuid" notnull_strength="1" constraints="3"/>
  <constraint unique_strength="0" exp_strength="2" field="DKBM" notnull_strength="1" constraints="5"/>
  <constraint unique_strength="0" exp_strength="0" field="DKMC" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="SYQXZ" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="DKLB" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="TDLYLX" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="DLDJ" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="TDYT" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="SFJBNT" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="2" field="SCMJ" notnull_strength="0" constraints="4"/>
  <constraint unique_strength="0" exp_strength="0" field="SCMJM" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="DKDZ" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="DKXZ" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="DKNZ" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="DKBZ" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="DKBZXX" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="ZJRXM" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="geometry_m2" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="village_code" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="village_name" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="source_file" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="source_row" notnull_strength="0" constraints="0"/>
 </constraints>
 <constraintExpressions>
  <constraint desc="" field="fid" exp=""/>
  <constraint desc="" field="uuid" exp=""/>
  <constraint desc="地块编码应为 19 位数字" field="DKBM" exp="regexp_match(&quot;DKBM&quot;, '^[0-9]{19}$') > 0"/>
  <constraint desc="" field="DKMC" exp=""/>
  <constraint desc="" field="SYQXZ" exp=""/>
  <constraint desc="" field="DKLB" exp=""/>
  <constraint desc="" field="TDLYLX" exp=""/>
  <constraint desc="" field="DLDJ" exp=""/>
  <constraint desc="" field="TDYT" exp=""/>
  <constraint desc="" field="SFJBNT" exp=""/>
  <constraint desc="实测面积应大于 0" field="SCMJ" exp="&quot;SCMJ&quot; IS NULL OR &quot;SCMJ&quot; > 0"/>
  <constraint desc="" field="SCMJM" exp=""/>
  <constraint desc="" field="DKDZ" exp=""/>
  <constraint desc="" field="DKXZ" exp=""/>
  <constraint desc="" field="DKNZ" exp=""/>
  <constraint desc="" field="DKBZ" exp=""/>
  <constraint desc="" field="DKBZXX" exp=""/>
  <constraint desc="" field="ZJRXM" exp=""/>
  <constraint desc="" field="geometry_m2" exp=""/>
  <constraint desc="" field="village_code" exp=""/>
  <constraint desc="" field="village_name" exp=""/>
  <constraint desc="" field="source_file" exp=""/>
  <constraint desc="" field="source_row" exp=""/>
 </constraintExpressions>
 <expressionfields/>
 <attributetableconfig sortOrder="0" sortExpression="" actionWidgetStyle="dropDown">
  <columns/>
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
  <attributeEditorContainer groupBox="0" visibilityExpressionEnabled="0" name="基本信息" visibilityExpression="" showLabel="1" columnCount="1">
   <attributeEditorContainer groupBox="1" visibilityExpressionEnabled="0" name="地块" visibilityExpression="" showLabel="1" columnCount="2">
    <attributeEditorField name="DKBM" showLabel="1" index="2"/>
    <attributeEditorField name="DKMC" showLabel="1" index="3"/>
    <attributeEditorField name="DKLB" showLabel="1" index="5"/>
    <attributeEditorField name="SYQXZ" showLabel="1" index="4"/>
    <attributeEditorField name="TDYT" showLabel="1" index="8"/>
    <attributeEditorField name="TDLYLX" showLabel="1" index="6"/>
    <attributeEditorField name="DLDJ" showLabel="1" index="7"/>
    <attributeEditorField name="SFJBNT" showLabel="1" index="9"/>
    <attributeEditorField name="village_name" showLabel="1" index="20"/>
    <attributeEditorField name="village_code" showLabel="1" index="19"/>
   </attributeEditorContainer>
   <attributeEditorContainer groupBox="1" visibilityExpressionEnabled="0" name="四至" visibilityExpression="" showLabel="1" columnCount="2">
    <attributeEditorField name="DKDZ" showLabel="1" index="12"/>
    <attributeEditorField name="DKNZ" showLabel="1" index="14"/>
    <attributeEditorField name="DKXZ" showLabel="1" index="13"/>
    <attributeEditorField name="DKBZ" showLabel="1" index="15"/>
    <attributeEditorField name="ZJRXM" showLabel="1" index="17"/>
   </attributeEditorContainer>
   <attributeEditorContainer groupBox="1" visibilityExpressionEnabled="0" name="备注" visibilityExpression="" showLabel="1" columnCount="1">
    <attributeEditorField name="DKBZXX" showLabel="1" index="16"/>
   </attributeEditorContainer>
  </attributeEditorContainer>
  <attributeEditorContainer groupBox="0" visibilityExpressionEnabled="0" name="权属与面积" visibilityExpression="" showLabel="1" columnCount="1">
   <attributeEditorContainer groupBox="1" visibilityExpressionEnabled="0" name="面积" visibilityExpression="" showLabel="1" columnCount="2">
    <attributeEditorField name="SCMJ" showLabel="1" index="10"/>
    <attributeEditorField name="SCMJM" showLabel="1" index="11"/>
    <attributeEditorField name="geometry_m2" showLabel="1" index="18"/>
   </attributeEditorContainer>
   <attributeEditorRelation name="wr_parcel_CBDKXX" relationWidgetTypeId="" showLabel="1" forceSuppressFormPopup="0" relation="wr_parcel_CBDKXX" nmRelationId="" label="承包方与合同面积">
    <editor_configuration/>
   </attributeEditorRelation>
   <attributeEditorRelation name="wr_parcel_registry" relationWidgetTypeId="" showLabel="1" forceSuppressFormPopup="0" relation="wr_parcel_registry" nmRelationId="" label="二轮延包地名录">
    <editor_configuration/>
   </attributeEditorRelation>
  </attributeEditorContainer>
  <attributeEditorContainer groupBox="0" visibilityExpressionEnabled="0" name="水源与水权" visibilityExpression="" showLabel="1" columnCount="1">
   <attributeEditorRelation name="wr_parcel_parcel_right" relationWidgetTypeId="" showLabel="1" forceSuppressFormPopup="0" relation="wr_parcel_parcel_right" nmRelationId="" label="核定结果">
    <editor_configuration/>
   </attributeEditorRelation>
   <attributeEditorRelation name="wr_parcel_parcel_site" relationWidgetTypeId="" showLabel="1" forceSuppressFormPopup="0" relation="wr_parcel_parcel_site" nmRelationId="" label="灌区、斗口与机井">
    <editor_configuration/>
   </attributeEditorRelation>
  </attributeEditorContainer>
  <attributeEditorContainer groupBox="0" visibilityExpressionEnabled="0" name="核查" visibilityExpression="" showLabel="1" columnCount="1">
   <attributeEditorRelation name="wr_parcel_audit" relationWidgetTypeId="" showLabel="1" forceSuppressFormPopup="0" relation="wr_parcel_audit" nmRelationId="" label="外业核查">
    <editor_configuration/>
   </attributeEditorRelation>
  </attributeEditorContainer>
  <attributeEditorContainer groupBox="0" visibilityExpressionEnabled="0" name="问题" visibilityExpression="" showLabel="1" columnCount="1">
   <attributeEditorRelation name="wr_parcel_finding" relationWidgetTypeId="" showLabel="1" forceSuppressFormPopup="0" relation="wr_parcel_finding" nmRelationId="" label="问题">
    <editor_configuration/>
   </attributeEditorRelation>
  </attributeEditorContainer>
  <attributeEditorContainer groupBox="0" visibilityExpressionEnabled="0" name="影像证据" visibilityExpression="" showLabel="1" columnCount="1">
   <attributeEditorRelation name="wr_parcel_evidence" relationWidgetTypeId="" showLabel="1" forceSuppressFormPopup="0" relation="wr_parcel_evidence" nmRelationId="" label="照片">
    <editor_configuration/>
   </attributeEditorRelation>
  </attributeEditorContainer>
 </attributeEditorForm>
 <editable>
  <field editable="0" name="fid"/>
  <field editable="0" name="geometry_m2"/>
  <field editable="0" name="source_file"/>
  <field editable="0" name="source_row"/>
  <field editable="0" name="uuid"/>
  <field editable="0" name="village_code"/>
  <field editable="0" name="village_name"/>
 </editable>
 <labelOnTop/>
 <reuseLastValue/>
 <dataDefinedFieldProperties/>
 <widgets/>
 <layerGeometryType>2</layerGeometryType>
</qgis>
