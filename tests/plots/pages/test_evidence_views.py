"""举证材料的文件和表单：谁能打开、怎么发出、选错了怎么说。"""

from urllib.parse import unquote

import pytest
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from plots.evidence import check, listed, store
from plots.models import Evidence
from plots.pages.file_fields import PICK_AGAIN, EvidenceForm
from tests.worlds.factories import make_patch, make_record
from tests.worlds.photos import TONGLIANG, encoded, exif, noisy, office, pdf, upload


@pytest.fixture
def photo(town):
    content = encoded(exif=exif(taken="2024:09:05 10:11:12", gps=TONGLIANG))
    return store(
        make_record(town.patch), check(upload(content, "田坎 边.jpg")), by=town.east_secretary
    )


def address(evidence, which):
    return reverse("plots:evidence_file", args=[evidence.pk, which])


def body(response):
    return b"".join(response.streaming_content)


def test_other_villages_secretary_gets_404_and_not_a_byte(client, town, photo):
    for which in ("original", "display", "thumb"):
        client.force_login(town.east_secretary)
        assert len(body(client.get(address(photo, which)))) > 100
        client.force_login(town.west_secretary)
        response = client.get(address(photo, which))
        assert response.status_code == 404
        assert "田坎".encode() not in response.content


@pytest.mark.parametrize("who", ["mayor", "huang", "admin", "east_secretary"])
def test_those_in_scope_may_look(client, town, photo, who):
    client.force_login(getattr(town, who))

    assert {
        client.get(address(photo, which)).status_code for which in ("original", "display", "thumb")
    } == {200}


def test_anonymous_is_sent_to_login(client, photo):
    response = client.get(address(photo, "original"))

    assert response.status_code == 302
    assert response.url.startswith(reverse("villages:login"))


def test_scope_is_checked_before_the_etag(client, town, photo):
    client.force_login(town.west_secretary)

    response = client.get(
        address(photo, "thumb"), headers={"If-None-Match": f'"{photo.sha256}-thumb"'}
    )

    assert response.status_code == 404


def test_our_own_copies_show_in_the_page(client, town, photo):
    client.force_login(town.mayor)

    for which in ("display", "thumb"):
        response = client.get(address(photo, which))
        assert response["Content-Type"] == "image/jpeg"
        assert response["Content-Disposition"].startswith("inline")
        assert b"MakerOfPhone" not in body(response)


def test_original_is_downloaded_under_its_own_name(client, town, photo):
    client.force_login(town.mayor)

    response = client.get(address(photo, "original"))

    assert response["Content-Type"] == "image/jpeg"
    assert unquote(response["Content-Disposition"]) == "attachment; filename*=utf-8''田坎 边.jpg"
    assert body(response) == photo.file.read()


@pytest.mark.parametrize("which", ["original", "display", "thumb"])
def test_every_file_goes_out_shut_in(client, town, photo, which):
    client.force_login(town.mayor)

    response = client.get(address(photo, which))

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox"
    assert response["Cache-Control"].startswith("private")
    assert "Cookie" in response["Vary"]
    assert response["ETag"] == f'"{photo.sha256}-{which}"'


@pytest.mark.parametrize(
    ("content", "name", "content_type", "download"),
    [
        (pdf(), "合同.pdf", "application/pdf", "合同.pdf"),
        (
            office(),
            "x.html",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "x.html.docx",
        ),
        (encoded() + b"<html><script>1</script>", "x.html", "image/jpeg", "x.html.jpg"),
        (encoded(format="PNG"), "截屏.JPG", "image/png", "截屏.JPG.png"),
        (encoded(), 'a"; filename=evil.exe', "image/jpeg", 'a"; filename=evil.exe.jpg'),
    ],
)
def test_type_and_suffix_come_from_the_content(client, town, content, name, content_type, download):
    saved = store(make_record(town.patch), check(upload(content, name)), by=town.huang)
    client.force_login(town.mayor)

    response = client.get(address(saved, "original"))

    assert response["Content-Type"] == content_type
    told = unquote(response["Content-Disposition"]).replace('\\"', '"')
    assert told.startswith("attachment; ")
    assert told.rstrip('"').endswith(download)


def test_unchanged_file_is_not_sent_again(client, town, photo):
    client.force_login(town.mayor)
    etag = client.get(address(photo, "display"))["ETag"]

    response = client.get(address(photo, "display"), headers={"If-None-Match": etag})

    assert (response.status_code, response.content) == (304, b"")
    assert response["Cache-Control"].startswith("private")


