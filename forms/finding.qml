<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.16-Białowieża" styleCategories="Fields|Forms|AttributeTable">
 <fieldConfiguration>
  <field configurationFlags="None" name="fid">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="code">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="severity">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" value="stop" name="须改正"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="review" name="须复核"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="notice" name="提示"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="stage">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="subject">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="parcel_uuid">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="village_code">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="message">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="remedy">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="value">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="source_file">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="source_row">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="state">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" value="open" name="待处理"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="accepted" name="已认可"/>
       </Option>
       <Option type="Map">
        <Option type="QString" value="fixed" name="已改正"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field configurationFlags="None" name="run_id">
   <editWidget type="">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
 </fieldConfiguration>
 <aliases>
  <alias index="0" field="fid" name="序号"/>
  <alias index="1" field="code" name="问题代码"/>
  <alias index="2" field="severity" name="程度"/>
  <alias index="3" field="stage" name="步骤"/>
  <alias index="4" field="subject" name="对象"/>
  <alias index="5" field="parcel_uuid" name="地块标识"/>
  <alias index="6" field="village_code" name="村代码"/>
  <alias index="7" field="message" name="说明"/>
  <alias index="8" field="remedy" name="处理办法"/>
  <alias index="9" field="value" name="数值"/>
  <alias index="10" field="source_file" name="来源文件"/>
  <alias index="11" field="source_row" name="来源行号"/>
  <alias index="12" field="state" name="处理状态"/>
  <alias index="13" field="run_id" name="运行号"/>
 </aliases>
 <defaults>
  <default expression="" applyOnUpdate="0" field="fid"/>
  <default expression="" applyOnUpdate="0" field="code"/>
  <default expression="" applyOnUpdate="0" field="severity"/>
  <default expression="" applyOnUpdate="0" field="stage"/>
  <default expression="" applyOnUpdate="0" field="subject"/>
  <default expression="" applyOnUpdate="0" field="parcel_uuid"/>
  <default expression="" applyOnUpdate="0" field="village_code"/>
  <default expression="" applyOnUpdate="0" field="message"/>
  <default expression="" applyOnUpdate="0" field="remedy"/>
  <default expression="" applyOnUpdate="0" field="value"/>
  <default expression="" applyOnUpdate="0" field="source_file"/>
  <default expression="" applyOnUpdate="0" field="source_row"/>
  <default expression="" applyOnUpdate="0" field="state"/>
  <default expression="" applyOnUpdate="0" field="run_id"/>
 </defaults>
 <constraints>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="fid" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="code" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="severity" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="stage" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="subject" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="parcel_uuid" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="village_code" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="message" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="remedy" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="value" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="source_file" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="source_row" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="state" exp_strength="0"/>
  <constraint unique_strength="0" notnull_strength="0" constraints="0" field="run_id" exp_strength="0"/>
 </constraints>
 <constraintExpressions>
  <constraint exp="" desc="" field="fid"/>
  <constraint exp="" desc="" field="code"/>
  <constraint exp="" desc="" field="severity"/>
  <constraint exp="" desc="" field="stage"/>
  <constraint exp="" desc="" field="subject"/>
  <constraint exp="" desc="" field="parcel_uuid"/>
  <constraint exp="" desc="" field="village_code"/>
  <constraint exp="" desc="" field="message"/>
  <constraint exp="" desc="" field="remedy"/>
  <constraint exp="" desc="" field="value"/>
  <constraint exp="" desc="" field="source_file"/>
  <constraint exp="" desc="" field="source_row"/>
  <constraint exp="" desc="" field="state"/>
  <constraint exp="" desc="" field="run_id"/>
 </constraintExpressions>
 <expressionfields/>
 <attributetableconfig sortOrder="0" sortExpression="" actionWidgetStyle="dropDown">
  <columns>
   <column width="-1" hidden="1" type="field" name="fid"/>
   <column width="-1" hidden="0" type="field" name="code"/>
   <column width="-1" hidden="0" type="field" name="severity"/>
   <column width="-1" hidden="0" type="field" name="stage"/>
   <column width="-1" hidden="0" type="field" name="subject"/>
   <column width="-1" hidden="1" type="field" name="parcel_uuid"/>
   <column width="-1" hidden="0" type="field" name="village_code"/>
   <column width="-1" hidden="0" type="field" name="message"/>
   <column width="-1" hidden="0" type="field" name="remedy"/>
   <column width="-1" hidden="0" type="field" name="value"/>
   <column width="-1" hidden="1" type="field" name="source_file"/>
   <column width="-1" hidden="1" type="field" name="source_row"/>
   <column width="-1" hidden="0" type="field" name="state"/>
   <column width="-1" hidden="1" type="field" name="run_id"/>
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
  <attributeEditorField showLabel="1" index="1" name="code"/>
  <attributeEditorField showLabel="1" index="2" name="severity"/>
  <attributeEditorField showLabel="1" index="3" name="stage"/>
  <attributeEditorField showLabel="1" index="4" name="subject"/>
  <attributeEditorField showLabel="1" index="6" name="village_code"/>
  <attributeEditorField showLabel="1" index="7" name="message"/>
  <attributeEditorField showLabel="1" index="8" name="remedy"/>
  <attributeEditorField showLabel="1" index="9" name="value"/>
  <attributeEditorField showLabel="1" index="12" name="state"/>
 </attributeEditorForm>
 <editable/>
 <labelOnTop/>
 <reuseLastValue/>
 <dataDefinedFieldProperties/>
 <widgets/>
 <layerGeometryType>4</layerGeometryType>
</qgis>
