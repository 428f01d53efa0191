"""换过说法的几句，编好的和写的是同一份。"""

import gettext
import re

from tests import ROOT

FOLDER = ROOT / "taiping" / "locale" / "zh_Hans" / "LC_MESSAGES"
PAIR = re.compile(r'^msgid "(.+)"\nmsgstr "(.*)"$', re.MULTILINE)
PLURAL = re.compile(r'^msgid "(.+)"\nmsgid_plural ".+"\nmsgstr\[0\] "(.*)"$', re.MULTILINE)


def test_what_is_compiled_is_what_is_written():
    text = (FOLDER / "django.po").read_text(encoding="utf-8")
    written, plurals = dict(PAIR.findall(text)), dict(PLURAL.findall(text))
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    assert written and plurals
    assert {words: compiled.gettext(words) for words in written} == written
    assert {words: compiled.ngettext(words, words, 1) for words in plurals} == plurals
