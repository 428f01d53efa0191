"""考核的权限：谁都能看，村支部书记只看得到自己村的；人工的由镇里评、撤回；得分表由镇里出。"""

from taiping.ground.actors import said
from taiping.ground.permissions import add_permission, condition, saying
from villages.rules import is_not_secretary, is_town


@condition("这个分已经撤回了。")
def stands(user, score):
    return score is None or not score.is_withdrawn


by_town = saying(said("考核的分由{镇}工作人员评。"), is_town)
add_permission("assessment.view")
add_permission("assessment.score", by_town)
add_permission("assessment.withdraw", stands, by_town)
add_permission(
    "assessment.view_town",
    saying(said("全{镇}的得分表由{镇}里看，{村}里请看本村的。"), is_not_secretary),
)
