"""附件：督办答复、常态工作、整改材料的文件；谁看得见，图斑改了村跟着变，存不成就一个文件也不留。"""

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.urls import reverse

from plots.evidence import attach_files, check, saving
from plots.models import Attachment, RemedyDocument
from tasks.models import RemedyItem
from tests.worlds.factories import make_patch
from tests.worlds.photos import encoded, pdf, upload


@pytest.fixture
def photo(media):
    return check(upload(encoded(), "现场.jpg"))


def kept(files, by, **owner):
    with saving():
        return attach_files(files, by, **owner)


def address(attachment, which="original"):
    return reverse("plots:attachment", args=[attachment.pk, which])


def seen_by(client, user, attachment):
    client.force_login(user)
    return client.get(address(attachment)).status_code


def test_villages_files_are_seen_by_its_secretary_and_the_town(client, town, photo):
    [one] = kept([photo], town.east_secretary, village=town.east)

    assert one.thumb and one.display
    assert seen_by(client, town.east_secretary, one) == 200
    assert seen_by(client, town.huang, one) == 200
    assert seen_by(client, town.west_secretary, one) == 404


def test_patches_files_follow_the_patch_to_its_new_village(client, town, photo):
    [one] = kept([photo], town.huang, patch=town.patch)
    assert seen_by(client, town.west_secretary, one) == 404

    town.patch.village = town.west
    town.patch.save()

    assert seen_by(client, town.west_secretary, one) == 200
    assert seen_by(client, town.east_secretary, one) == 404


def test_a_carried_patch_in_another_village_still_opens_its_papers(client, town, photo):
    """结转到下一份方案以后改到西村：材料是同一份文件，西村看得见；东村的那块还在，也看得见。"""
    [one] = kept([photo], town.huang, patch=town.patch)
    new = make_patch(town.target, town.west, code="新", carried_from=town.patch)
    for patch in (town.patch, new):
        item = RemedyItem.objects.get(name="审核表")
        given = {"patch": patch, "item": item, "on": "2024-09-01", "by": town.huang}
        RemedyDocument.objects.create(**given).files.add(one)

    assert seen_by(client, town.west_secretary, one) == 200
    assert seen_by(client, town.east_secretary, one) == 200
    RemedyDocument.objects.filter(patch=new).last().files.clear()
    assert seen_by(client, town.west_secretary, one) == 404


def test_towns_files_are_not_for_the_villages(client, town, media):
    [one] = kept([check(upload(pdf(), "批复.pdf"))], town.huang)

    assert (one.patch, one.village, bool(one.thumb)) == (None, None, False)
    assert seen_by(client, town.mayor, one) == 200
    assert seen_by(client, town.east_secretary, one) == 404


def test_nothing_is_left_when_the_owner_is_not_kept(town, photo):
    with pytest.raises(ZeroDivisionError), saving():
        [one] = attach_files([photo], town.huang, village=town.east)
        name = one.file.name
        assert default_storage.exists(name)
        1 / 0  # noqa: B018

    assert not Attachment.objects.exists()
    assert not default_storage.exists(name)


def test_a_patchs_file_has_no_village_of_its_own(town, photo):
    with pytest.raises(IntegrityError, match="attachment_is_of_a_patch_or_a_village"):
        kept([photo], town.huang, patch=town.patch, village=town.east)
