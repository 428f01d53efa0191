"""后台的表单：打开的页面原样交回去要的那些值，测试只改自己要改的几格。"""


def post_of(page):
    """一页修改表单 → 浏览器会交的值；下面各表只带已有的行，没有空白的新行。"""
    form = page.context["adminform"].form
    post = {"opened": page.context["opened"], **_filled(form)}
    for inline in page.context["inline_admin_formsets"]:
        formset = inline.formset
        count = len(formset.initial_forms)
        post |= {
            f"{formset.prefix}-TOTAL_FORMS": count,
            f"{formset.prefix}-INITIAL_FORMS": count,
        }
        for row in formset.initial_forms:
            post |= _filled(row)
            post[row.add_prefix("id")] = row.instance.pk
            post[row.add_prefix(formset.fk.name)] = formset.instance.pk
    return post


def _filled(form):
    """填着的各格；空的和没有勾的，浏览器不交或交空的，一样。"""
    given = {}
    for name in form.fields:
        value = form.initial.get(name)
        if value is not None and value is not False:
            given[form.add_prefix(name)] = "on" if value is True else value
    return given
