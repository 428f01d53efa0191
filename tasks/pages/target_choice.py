"""选一项目标任务的下拉：“其中”排在它的上级下面。"""

from taiping.ground.form_fields import ListedChoiceField
from tasks.models.nesting import nested


class TargetChoiceField(ListedChoiceField):
    def arranged(self, choices):
        blank = [choice for choice in choices if not choice[0]]
        values = {value.instance.pk: value for value, _ in choices if value}
        targets = nested(value.instance for value in values.values())
        return blank + [(values[row.pk], self.label_from_instance(row)) for row in targets]

    def label_from_instance(self, target):
        return target.listed_name
