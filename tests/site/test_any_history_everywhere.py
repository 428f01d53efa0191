"""任意一段历史以后，随便哪天：总览、村页、台账、周报、通报、JSON 说的都是另算一遍的数，页上的数点开正好是那些图斑。"""

from collections import defaultdict

from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from plots.pages.patch_list.rows import rows_of
from tests.dashboard.test_links_agree import Links, count_in
from tests.progress.test_any_history import days_of
from tests.worlds.any_town import AnyTown
from tests.worlds.history import IS_LONG, any_history, few
from tests.worlds.replay import places
from tests.worlds.replay.agree import BASES
from tests.worlds.replay.town import ReplayTown

STATUSES = ["PENDING", "UNDERWAY", "RETURNED", "AWAITING", "CLOSED", "EXEMPT", "DEFERRED"]


class Everywhere(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.town = AnyTown()

    def walk(self, data, **weights):
        history = any_history(self.town, data, weights, lambda history, name: None)
        self.client = Client()
        self.client.force_login(self.town.mayor)
        for plan in (self.town.plan, self.town.new):
            town = ReplayTown(plan, history.places)
            for basis in BASES if IS_LONG else [data.draw(st.sampled_from(BASES), "口径")]:
                on = data.draw(st.sampled_from(days_of(history)), "哪天")
                self.day, self.where = town.day(on, basis), (str(plan), on, basis, history.told)
                self.asked = f"plan={plan.code}&on={on}&basis={basis}"
                self.figures = self.day.figures()
                self.ledger_lists_the_same()
                self.files_say_the_same()
                self.bulletin_says_the_same()
                self.pages_open_what_they_count()

    # 台账

    def ledger_lists_the_same(self):
        for target in self.day.town.targets:
            rows = self.day.rows[target.pk]
            if not rows:
                continue
            for query, chosen in self.conditions(rows):
                filters = places.ledger(
                    self.town.mayor, f"{self.asked}&target={target.code}&{query}"
                )
                assert not filters.problems, (filters.problems, query)
                found = sorted(filters.qs.values_list("pk", flat=True))
                assert found == sorted(row.patch.pk for row in chosen), (query, self.where)
            self.ledger_sums_the_same(target)
            self.ledger_shows_the_same(target, rows)

    def conditions(self, rows):
        """[(台账的条件, 该有的图斑)]。"""
        last = rows[0].steps[-1]
        states = {
            "all": lambda row: True,
            "exempt": lambda row: row.exempt,
            "deferred": lambda row: row.is_deferred,
            "overdue": lambda row: row.stuck_at,
            "returned": lambda row: row.is_waiting,
            "open": lambda row: row.undone and not row.exempt,
            "relapsed": lambda row: row.relapse and row.is_pressed,
            "confirmed": lambda row: row.finished(last),
        }
        for state, fits in states.items():
            yield f"state={state}", [row for row in rows if fits(row)]
        for actor in places.ACTORS:
            stuck = [row for row in rows if row.stuck_at and row.stuck_at.actor == actor]
            yield f"state=overdue&actor={actor}", stuck
        by_status = defaultdict(list)
        for row in rows:
            by_status[row.status].append(row)
        for status in STATUSES:
            yield f"state=all&status={status}", by_status[status]
        for village in self.day.villages:
            own = [row for row in rows if row.village == village]
            yield f"state=all&village={village}", own

    def ledger_sums_the_same(self, target):
        row = self.figures["targets"][target.code]
        asked = f"{self.asked}&target={target.code}"
        count, area, _ = places.sums_of(places.ledger(self.town.mayor, f"{asked}&state=all"))
        assert (count, area) == row["patches"], self.where
        for state in ("reported", "confirmed"):
            filters = places.ledger(self.town.mayor, f"{asked}&state={state}")
            count = places.sums_of(filters)[0]
            some = f"{asked}&milestone={filters.ledger.asked_steps(state, '')[0].code}&done=some"
            amount = places.sums_of(places.ledger(self.town.mayor, some))[2]
            assert (count, amount) == row[state], (state, self.where)

    def ledger_shows_the_same(self, target, rows):
        """一块一行：状态、村、面积是那天的。"""
        filters = places.ledger(self.town.mayor, f"{self.asked}&target={target.code}&state=all")
        shown = {
            row.patch.pk: (row.status.value, row.patch.village_id, row.patch.area_mu)
            for row in rows_of(filters.qs, filters)
        }
        expected = {row.patch.pk: (row.status, row.village, row.area) for row in rows}
        assert shown == expected, self.where

    # 周报、JSON、通报

    def files_say_the_same(self):
        plan, on, basis = self.day.plan, self.day.on, self.day.basis
        expected = places.wanted(self.figures)
        book = places.weekly(plan, on, basis)
        for said in (
            places.in_json(plan, on, basis),
            places.in_workbook(book, self.day.town.targets),
        ):
            assert said.keys() == expected.keys(), self.where
            for code, row in said.items():
                wanted = {name: expected[code][name] for name in row}
                assert row == wanted, (code, self.where)
        rows = [row for rows in self.day.rows.values() for row in rows]
        late = [row for row in rows if row.stuck_at]
        assert sorted(places.listed_in(book, "逾期清单", "图斑编号")) == _codes(late), self.where
        waiting = [row for row in rows if row.status == "DEFERRED"]
        assert sorted(places.listed_in(book, "暂缓清单", "图斑编号")) == _codes(waiting), self.where
        assert sorted(places.listed_in(book, "明细", "图斑编号")) == _codes(rows), self.where

    def bulletin_says_the_same(self):
        texts, table = places.bulletin(self.day.plan, self.day.on, self.day.basis)
        rows = [row for rows in self.day.rows.values() for row in rows]
        said = places.in_bulletin(texts)
        owed = [
            sum(row.stuck_at is not None and row.stuck_at.actor == actor for row in rows)
            for actor in places.ACTORS
        ]
        assert said == ((len(rows), sum(owed), owed) if rows else None), self.where
        names = {village.pk: village.name for village in self.day.town.villages}
        assert table == {
            names[village]: counts for village, counts in self.village_counts().items() if counts[0]
        }, self.where

    def village_counts(self):
        """{村: [图斑, 上报, 核实, 村该办的逾期]}，各项任务合起来。"""
        found = {village: [0, 0, 0, 0] for village in self.day.villages}
        for target in self.figures["targets"].values():
            for village, row in target["villages"].items():
                if "patches" in row:
                    own = [row[name][0] for name in ("patches", "reported", "confirmed")]
                    own.append(row["owed"].get("VILLAGE", 0))
                    found[village] = [sum(pair) for pair in zip(found[village], own, strict=True)]
        return found

    # 页面

    def pages_open_what_they_count(self):
        counts, wrong = {}, []
        villages = self.day.villages if IS_LONG else self.day.villages[:1]
        for path in ["/", *(f"/villages/{village}/" for village in villages)]:
            page = Links()
            page.feed(self.client.get(f"{path}?{self.asked}").content.decode())
            for address, text in dict.fromkeys(page.found):
                stated = count_in(text.split("，其中")[0])
                if stated is None or "done=some" in address:
                    continue
                if address not in counts:
                    counts[address] = places.ledger(self.town.mayor, address).qs.count()
                if counts[address] != stated:
                    wrong.append(f"{path} 的“{text}”点开是 {counts[address]} 块：{address}")
        assert not wrong, (wrong, self.where)

    @few(2)
    @given(st.data())
    def test_after_work_and_corrections(self, data):
        self.walk(data, deed=30, take_back=3)

    @few(2)
    @given(st.data())
    def test_after_plan_changes_files_and_carrying(self, data):
        self.walk(data, deed=20, carry=2, insert_step=3, move_due=2, **{"import": 3})


def _codes(rows):
    return sorted(row.patch.code for row in rows)
