"""奖补的权限：谁都能看自己看得见的村，镇里录入、撤回；公示表由镇里出。"""

from taiping.ground.actors import said
from taiping.ground.permissions import add_permission, condition, saying
from villages.rules import is_not_secretary, is_town


@condition("这一笔已经撤回了。")
def stands(user, money):
    return money is None or not money.is_withdrawn


by_town = saying(said("到位资金和拨付由{镇}工作人员录入。"), is_town)
add_permission("subsidies.view")
add_permission("subsidies.enter", by_town)
add_permission("subsidies.withdraw", stands, by_town)
add_permission(
    "subsidies.publish", saying(said("公示表由{镇}里出，{村}里请看本村的奖补。"), is_not_secretary)
)
