"""下载断了接着下：要文件的一段就给一段；先看范围，再看要哪一段；记一次下载，不是一段一次。"""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from plots.evidence import check, store
from taiping.audit.models import Access
from tests.worlds.factories import make_batch, make_record
from tests.worlds.photos import pdf, upload

CONTENT = pdf()
SIZE = len(CONTENT)


@pytest.fixture
def paper(town):
    """东村交的一份合同，地址在 url 里。"""
    stored = store(
        make_record(town.patch), check(upload(CONTENT, "合同.pdf")), by=town.east_secretary
    )
    stored.url = reverse("plots:evidence_file", args=[stored.pk, "original"])
    return stored


def asked(client, url, given, **headers):
    response = client.get(url, headers={"Range": given, **headers})
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return response, content


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=0-0", 0, 0),
        ("bytes=10-", 10, SIZE - 1),
        ("bytes=-1", SIZE - 1, SIZE - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        (f"bytes=-{SIZE * 9}", 0, SIZE - 1),
        ("Bytes=5-99999999999999999999", 5, SIZE - 1),
    ],
)
def test_one_range_is_answered_with_just_that_part(client, town, paper, given, first, last):
    client.force_login(town.mayor)

    response, content = asked(client, paper.url, given)

    assert (response.status_code, content) == (206, CONTENT[first : last + 1])
    assert response["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response["Content-Length"] == str(last - first + 1)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "given",
    [
        "bytes=9-2",
        "bytes=0-1,5-6",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=1",
        "lines=0-3",
        "bytes=٠-٣",
        "bytes=+1-2",
        "",
        "-",
    ],
)
def test_what_is_not_one_range_gets_the_whole_file(client, town, paper, given):
    client.force_login(town.mayor)

    response, content = asked(client, paper.url, given)

    assert (response.status_code, content) == (200, CONTENT)
    assert response["Accept-Ranges"] == "bytes"
    assert "Content-Range" not in response.headers


@pytest.mark.parametrize("given", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0"])
def test_range_beyond_the_end_is_416_with_the_size(client, town, paper, given):
    client.force_login(town.mayor)

    response, content = asked(client, paper.url, given)

    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{SIZE}"
    assert content.decode().startswith(f"这个文件有 {SIZE} 字节")


def test_a_download_goes_on_only_when_the_file_is_the_same(client, town, paper):
    client.force_login(town.mayor)
    etag = client.get(paper.url)["ETag"]

    same, _ = asked(client, paper.url, "bytes=5-", **{"If-Range": etag})
    other, whole = asked(client, paper.url, "bytes=5-", **{"If-Range": '"bie-de"'})
    weak, _ = asked(client, paper.url, "bytes=5-", **{"If-Range": f"W/{etag}"})
    by_date, _ = asked(
        client, paper.url, "bytes=5-", **{"If-Range": "Sat, 05 Oct 2024 00:00:00 GMT"}
    )
    unchanged, _ = asked(client, paper.url, "bytes=5-", **{"If-None-Match": etag})

    assert [r.status_code for r in (same, other, weak, by_date, unchanged)] == [
        206,
        200,
        200,
        200,
        304,
    ]
    assert whole == CONTENT


def test_scope_comes_before_the_range(client, town, paper):
    client.force_login(town.west_secretary)

    answers = [asked(client, paper.url, given) for given in ("bytes=0-9", f"bytes={SIZE}-")]

    assert [response.status_code for response, _ in answers] == [404, 404]
    assert not any(
        str(SIZE) in response.headers.get("Content-Range", "") for response, _ in answers
    )
    assert not any(CONTENT[:9] in content for _, content in answers)


def test_only_get_is_answered_in_part(client, town, paper):
    client.force_login(town.mayor)

    response = client.head(paper.url, headers={"Range": "bytes=0-9"})

    assert (response.status_code, response["Content-Length"]) == (200, str(SIZE))


def test_imported_file_too(client, town):
    batch = make_batch(town.target, by=town.huang)
    batch.file.save("下发.xlsx", ContentFile(b"0123456789"))
    client.force_login(town.huang)

    response, content = asked(client, reverse("plots:import_file", args=[batch.pk]), "bytes=3-5")

    assert (response.status_code, content) == (206, b"345")


def test_download_is_noted_once_not_once_a_range(client, town, paper):
    client.force_login(town.mayor)

    for given in ("bytes=0-9", "bytes=10-19", "bytes=20-"):
        asked(client, paper.url, given)
    once = Access.objects.filter(kind="DOWNLOAD").count()
    client.force_login(town.huang)
    asked(client, paper.url, "bytes=1-")
    Access.objects.update(at=Access.objects.first().at - timedelta(days=1))
    asked(client, paper.url, "bytes=1-")
    client.get(paper.url)
    client.head(paper.url)

    assert once == 1
    assert list(
        Access.objects.filter(kind="DOWNLOAD").order_by("pk").values_list("username", flat=True)
    ) == [
        "zhen",
        "huang",
        "huang",
        "huang",
    ]


def test_what_the_browser_may_keep(client, town):
    """运行手册：只许存缩略图，用之前先问；原件和浏览图不留。"""
    photo = store(make_record(town.patch), check(upload()), by=town.east_secretary)
    client.force_login(town.east_secretary)
    urls = {
        which: reverse("plots:evidence_file", args=[photo.pk, which])
        for which in ("original", "display", "thumb")
    }

    told = {which: client.get(url)["Cache-Control"] for which, url in urls.items()}
    etag = client.get(urls["thumb"])["ETag"]
    again = client.get(urls["thumb"], headers={"If-None-Match": etag})
    town.east_secretary.postings.all().delete()
    after = client.get(urls["thumb"], headers={"If-None-Match": etag})

    assert told == {
        "original": "private, no-store",
        "display": "private, no-store",
        "thumb": "private, no-cache",
    }
    assert (again.status_code, again["Cache-Control"], after.status_code) == (
        304,
        "private, no-cache",
        404,
    )
