"""网站的地址：.env 里怎么写都看得懂，看不懂的启动时说改哪一行；被拒绝的网址，页面上也说改哪一行。"""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host
from django.test import Client, override_settings

from taiping.ground.hosts import site_addresses
from tests.worlds.factories import make_user
from tests.worlds.manage import manage


class TestWritten:
    @pytest.mark.parametrize(
        ("text", "hosts"),
        [
            ("gengdi.gov.cn,127.0.0.1", ["gengdi.gov.cn", "127.0.0.1"]),
            ("https://gengdi.gov.cn", ["gengdi.gov.cn"]),
            ("http://gengdi.gov.cn/", ["gengdi.gov.cn"]),
            ("gengdi.gov.cn:8000", ["gengdi.gov.cn"]),
            ("https://gengdi.gov.cn:8443/accounts/login/?next=/", ["gengdi.gov.cn"]),
            ("gengdi.gov.cn，10.0.0.8", ["gengdi.gov.cn", "10.0.0.8"]),
            ("gengdi.gov.cn、10.0.0.8", ["gengdi.gov.cn", "10.0.0.8"]),
            (" gengdi.gov.cn　10.0.0.8； localhost ", ["gengdi.gov.cn", "10.0.0.8", "localhost"]),
            ("ｇｅｎｇｄｉ．ｇｏｖ。ｃｎ：８０００", ["gengdi.gov.cn"]),
            ("GengDi.Gov.CN.", ["gengdi.gov.cn"]),
            ("“gengdi.gov.cn”,'a.cn'", ["gengdi.gov.cn", "a.cn"]),
            ("a.cn,a.cn:80,,", ["a.cn"]),
            ("::1", ["[::1]"]),
            ("[2001:DB8:0::1]:8000", ["[2001:db8::1]"]),
            (".gov.cn", [".gov.cn"]),
            ("*", ["*"]),
            ("", ["localhost", "127.0.0.1", "[::1]"]),
            (" ， ", ["localhost", "127.0.0.1", "[::1]"]),
        ],
    )
    def test_host_is_taken_as_meant(self, text, hosts):
        assert site_addresses(text, "")[0] == hosts

    @pytest.mark.parametrize(
        ("text", "write"),
        [
            ("*.gov.cn", "ALLOWED_HOSTS=.gov.cn"),
            ("geng_di,a.cn", "ALLOWED_HOSTS=a.cn"),
            ("耕地.中国，a.cn", "ALLOWED_HOSTS=a.cn"),
            ("a.cn:80a,b.cn", "ALLOWED_HOSTS=b.cn"),
            ("a@b.cn,c.cn", "ALLOWED_HOSTS=c.cn"),
            ("192.168.1.300,a.cn", "ALLOWED_HOSTS=a.cn"),
            ("https://", "如 ALLOWED_HOSTS=gengdi.example.gov.cn,127.0.0.1"),
            ("a.cn:99999", "如 ALLOWED_HOSTS="),
            ("-a.cn,b.cn", "ALLOWED_HOSTS=b.cn"),
            ("a..cn", "如 ALLOWED_HOSTS="),
            ("[::g]", "如 ALLOWED_HOSTS="),
            ('["a.cn"]', "如 ALLOWED_HOSTS="),
            ("a" * 300, "如 ALLOWED_HOSTS="),
            ("a*.cn", "如 ALLOWED_HOSTS="),
        ],
    )
    def test_unclear_host_is_refused_with_both_lines(self, text, write):
        with pytest.raises(ImproperlyConfigured) as refused:
            site_addresses(text, "")

        told = str(refused.value)
        assert f"现在写的是 ALLOWED_HOSTS={text}" in told
        assert f"要写成{'' if write.startswith('如') else ' '}{write}" in told

    @pytest.mark.parametrize(
        ("text", "origins"),
        [
            ("https://gengdi.gov.cn", ["https://gengdi.gov.cn"]),
            ("https://gengdi.gov.cn/", ["https://gengdi.gov.cn"]),
            ("HTTPS://GengDi.Gov.CN:443/accounts/", ["https://gengdi.gov.cn"]),
            ("http://a.cn:80", ["http://a.cn"]),
            (
                "https://a.cn:8443，http://10.0.0.8:8000",
                ["https://a.cn:8443", "http://10.0.0.8:8000"],
            ),
            ("https：／／ａ．ｃｎ", ["https://a.cn"]),
            ("https://*.gov.cn", ["https://*.gov.cn"]),
            ("https://[::1]:8000/", ["https://[::1]:8000"]),
            ("", []),
        ],
    )
    def test_origin_is_taken_as_meant(self, text, origins):
        assert site_addresses("", text)[1] == origins

    @pytest.mark.parametrize(
        ("text", "write"),
        [
            ("gengdi.gov.cn", "CSRF_TRUSTED_ORIGINS=https://gengdi.gov.cn"),
            ("a.cn:8443，https://b.cn", "CSRF_TRUSTED_ORIGINS=https://a.cn:8443,https://b.cn"),
            ("ftp://a.cn", "CSRF_TRUSTED_ORIGINS=https://a.cn"),
            ("*", "如 CSRF_TRUSTED_ORIGINS=https://gengdi.example.gov.cn"),
            ("https://*", "如 CSRF_TRUSTED_ORIGINS="),
            ("https:/a.cn", "如 CSRF_TRUSTED_ORIGINS="),
        ],
    )
    def test_unclear_origin_is_refused_with_both_lines(self, text, write):
        with pytest.raises(ImproperlyConfigured) as refused:
            site_addresses("", text)

        told = str(refused.value)
        assert f"现在写的是 CSRF_TRUSTED_ORIGINS={text}" in told
        assert f"要写成{'' if write.startswith('如') else ' '}{write}" in told

    def test_all_that_is_wrong_is_told_at_once(self):
        with pytest.raises(ImproperlyConfigured) as refused:
            site_addresses("geng_di,x@y", "gengdi.gov.cn")

        told = str(refused.value)
        assert all(words in told for words in ("“geng_di”", "“x@y”", "“gengdi.gov.cn”"))
        assert told.count("。") == 2

    def test_what_is_taken_lets_the_browsers_host_in_and_nobody_else(self):
        hosts, _ = site_addresses("https://GengDi.gov.cn:8000/，::1", "")

        assert [
            validate_host(host, hosts)
            for host in ("gengdi.gov.cn", "[::1]", "x.gengdi.gov.cn", "gov.cn")
        ] == [
            True,
            True,
            False,
            False,
        ]

    def test_long_and_odd_text_is_read_at_once(self):
        """线性：几十万个字也是一句话的事，不用等。"""
        for text in ("a." * 100_000, ":" * 200_000, "[" * 200_000, "://" * 100_000, "a,,," * 1000):
            try:
                site_addresses(text, text)
            except ImproperlyConfigured as refused:
                assert len(str(refused)) < 1_000_000


