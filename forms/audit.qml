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
  <field name="parcel_uuid" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="result" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="与图一致" value="agree"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="与图不一致" value="differ"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="现场无此地块" value="absent"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="待复查" value="pending"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="crop" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="method" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="source" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="地表水" value="surface"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="地下水" value="ground"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="地表水、地下水混合" value="mixed"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="无水源" value="none"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="area_mu" configurationFlags="None">
   <editWidget type="Range">
    <config>
     <Option type="Map">
      <Option type="bool" name="AllowNull" value="true"/>
      <Option type="double" name="Max" value="1000"/>
      <Option type="double" name="Min" value="0"/>
      <Option type="int" name="Precision" value="2"/>
      <Option type="double" name="Step" value="0.1"/>
      <Option type="QString" name="Style" value="SpinBox"/>
      <Option type="QString" name="Suffix" value=""/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="auditor" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="audited_on" configurationFlags="None">
   <editWidget type="DateTime">
    <config>
     <Option type="Map">
      <Option type="bool" name="allow_null" value="true"/>
      <Option type="bool" name="calendar_popup" value="true"/>
      <Option type="QString" name="display_format" value="yyyy-MM-dd"/>
      <Option type="QString" name="field_format" value="yyyy-MM-dd"/>
      <Option type="bool" name="field_iso_format" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="note" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="true"/>
      <Option type="bool" name="UseHtml" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
 </fieldConfiguration>
 <aliases>
  <alias name="序号" field="fid" index="0"/>
  <alias name="唯一标识" field="uuid" index="1"/>
  <alias name="地块标识" field="parcel_uuid" index="2"/>
  <alias name="核查结论" field="result" index="3"/>
  <alias name="现场作物" field="crop" index="4"/>
  <alias name="现场灌溉方式" field="method" index="5"/>
  <alias name="现场水源" field="source" index="6"/>
  <alias name="现场面积（亩）" field="area_mu" index="7"/>
  <alias name="核查人" field="auditor" index="8"/>
  <alias name="核查日期" field="audited_on" index="9"/>
  <alias name="核查说明" field="note" index="10"/>
 </aliases>
 <defaults>
  <default expression="" field="fid" applyOnUpdate="0"/>
  <default expression="uuid('WithoutBraces')" field="uuid" applyOnUpdate="0"/>
  <default expression="" field="parcel_uuid" applyOnUpdate="0"/>
  <default expression="'agree'" field="result" applyOnUpdate="0"/>
  <default expression="" field="crop" applyOnUpdate="0"/>
  <default expression="" field="method" applyOnUpdate="0"/>
  <default expression="" field="source" applyOnUpdate="0"/>
  <default expression="" field="area_mu" applyOnUpdate="0"/>
  <default expression="@user_full_name" field="auditor" applyOnUpdate="0"/>
  <default expression="to_date(now())" field="audited_on" applyOnUpdate="0"/>
  <default expression="" field="note" applyOnUpdate="0"/>
 </defaults>
 <constraints>
  <constraint unique_strength="0" exp_strength="0" field="fid" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="1" exp_strength="0" field="uuid" notnull_strength="1" constraints="3"/>
  <constraint unique_strength="0" exp_strength="0" field="parcel_uuid" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="0" field="result" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="0" field="crop" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="method" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="source" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="1" field="area_mu" notnull_strength="0" constraints="4"/>
  <constraint unique_strength="0" exp_strength="1" field="auditor" notnull_strength="1" constraints="5"/>
  <constraint unique_strength="0" exp_strength="1" field="audited_on" notnull_strength="1" constraints="5"/>
  <constraint unique_strength="0" exp_strength="1" field="note" notnull_strength="0" constraints="4"/>
 </constraints>
 <constraintExpressions>
  <constraint desc="" field="fid" exp=""/>
  <constraint desc="" field="uuid" exp=""/>
  <constraint desc="" field="parcel_uuid" exp=""/>
  <constraint desc="" field="result" exp=""/>
  <constraint desc="" field="crop" exp=""/>
  <constraint desc="" field="method" exp=""/>
  <constraint desc="" field="source" exp=""/>
  <constraint desc="现场面积应在 0 与 1000 亩之间" field="area_mu" exp="&quot;area_mu&quot; IS NULL OR (&quot;area_mu&quot; > 0 AND &quot;area_mu&quot; &lt;= 1000)"/>
  <constraint desc="请填写核查人" field="auditor" exp="length(trim(coalesce(&quot;auditor&quot;, ''))) > 0"/>
  <constraint desc="核查日期不能晚于今天" field="audited_on" exp="&quot;audited_on&quot; &lt;= to_date(now())"/>
  <constraint desc="与图不一致、现场无此地块或待复查的，请填写核查说明" field="note" exp="coalesce(&quot;result&quot;, 'agree') = 'agree' OR length(trim(coalesce(&quot;note&quot;, ''))) > 0"/>
 </constraintExpressions>
 <expressionfields/>
 <attributetableconfig sortOrder="0" sortExpression="" actionWidgetStyle="dropDown">
  <columns>
   <column type="field" name="fid" hidden="1" width="-1"/>
   <column type="field" name="uuid" hidden="1" width="-1"/>
   <column type="field" name="parcel_uuid" hidden="1" width="-1"/>
   <column type="field" name="result" hidden="0" width="-1"/>
   <column type="field" name="crop" hidden="0" width="-1"/>
   <column type="field" name="method" hidden="0" width="-1"/>
   <column type="field" name="source" hidden="0" width="-1"/>
   <column type="field" name="area_mu" hidden="0" width="-1"/>
   <column type="field" name="auditor" hidden="0" width="-1"/>
   <column type="field" name="audited_on" hidden="0" width="-1"/>
   <column type="field" name="note" hidden="0" width="-1"/>
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
  <attributeEditorField name="result" showLabel="1" index="3"/>
  <attributeEditorField name="crop" showLabel="1" index="4"/>
  <attributeEditorField name="method" showLabel="1" index="5"/>
  <attributeEditorField name="source" showLabel="1" index="6"/>
  <attributeEditorField name="area_mu" showLabel="1" index="7"/>
  <attributeEditorField name="auditor" showLabel="1" index="8"/>
  <attributeEditorField name="audited_on" showLabel="1" index="9"/>
  <attributeEditorField name="note" showLabel="1" index="10"/>
 </attributeEditorForm>
 <editable>
  <field editable="0" name="fid"/>
  <field editable="0" name="parcel_uuid"/>
  <field editable="0" name="uuid"/>
 </editable>
 <labelOnTop/>
 <reuseLastValue/>
 <dataDefinedFieldProperties/>
 <widgets/>
 <layerGeometryType>4</layerGeometryType>
</qgis>
