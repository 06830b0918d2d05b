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
  <field name="photo" configurationFlags="None">
   <editWidget type="ExternalResource">
    <config>
     <Option type="Map">
      <Option type="int" name="DocumentViewer" value="1"/>
      <Option type="int" name="DocumentViewerHeight" value="240"/>
      <Option type="int" name="DocumentViewerWidth" value="0"/>
      <Option type="bool" name="FileWidget" value="true"/>
      <Option type="bool" name="FileWidgetButton" value="true"/>
      <Option type="QString" name="FileWidgetFilter" value="照片 (*.jpg *.jpeg *.png)"/>
      <Option type="bool" name="FullUrl" value="false"/>
      <Option type="int" name="RelativeStorage" value="1"/>
      <Option type="int" name="StorageMode" value="0"/>
      <Option type="bool" name="UseLink" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="taken_on" configurationFlags="None">
   <editWidget type="DateTime">
    <config>
     <Option type="Map">
      <Option type="bool" name="allow_null" value="true"/>
      <Option type="bool" name="calendar_popup" value="true"/>
      <Option type="QString" name="display_format" value="yyyy-MM-dd HH:mm:ss"/>
      <Option type="QString" name="field_format" value="yyyy-MM-dd HH:mm:ss"/>
      <Option type="bool" name="field_iso_format" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="caption" configurationFlags="None">
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
  <alias name="照片" field="photo" index="3"/>
  <alias name="拍摄时间" field="taken_on" index="4"/>
  <alias name="说明" field="caption" index="5"/>
 </aliases>
 <defaults>
  <default expression="" field="fid" applyOnUpdate="0"/>
  <default expression="uuid('WithoutBraces')" field="uuid" applyOnUpdate="0"/>
  <default expression="" field="parcel_uuid" applyOnUpdate="0"/>
  <default expression="" field="photo" applyOnUpdate="0"/>
  <default expression="now()" field="taken_on" applyOnUpdate="0"/>
  <default expression="" field="caption" applyOnUpdate="0"/>
 </defaults>
 <constraints>
  <constraint unique_strength="0" exp_strength="0" field="fid" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="1" exp_strength="0" field="uuid" notnull_strength="1" constraints="3"/>
  <constraint unique_strength="0" exp_strength="0" field="parcel_uuid" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="1" field="photo" notnull_strength="0" constraints="4"/>
  <constraint unique_strength="0" exp_strength="0" field="taken_on" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="caption" notnull_strength="0" constraints="0"/>
 </constraints>
 <constraintExpressions>
  <constraint desc="" field="fid" exp=""/>
  <constraint desc="" field="uuid" exp=""/>
  <constraint desc="" field="parcel_uuid" exp=""/>
  <constraint desc="请拍摄或选择照片" field="photo" exp="length(trim(coalesce(&quot;photo&quot;, ''))) > 0"/>
  <constraint desc="" field="taken_on" exp=""/>
  <constraint desc="" field="caption" exp=""/>
 </constraintExpressions>
 <expressionfields/>
 <attributetableconfig sortOrder="0" sortExpression="" actionWidgetStyle="dropDown">
  <columns>
   <column type="field" name="fid" hidden="1" width="-1"/>
   <column type="field" name="uuid" hidden="1" width="-1"/>
   <column type="field" name="parcel_uuid" hidden="1" width="-1"/>
   <column type="field" name="photo" hidden="0" width="-1"/>
   <column type="field" name="taken_on" hidden="0" width="-1"/>
   <column type="field" name="caption" hidden="0" width="-1"/>
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
  <attributeEditorField name="photo" showLabel="1" index="3"/>
  <attributeEditorField name="taken_on" showLabel="1" index="4"/>
  <attributeEditorField name="caption" showLabel="1" index="5"/>
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
