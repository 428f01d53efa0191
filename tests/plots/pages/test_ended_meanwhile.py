"""表单开着的时候，图斑移出了、结转了、随导入撤回了，或任务还没有步骤：说得清，不出错。"""

from datetime import date

import pytest
from django.urls import reverse

from plots.models import Patch, RectificationRecord, Status
from tests.worlds.factories import make_patch, make_target
from tests.worlds.town import sep

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("ending", ["remove", "carry"])
@pytest.mark.parametrize("verb", ["confirm", "send_back", "exempt", "amend", "remark"])
def test_a_form_opened_before_it_ended_is_answered(town, client, verb, ending):
    town.bring_to(Status.AWAITING)
    client.force_login(town.huang)
    address = reverse("plots:patch_action", args=[town.patch.pk, verb])
    form = client.get(address).context["form"]
    given = {name: form[name].value() or "" for name in form.fields}
    if ending == "remove":
        town.do("remove", on=sep(20))
    else:
        town.carry_away(sep(20))
    count = RectificationRecord.objects.count()

    answer = client.post(address, {**given, "done_on": "2024-09-10", "note": "看过了"})

    assert answer.status_code in (200, 302)
    assert RectificationRecord.objects.count() == count


def test_a_target_without_steps_says_so_on_every_page(town, client):
    patch = make_patch(
        make_target(town.plan, "bare", name="还没有步骤的"), town.east, code="无步骤"
    )

    for user in (town.huang, town.east_secretary, town.mayor):
        client.force_login(user)
        page = client.get(reverse("plots:patch", args=[patch.pk]))
        assert page.status_code == 200
        assert "还没有时间节点" in page.content.decode()
        assert client.get(reverse("plots:report", args=[patch.pk])).status_code in (302, 403)


def test_reporting_on_a_patch_that_is_gone_is_a_page_not_found(town, client, monkeypatch):
    from plots.pages.report import views

    client.force_login(town.east_secretary)
    address = reverse("plots:report", args=[town.patch.pk])
    checked = views.CheckedFiles

    def undone_meanwhile(files):
        Patch.objects.filter(pk=town.patch.pk).delete()
        return checked(files)

    monkeypatch.setattr(views, "CheckedFiles", undone_meanwhile)

    answer = client.post(address, {"done_on": date(2024, 9, 5), "amount": "whole"})

    assert answer.status_code == 404