def test_missing_file_is_a_404_page(client, town, photo):
    client.force_login(town.mayor)
    for field in (photo.file, photo.display, photo.thumb):
        default_storage.delete(field.name)

    assert {
        client.get(address(photo, which)).status_code for which in ("original", "display", "thumb")
    } == {404}


def test_document_has_no_picture_and_odd_addresses_are_404(client, town):
    paper = store(make_record(town.patch), check(upload(pdf(), "a.pdf")), by=town.huang)
    client.force_login(town.mayor)

    assert [
        client.get(address(paper, which)).status_code
        for which in ("original", "display", "thumb", "x")
    ] == [
        200,
        404,
        404,
        404,
    ]


def test_files_are_only_read(client, town, photo):
    client.force_login(town.admin)

    assert client.post(address(photo, "original")).status_code == 405
    assert client.head(address(photo, "original")).status_code == 200


# 表单


def form(camera=(), files=(), kind=EvidenceForm):
    return kind({}, MultiValueDict({"camera": list(camera), "files": list(files)}))


def test_form_gathers_camera_and_gallery():
    given = form(
        [upload(name="拍.jpg")],
        [upload(name="同一张.jpg"), upload(noisy(20)), upload(pdf(), "a.pdf")],
    )

    assert given.is_valid()
    assert len(given.cleaned_data["evidence"]) == 3
    assert given.cleaned_data["photo_count"] == 2
    assert given.must_pick_again == ""


def test_form_without_files_is_fine():
    given = EvidenceForm({})

    assert given.is_valid()
    assert (given.cleaned_data["evidence"], given.cleaned_data["photo_count"]) == ([], 0)


def test_form_tells_every_bad_file_and_that_photos_must_be_chosen_again():
    given = form(
        [upload(b"", "空.jpg")],
        [upload(b"MZ", "程序.jpg"), upload(), upload(b"<html></html>", "页.jpg")],
    )

    assert not given.is_valid()
    assert given.errors["camera"] == [
        "“空.jpg”是空文件（0 字节）。请重新选择，或重新拍一张。",
        PICK_AGAIN,
    ]
    assert ["“程序.jpg”" in given.errors["files"][0], "“页.jpg”" in given.errors["files"][1]] == [
        True,
        True,
    ]
    assert given.errors["files"][2] == PICK_AGAIN
    assert given.must_pick_again == ""


def test_an_error_elsewhere_says_so_too():
    given = form([upload()])
    assert given.is_valid()
    given.add_error(None, "日期还没有到。")

    assert given.must_pick_again == PICK_AGAIN


def test_both_boxes_together_stay_under_the_limit(settings):
    settings.EVIDENCE_MAX_FILES = 2

    given = form([upload(noisy(20)), upload(noisy(20))], [upload(noisy(20))])

    assert given.errors == {"files": ["照片和文件一共 3 个，一次最多 2 个，请少选几个。"]}


def test_camera_opens_from_the_button_and_gallery_takes_several():
    given = EvidenceForm()

    assert str(given["camera"]) == (
        '<input type="file" name="camera" accept="image/*" capture="environment" id="id_camera">'
    )
    assert str(given["files"]) == (
        '<input type="file" name="files" accept="image/*,.pdf,.docx,.xlsx" multiple id="id_files">'
    )
    assert given.is_multipart()


# 列表


def test_list_shows_facts_and_warns_of_the_same_photo(town, photo):
    store(
        make_record(make_patch(town.target, town.west, code="西9")),
        check(upload(photo.file.read())),
        by=town.huang,
    )
    another = make_record(town.patch, completes=False)
    store(another, check(upload(pdf(), "<b>合同.pdf")), by=town.huang)

    page = render_to_string(
        "plots/evidence/_evidence.html", {"items": listed(town.patch.evidence.all(), town.mayor)}
    )

    assert "2024-09-05 10:11 拍摄" in page
    assert "经度 106.0600、纬度 29.8550" in page
    assert "同一张照片也用于图斑 西9（西村）。" in page
    assert page.count("<img ") == 1
    assert "&lt;b&gt;合同.pdf" in page
    assert "style=" not in page


def test_list_without_anything_says_so(town):
    page = render_to_string(
        "plots/evidence/_evidence.html", {"items": listed(Evidence.objects.all(), town.mayor)}
    )

    assert "还没有照片和文件。" in page
