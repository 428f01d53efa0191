"""方案的每一句话都指得出在系统的哪一页：一句一行，页上真有这几个字。装的是方案自己的数据，不是演示。"""

import pytest

from tests.worlds.factories import make_user
from tests.worlds.kept import again, plan_2024
from villages.models import Role

pytestmark = pytest.mark.django_db

# (方案条款, 那一页, 页上的字)
SENTENCES = [
    ("一：耕地保有量", "/plan/", "不低于 32,202 亩"),
    ("一：永久基本农田", "/plan/", "不低于 29,733 亩"),
    ("一：恢复补足", "/plan/", "全年完成耕地恢复补足1010亩"),
    ("一：自然撂荒", "/plan/", "完成自然摞荒地核查整治608亩以上"),
    ("一：种植结构调整", "/plan/", "种植结构调整耕地核查整治65亩以上"),
    ("一：退耕还林", "/plan/", "不符合政策退耕还林地核查整治94亩以上"),
    ("一：重点图斑", "/plan/", "24个重点图斑、99.3亩"),
    ("二：专班和办公室", "/plan/groups/", "规划建设办"),
    ("二（一）统筹协调", "/plan/groups/", "统筹协调指导工作组"),
    ("二（二）A、B 两片", "/plan/shares/", "双福"),
    ("二（二）配合区土地整治储备中心", "/plan/groups/", "配合区土地整治储备中心"),
    ("二（三）三类核查整治", "/plan/groups/", "因地制宜推进复耕复种"),
    ("二（四）26 个逐一整改", "/plan/", "违法占用耕地问题26个逐一整改"),
    ("二（四）日常监督巡查、即时制止", "/duties/", "巡查"),
    ("三（一）矛盾纠纷调解", "/duties/", "矛盾纠纷调解"),
    ("三（一）施工、种植、验收", "/plan/", "9月1日至11月30日"),
    ("三（一）比对核实", "/plan/", "比对核实"),
    ("三（一）（二）国土调查云举证", "/plan/", "要填国土调查云上传编号"),
    ("三（二）镇组织核实", "/plan/", "11月15日"),
    ("三（三）农转用等整改路径", "/patches/add/?target=illegal", "农转用"),
    ("三（三）设施农业用地备案", "/patches/add/?target=illegal", "设施农业用地备案"),
    ("三（三）确权登记", "/patches/add/?target=illegal", "确权登记"),
    ("三（三）一事一议", "/patches/add/?target=illegal", "一事一议"),
    ("三（三）一 用地论证", "/duties/", "用地论证"),
    ("三（三）二 宅基地审批", "/duties/", "宅基地"),
    ("三（三）三 设施农业备案", "/duties/", "设施农业"),
    ("三（三）四 农村道路", "/duties/", "进出平衡"),
    ("三（三）五 加大巡查", "/plan/", "加大巡查"),
    ("四（一）一级抓一级", "/plan/", "一级抓一级，层层抓落实"),
    ("四（一）督办", "/orders/", "督办"),
    ("四（二）资金到位、奖补", "/subsidies/", "铜委办便笺〔2024〕36号"),
    ("四（三）宣传、包村包社包户", "/duties/", "宣传"),
    ("四（四）年终目标考核", "/assessment/", "考核"),
    ("四（四）追责问责", "/plan/", "由镇纪委严肃追责问责"),
]


@pytest.fixture
def page_at(client):
    again(plan_2024)
    client.force_login(make_user(role=Role.STAFF))

    def page_at(address):
        response = client.get(address)
        assert response.status_code == 200, address
        return response.content.decode()

    return page_at


def test_every_sentence_of_the_notice_has_its_page(page_at):
    pages = {address: page_at(address) for address in {address for _, address, _ in SENTENCES}}

    lacking = [row for row in SENTENCES if row[2] not in pages[row[1]]]

    assert lacking == []


def test_each_requirement_leads_to_the_page_of_its_menu(page_at):
    page = page_at("/plan/")

    for label in ("督办", "奖补", "常态工作", "考核"):
        assert f"看{label}</a>" in page
