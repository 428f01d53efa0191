"""权限名 → 谓词：user.has_perm("plots.report_patch", patch)。判断都在 permits，这里只登记名字。"""

import rules

from plots.actions import permissions as permits


def _may(verb):
    @rules.predicate(f"may_{verb}")
    def may(user, patch):
        # 没给图斑时（如菜单要不要显示）不作许诺：能不能做总是看那一块。
        return (
            patch is not None and user.is_authenticated and not permits.refusal(verb, user, patch)
        )

    return may


@rules.predicate
def may_add(user, target):
    return target is not None and user.is_authenticated and not permits.adding_refusal(user, target)


for _verb in permits.NAMES:
    rules.add_perm(f"plots.{_verb}_patch", _may(_verb))
rules.add_perm("plots.add_patch", may_add)