class TestStart:
    @pytest.mark.parametrize(
        "command", [("check",), ("quickstart", "--no-serve"), ("serve", "--port", "1")]
    )
    def test_every_command_says_the_sentence_and_no_traceback(self, tmp_path, command):
        done = manage(
            *command, folder=tmp_path, ALLOWED_HOSTS="*.gov.cn", CSRF_TRUSTED_ORIGINS="a.gov.cn"
        )

        assert done.returncode == 1
        assert "要写成 ALLOWED_HOSTS=.gov.cn" in done.stderr
        assert "要写成 CSRF_TRUSTED_ORIGINS=https://a.gov.cn" in done.stderr
        assert "Traceback" not in done.stderr + done.stdout
        assert len(done.stderr.strip().splitlines()) == 1

    def test_traceback_is_there_for_those_who_ask(self, tmp_path):
        done = manage("check", "--traceback", folder=tmp_path, ALLOWED_HOSTS="*.gov.cn")

        assert "Traceback" in done.stderr


@pytest.mark.django_db
class TestRefused:
    @pytest.mark.parametrize(
        ("host", "line"),
        [
            ("bieren.example.com", "ALLOWED_HOSTS=…,bieren.example.com"),
            ("10.0.0.8:8000", "ALLOWED_HOSTS=…,10.0.0.8"),
            ("Bieren.Example.COM:99", "ALLOWED_HOSTS=…,bieren.example.com"),
            ("[2001:db8::1]", "ALLOWED_HOSTS=…,[2001:db8::1]"),
        ],
    )
    def test_page_says_which_line_to_mend(self, client, host, line):
        response = client.get("/", HTTP_HOST=host)

        page = response.content.decode()
        assert response.status_code == 400
        assert "这个网址没有开放" in page
        assert f"<code>{line}</code>" in page

    @pytest.mark.parametrize(
        "host",
        [
            "<script>alert(1)</script>",
            "a_b.cn",
            "x" * 5000,
            "*",
            ".cn",
            "a.cn,b.cn",
            "a b",
            "龙.cn".encode().decode("latin-1"),
            "a.cn/../../etc",
            "a.cn@b.cn",
            "",
            "{{ 7 }}",
        ],
    )
    def test_odd_host_is_not_repeated(self, client, host):
        response = client.get("/", HTTP_HOST=host)

        page = response.content.decode()
        assert response.status_code == 400
        assert "…," not in page
        assert "<script>alert" not in page
        assert "ALLOWED_HOSTS" in page
        assert len(page) < 8000

    def test_existing_hosts_are_not_told_to_strangers(self, client, settings):
        settings.ALLOWED_HOSTS = ["neibu.gengdi.gov.cn"]

        assert "neibu" not in client.get("/", HTTP_HOST="bieren.example.com").content.decode()

    def test_redirect_to_https_refuses_it_in_words_too(self, client):
        with override_settings(SECURE_SSL_REDIRECT=True):
            moved = Client().get("/plan/", HTTP_HOST="bieren.example.com")

        assert moved.status_code == 400
        assert "ALLOWED_HOSTS=…,bieren.example.com" in moved.content.decode()

    @pytest.mark.parametrize(
        ("origin", "line"),
        [
            ("https://gengdi.gov.cn", "CSRF_TRUSTED_ORIGINS=…,https://gengdi.gov.cn"),
            ("http://10.0.0.8:8000", "CSRF_TRUSTED_ORIGINS=…,http://10.0.0.8:8000"),
        ],
    )
    def test_form_from_an_unknown_origin_says_which_line(self, origin, line):
        strict = Client(enforce_csrf_checks=True)

        response = strict.post("/accounts/login/", {"username": "a"}, HTTP_ORIGIN=origin)

        page = response.content.decode()
        assert response.status_code == 403
        assert f"<code>{line}</code>" in page
        assert "不认得的网址不要添" in page

    @pytest.mark.parametrize(
        "origin", ["null", "https://<b>", "https://*.cn", "https://" + "a" * 5000, "javascript:x"]
    )
    def test_odd_origin_is_not_repeated(self, origin):
        page = (
            Client(enforce_csrf_checks=True)
            .post("/accounts/login/", HTTP_ORIGIN=origin)
            .content.decode()
        )

        assert "CSRF_TRUSTED_ORIGINS" in page
        assert "…," not in page
        assert len(page) < 8000

    def test_https_referer_from_elsewhere_says_the_same(self):
        strict = Client(enforce_csrf_checks=True)

        response = strict.post(
            "/accounts/login/", secure=True, HTTP_REFERER="https://gengdi.gov.cn/accounts/login/"
        )

        assert "CSRF_TRUSTED_ORIGINS=…,https://gengdi.gov.cn<" in response.content.decode()

    def test_stale_form_is_still_told_as_stale(self):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(make_user())

        page = strict.post("/accounts/password/", {"a": "b"}).content.decode()

        assert "这张表单过期了" in page
        assert "CSRF_TRUSTED_ORIGINS" not in page
