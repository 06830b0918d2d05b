<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.16-Białowieża" styleCategories="Fields|Forms|AttributeTable">
 <fieldConfiguration>
  <field configurationFlags="None" name="fid">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="uuid">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="DKBM">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="DKMC">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="SYQXZ">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" value="10" name="国有土地所有权"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="30" name="集体土地所有权"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="31" name="村民小组"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="32" name="村级集体经济组织"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="33" name="乡级集体经济组织"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="34" name="其他农民集体经济组织"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="DKLB">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" value="10" name="承包地块"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="21" name="自留地"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="22" name="机动地"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="23" name="开荒地"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="99" name="其他集体土地"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="TDLYLX">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="DLDJ">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" value="01" name="1等"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="02" name="2等"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="03" name="3等"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="04" name="4等"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="05" name="5等"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="06" name="6等"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="07" name="7等"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="08" name="8等"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="09" name="9等"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="10" name="10等"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="TDYT">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" value="1" name="种植业"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="2" name="林业"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="3" name="畜牧业"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="4" name="渔业"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="5" name="非农业用途"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="SFJBNT">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" value="1" name="是"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="2" name="否"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="SCMJ">
   <editWidget type="Range">
    <config>
     <Option type="Map">
      <Option type="bool" value="true" name="AllowNull"/>
      <Option type="double" value="1e+08" name="Max"/>
      <Option type="double" value="0" name="Min"/>
      <Option type="int" value="2" name="Precision"/>
      <Option type="double" value="0.1" name="Step"/>
      <Option type="QString" value="SpinBox" name="Style"/>
      <Option type="QString" value="" name="Suffix"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="SCMJM">
   <editWidget type="Range">
    <config>
     <Option type="Map">
      <Option type="bool" value="true" name="AllowNull"/>
      <Option type="double" value="100000" name="Max"/>
      <Option type="double" value="0" name="Min"/>
      <Option type="int" value="2" name="Precision"/>
      <Option type="double" value="0.1" name="Step"/>
      <Option type="QString" value="SpinBox" name="Style"/>
      <Option type="QString" value="" name="Suffix"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="DKDZ">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="DKXZ">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="DKNZ">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="DKBZ">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="DKBZXX">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="true" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="ZJRXM">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="geometry_m2">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="village_code">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="village_name">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="source_file">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="source_row">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
 </fieldConfiguration>
 <aliases>
  <alias index="0" field="fid" name="序号"/>
  <alias index="1" field="uuid" name="唯一标识"/>
  <alias index="2" field="DKBM" name="地块编码"/>
  <alias index="3" field="DKMC" name="地块名称"/>
  <alias index="4" field="SYQXZ" name="所有权性质"/>
  <alias index="5" field="DKLB" name="地块类别"/>
  <alias index="6" field="TDLYLX" name="土地利用类型"/>
  <alias index="7" field="DLDJ" name="地力等级"/>
  <alias index="8" field="TDYT" name="土地用途"/>
  <alias index="9" field="SFJBNT" name="是否基本农田"/>
  <alias index="10" field="SCMJ" name="实测面积（m²）"/>
  <alias index="11" field="SCMJM" name="实测面积（亩）"/>
  <alias index="12" field="DKDZ" name="地块东至"/>
  <alias index="13" field="DKXZ" name="地块西至"/>
  <alias index="14" field="DKNZ" name="地块南至"/>
  <alias index="15" field="DKBZ" name="地块北至"/>
  <alias index="16" field="DKBZXX" name="地块备注信息"/>
  <alias index="17" field="ZJRXM" name="指界人姓名"/>
  <alias index="18" field="geometry_m2" name="图形面积（m²）"/>
  <alias index="19" field="village_code" name="村代码"/>
  <alias index="20" field="village_name" name="村名称"/>
  <alias index="21" field="source_file" name="来源文件"/>
  <alias index="22" field="source_row" name="来源行号"/>
 </aliases>
 <defaults>
  <default expression="" applyOnUpdate="0" field="fid"/>
  <default expression="uuid('WithoutBraces')" applyOnUpdate="0" field="uuid"/>
  <default expression="" applyOnUpdate="0" field="DKBM"/>
  <default expression="" applyOnUpdate="0" field="DKMC"/>
  <default expression="" applyOnUpdate="0" field="SYQXZ"/>
  <default expression="" applyOnUpdate="0" field="DKLB"/>
  <default expression="" applyOnUpdate="0" field="TDLYLX"/>
  <default expression="" applyOnUpdate="0" field="DLDJ"/>
  <default expression="" applyOnUpdate="0" field="TDYT"/>
  <default expression="" applyOnUpdate="0" field="SFJBNT"/>
  <default expression="" applyOnUpdate="0" field="SCMJ"/>
  <default expression="" applyOnUpdate="0" field="SCMJM"/>
  <default expression="" applyOnUpdate="0" field="DKDZ"/>
  <default expression="" applyOnUpdate="0" field="DKXZ"/>
  <default expression="" applyOnUpdate="0" field="DKNZ"/>
  <default expression="" applyOnUpdate="0" field="DKBZ"/>
  <default expression="" applyOnUpdate="0" field="DKBZXX"/>
  <default expression="" applyOnUpdate="0" field="ZJRXM"/>
  <default expression="" applyOnUpdate="0" field="geometry_m2"/>
  <default expression="" applyOnUpdate="0" field="village_code"/>
  <default expression="" applyOnUpdate="0" field="village_name"/>
  <default expression="" applyOnUpdate="0" field="source_file"/>
  <default expression="" applyOnUpdate="0" field="source_row"/>
 </defaults>
 <constraints>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="fid" exp_strength="0"/>
  <constraint unique_strength="1" notnull_strength="1" constraints="3" field="uuid" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="1" constraints="5" field="DKBM" exp_strength="2"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="DKMC" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="SYQXZ" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="DKLB" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="TDLYLX" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="DLDJ" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="TDYT" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="SFJBNT" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="4" field="SCMJ" exp_strength="2"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="SCMJM" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="DKDZ" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="DKXZ" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="DKNZ" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="DKBZ" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="DKBZXX" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="ZJRXM" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="geometry_m2" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="village_code" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="village_name" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="source_file" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="source_row" exp_strength="0"/>
 </constraints>
 <constraintExpressions>
  <constraint exp="" desc="" field="fid"/>
  <constraint exp="" desc="" field="uuid"/>
  <constraint exp="regexp_match(&quot;DKBM&quot;, '^[0-9]{19}$') > 0" desc="地块编码应为 19 位数字" field="DKBM"/>
  <constraint exp="" desc="" field="DKMC"/>
  <constraint exp="" desc="" field="SYQXZ"/>
  <constraint exp="" desc="" field="DKLB"/>
  <constraint exp="" desc="" field="TDLYLX"/>
  <constraint exp="" desc="" field="DLDJ"/>
  <constraint exp="" desc="" field="TDYT"/>
  <constraint exp="" desc="" field="SFJBNT"/>
  <constraint exp="&quot;SCMJ&quot; IS NULL OR &quot;SCMJ&quot; > 0" desc="实测面积应大于 0" field="SCMJ"/>
  <constraint exp="" desc="" field="SCMJM"/>
  <constraint exp="" desc="" field="DKDZ"/>
  <constraint exp="" desc="" field="DKXZ"/>
  <constraint exp="" desc="" field="DKNZ"/>
  <constraint exp="" desc="" field="DKBZ"/>
  <constraint exp="" desc="" field="DKBZXX"/>
  <constraint exp="" desc="" field="ZJRXM"/>
  <constraint exp="" desc="" field="geometry_m2"/>
  <constraint exp="" desc="" field="village_code"/>
  <constraint exp="" desc="" field="village_name"/>
  <constraint exp="" desc="" field="source_file"/>
  <constraint exp="" desc="" field="source_row"/>
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
  <attributeEditorContainer showLabel="1" visibilityExpression="" columnCount="1" groupBox="0" visibilityExpressionEnabled="0" name="基本信息">
   <attributeEditorContainer showLabel="1" visibilityExpression="" columnCount="2" groupBox="1" visibilityExpressionEnabled="0" name="地块">
    <attributeEditorField showLabel="1" index="2" name="DKBM"/>
    <attributeEditorField showLabel="1" index="3" name="DKMC"/>
    <attributeEditorField showLabel="1" index="5" name="DKLB"/>
    <attributeEditorField showLabel="1" index="4" name="SYQXZ"/>
    <attributeEditorField showLabel="1" index="8" name="TDYT"/>
    <attributeEditorField showLabel="1" index="6" name="TDLYLX"/>
    <attributeEditorField showLabel="1" index="7" name="DLDJ"/>
    <attributeEditorField showLabel="1" index="9" name="SFJBNT"/>
    <attributeEditorField showLabel="1" index="20" name="village_name"/>
    <attributeEditorField showLabel="1" index="19" name="village_code"/>
   </attributeEditorContainer>
   <attributeEditorContainer showLabel="1" visibilityExpression="" columnCount="2" groupBox="1" visibilityExpressionEnabled="0" name="四至">
    <attributeEditorField showLabel="1" index="12" name="DKDZ"/>
    <attributeEditorField showLabel="1" index="14" name="DKNZ"/>
    <attributeEditorField showLabel="1" index="13" name="DKXZ"/>
    <attributeEditorField showLabel="1" index="15" name="DKBZ"/>
    <attributeEditorField showLabel="1" index="17" name="ZJRXM"/>
   </attributeEditorContainer>
   <attributeEditorContainer showLabel="1" visibilityExpression="" columnCount="1" groupBox="1" visibilityExpressionEnabled="0" name="备注">
    <attributeEditorField showLabel="1" index="16" name="DKBZXX"/>
   </attributeEditorContainer>
  </attributeEditorContainer>
  <attributeEditorContainer showLabel="1" visibilityExpression="" columnCount="1" groupBox="0" visibilityExpressionEnabled="0" name="权属与面积">
   <attributeEditorContainer showLabel="1" visibilityExpression="" columnCount="2" groupBox="1" visibilityExpressionEnabled="0" name="面积">
    <attributeEditorField showLabel="1" index="10" name="SCMJ"/>
    <attributeEditorField showLabel="1" index="11" name="SCMJM"/>
    <attributeEditorField showLabel="1" index="18" name="geometry_m2"/>
   </attributeEditorContainer>
   <attributeEditorRelation showLabel="1" relationWidgetTypeId="" label="承包方与合同面积" forceSuppressFormPopup="0" relation="wr_parcel_CBDKXX" nmRelationId="" name="wr_parcel_CBDKXX">
    <editor_configuration/>
   </attributeEditorRelation>
   <attributeEditorRelation showLabel="1" relationWidgetTypeId="" label="二轮延包地名录" forceSuppressFormPopup="0" relation="wr_parcel_registry" nmRelationId="" name="wr_parcel_registry">
    <editor_configuration/>
   </attributeEditorRelation>
  </attributeEditorContainer>
  <attributeEditorContainer showLabel="1" visibilityExpression="" columnCount="1" groupBox="0" visibilityExpressionEnabled="0" name="水源与水权">
   <attributeEditorRelation showLabel="1" relationWidgetTypeId="" label="核定结果" forceSuppressFormPopup="0" relation="wr_parcel_parcel_right" nmRelationId="" name="wr_parcel_parcel_right">
    <editor_configuration/>
   </attributeEditorRelation>
   <attributeEditorRelation showLabel="1" relationWidgetTypeId="" label="灌区、斗口与机井" forceSuppressFormPopup="0" relation="wr_parcel_parcel_site" nmRelationId="" name="wr_parcel_parcel_site">
    <editor_configuration/>
   </attributeEditorRelation>
  </attributeEditorContainer>
  <attributeEditorContainer showLabel="1" visibilityExpression="" columnCount="1" groupBox="0" visibilityExpressionEnabled="0" name="核查">
   <attributeEditorRelation showLabel="1" relationWidgetTypeId="" label="外业核查" forceSuppressFormPopup="0" relation="wr_parcel_audit" nmRelationId="" name="wr_parcel_audit">
    <editor_configuration/>
   </attributeEditorRelation>
  </attributeEditorContainer>
  <attributeEditorContainer showLabel="1" visibilityExpression="" columnCount="1" groupBox="0" visibilityExpressionEnabled="0" name="问题">
   <attributeEditorRelation showLabel="1" relationWidgetTypeId="" label="问题" forceSuppressFormPopup="0" relation="wr_parcel_finding" nmRelationId="" name="wr_parcel_finding">
    <editor_configuration/>
   </attributeEditorRelation>
  </attributeEditorContainer>
  <attributeEditorContainer showLabel="1" visibilityExpression="" columnCount="1" groupBox="0" visibilityExpressionEnabled="0" name="影像证据">
   <attributeEditorRelation showLabel="1" relationWidgetTypeId="" label="照片" forceSuppressFormPopup="0" relation="wr_parcel_evidence" nmRelationId="" name="wr_parcel_evidence">
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
