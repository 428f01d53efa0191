"""只有迁移用：早先的数量怎么存，怎么换成现在的（taiping.ground.area）。

早先的备份照它那时的迁移建表、装数，再一步步更新，所以那时的样子要一直认得。
"""

from django.db import migrations, models

from taiping.ground.area import MuField as InMillionths


class MuField(models.DecimalField):
    """早先的数量：PostgreSQL 里是小数，SQLite 里其实是浮点数。"""


class ToMillionths(migrations.AlterField):
    """一列数量从小数换成整的百万分之一，存着的数一起换算，数不变；退回去时反过来。"""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        column = schema_editor.quote_name(field.column)
        forward = isinstance(field, InMillionths)
        value = f"ROUND({column} * 1000000)" if forward else f"{column} / 1000000.0"
        if schema_editor.connection.vendor == "postgresql":
            change = "ALTER TABLE %s ALTER COLUMN %s TYPE %s USING %s"
            kind = field.db_type(schema_editor.connection)
            table = schema_editor.quote_name(model._meta.db_table)
            schema_editor.execute(change % (table, column, kind, value))
            return
        # SQLite 换了列的类型，存着的数不动，再换算
        super().database_forwards(app_label, schema_editor, from_state, to_state)
        changed = f"CAST({value} AS INTEGER)" if forward else value
        table = schema_editor.quote_name(model._meta.db_table)
        schema_editor.execute(f"UPDATE {table} SET {column} = {changed}")  # noqa: S608 名字来自模型
