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
  <field configurationFlags="None" name="photo">
   <editWidget type="ExternalResource">
    <config>
     <Option type="Map">
      <Option type="int" value="1" name="DocumentViewer"/>
      <Option type="int" value="240" name="DocumentViewerHeight"/>
      <Option type="int" value="0" name="DocumentViewerWidth"/>
      <Option type="bool" value="true" name="FileWidget"/>
      <Option type="bool" value="true" name="FileWidgetButton"/>
      <Option type="QString" value="照片 (*.jpg *.jpeg *.png)" name="FileWidgetFilter"/>
      <Option type="bool" value="false" name="FullUrl"/>
      <Option type="int" value="1" name="RelativeStorage"/>
      <Option type="int" value="0" name="StorageMode"/>
      <Option type="bool" value="false" name="UseLink"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="taken_on">
   <editWidget type="DateTime">
    <config>
     <Option type="Map">
      <Option type="bool" value="true" name="allow_null"/>
      <Option type="bool" value="true" name="calendar_popup"/>
      <Option type="QString" value="yyyy-MM-dd HH:mm:ss" name="display_format"/>
      <Option type="QString" value="yyyy-MM-dd HH:mm:ss" name="field_format"/>
      <Option type="bool" value="false" name="field_iso_format"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="caption">
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
  <alias index="3" field="photo" name="照片"/>
  <alias index="4" field="taken_on" name="拍摄时间"/>
  <alias index="5" field="caption" name="说明"/>
 </aliases>
 <defaults>
  <default expression="" applyOnUpdate="0" field="fid"/>
  <default expression="uuid('WithoutBraces')" applyOnUpdate="0" field="uuid"/>
  <default expression="" applyOnUpdate="0" field="parcel_uuid"/>
  <default expression="" applyOnUpdate="0" field="photo"/>
  <default expression="now()" applyOnUpdate="0" field="taken_on"/>
  <default expression="" applyOnUpdate="0" field="caption"/>
 </defaults>
 <constraints>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="fid" exp_strength="0"/>
  <constraint unique_strength="1" notnull_strength="1" constraints="3" field="uuid" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="1" constraints="1" field="parcel_uuid" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="4" field="photo" exp_strength="1"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="taken_on" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="caption" exp_strength="0"/>
 </constraints>
 <constraintExpressions>
  <constraint exp="" desc="" field="fid"/>
  <constraint exp="" desc="" field="uuid"/>
  <constraint exp="" desc="" field="parcel_uuid"/>
  <constraint exp="length(trim(coalesce(&quot;photo&quot;, ''))) > 0" desc="请拍摄或选择照片" field="photo"/>
  <constraint exp="" desc="" field="taken_on"/>
  <constraint exp="" desc="" field="caption"/>
 </constraintExpressions>
 <expressionfields/>
 <attributetableconfig sortOrder="0" sortExpression="" actionWidgetStyle="dropDown">
  <columns>
   <column width="-1" hidden="1" type="field" name="fid"/>
   <column width="-1" hidden="1" type="field" name="uuid"/>
   <column width="-1" hidden="1" type="field" name="parcel_uuid"/>
   <column width="-1" hidden="0" type="field" name="photo"/>
   <column width="-1" hidden="0" type="field" name="taken_on"/>
   <column width="-1" hidden="0" type="field" name="caption"/>
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
  <attributeEditorField showLabel="1" index="3" name="photo"/>
  <attributeEditorField showLabel="1" index="4" name="taken_on"/>
  <attributeEditorField showLabel="1" index="5" name="caption"/>
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
