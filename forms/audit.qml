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
  <field configurationFlags="None" name="parcel_uuid">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="result">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" value="agree" name="与图一致"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="differ" name="与图不一致"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="absent" name="现场无此地块"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="pending" name="待复查"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="crop">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="method">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="source">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" value="surface" name="地表水"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="ground" name="地下水"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="mixed" name="地表水、地下水混合"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="none" name="无水源"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="area_mu">
   <editWidget type="Range">
    <config>
     <Option type="Map">
      <Option type="bool" value="true" name="AllowNull"/>
      <Option type="double" value="1000" name="Max"/>
      <Option type="double" value="0" name="Min"/>
      <Option type="int" value="2" name="Precision"/>
      <Option type="double" value="0.1" name="Step"/>
      <Option type="QString" value="SpinBox" name="Style"/>
      <Option type="QString" value="" name="Suffix"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="auditor">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="false" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="audited_on">
   <editWidget type="DateTime">
    <config>
     <Option type="Map">
      <Option type="bool" value="true" name="allow_null"/>
      <Option type="bool" value="true" name="calendar_popup"/>
      <Option type="QString" value="yyyy-MM-dd" name="display_format"/>
      <Option type="QString" value="yyyy-MM-dd" name="field_format"/>
      <Option type="bool" value="false" name="field_iso_format"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="note">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" value="true" name="IsMultiline"/>
      <Option type="bool" value="false" name="UseHtml"/>
     </Option>
    </config>
   </editWidget>
  </field>
 </fieldConfiguration>
 <aliases>
  <alias index="0" field="fid" name="序号"/>
  <alias index="1" field="uuid" name="唯一标识"/>
  <alias index="2" field="parcel_uuid" name="地块标识"/>
  <alias index="3" field="result" name="核查结论"/>
  <alias index="4" field="crop" name="现场作物"/>
  <alias index="5" field="method" name="现场灌溉方式"/>
  <alias index="6" field="source" name="现场水源"/>
  <alias index="7" field="area_mu" name="现场面积（亩）"/>
  <alias index="8" field="auditor" name="核查人"/>
  <alias index="9" field="audited_on" name="核查日期"/>
  <alias index="10" field="note" name="核查说明"/>
 </aliases>
 <defaults>
  <default expression="" applyOnUpdate="0" field="fid"/>
  <default expression="uuid('WithoutBraces')" applyOnUpdate="0" field="uuid"/>
  <default expression="" applyOnUpdate="0" field="parcel_uuid"/>
  <default expression="'agree'" applyOnUpdate="0" field="result"/>
  <default expression="" applyOnUpdate="0" field="crop"/>
  <default expression="" applyOnUpdate="0" field="method"/>
  <default expression="" applyOnUpdate="0" field="source"/>
  <default expression="" applyOnUpdate="0" field="area_mu"/>
  <default expression="@user_full_name" applyOnUpdate="0" field="auditor"/>
  <default expression="to_date(now())" applyOnUpdate="0" field="audited_on"/>
  <default expression="" applyOnUpdate="0" field="note"/>
 </defaults>
 <constraints>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="fid" exp_strength="0"/>
  <constraint unique_strength="1" notnull_strength="1" constraints="3" field="uuid" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="1" constraints="1" field="parcel_uuid" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="1" constraints="1" field="result" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="crop" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="method" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="source" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="4" field="area_mu" exp_strength="1"/>
  <constraint unique_strength="0" notnull_strength="1" constraints="1" field="auditor" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="1" constraints="5" field="audited_on" exp_strength="1"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="4" field="note" exp_strength="1"/>
 </constraints>
 <constraintExpressions>
  <constraint exp="" desc="" field="fid"/>
  <constraint exp="" desc="" field="uuid"/>
  <constraint exp="" desc="" field="parcel_uuid"/>
  <constraint exp="" desc="" field="result"/>
  <constraint exp="" desc="" field="crop"/>
  <constraint exp="" desc="" field="method"/>
  <constraint exp="" desc="" field="source"/>
  <constraint exp="&quot;area_mu&quot; IS NULL OR (&quot;area_mu&quot; > 0 AND &quot;area_mu&quot; &lt;= 1000)" desc="现场面积应在 0 与 1000 亩之间" field="area_mu"/>
  <constraint exp="" desc="" field="auditor"/>
  <constraint exp="&quot;audited_on&quot; &lt;= to_date(now())" desc="核查日期不能晚于今天" field="audited_on"/>
  <constraint exp="coalesce(&quot;result&quot;, 'agree') = 'agree' OR length(trim(coalesce(&quot;note&quot;, ''))) > 0" desc="与图不一致、现场无此地块或待复查的，请填写核查说明" field="note"/>
 </constraintExpressions>
 <expressionfields/>
 <attributetableconfig sortOrder="0" sortExpression="" actionWidgetStyle="dropDown">
  <columns>
   <column width="-1" hidden="1" type="field" name="fid"/>
   <column width="-1" hidden="1" type="field" name="uuid"/>
   <column width="-1" hidden="1" type="field" name="parcel_uuid"/>
   <column width="-1" hidden="0" type="field" name="result"/>
   <column width="-1" hidden="0" type="field" name="crop"/>
   <column width="-1" hidden="0" type="field" name="method"/>
   <column width="-1" hidden="0" type="field" name="source"/>
   <column width="-1" hidden="0" type="field" name="area_mu"/>
   <column width="-1" hidden="0" type="field" name="auditor"/>
   <column width="-1" hidden="0" type="field" name="audited_on"/>
   <column width="-1" hidden="0" type="field" name="note"/>
   <column width="-1" hidden="1" type="actions"/>
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
  <attributeEditorField showLabel="1" index="3" name="result"/>
  <attributeEditorField showLabel="1" index="4" name="crop"/>
  <attributeEditorField showLabel="1" index="5" name="method"/>
  <attributeEditorField showLabel="1" index="6" name="source"/>
  <attributeEditorField showLabel="1" index="7" name="area_mu"/>
  <attributeEditorField showLabel="1" index="8" name="auditor"/>
  <attributeEditorField showLabel="1" index="9" name="audited_on"/>
  <attributeEditorField showLabel="1" index="10" name="note"/>
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
