"""给别的系统取的进度：和 progress --format json 同一份，凭接口密钥，只能看。"""

from django.contrib.auth.decorators import login_not_required
from django.views.decorators.http import require_safe

from taiping.ground.web import answer
from taiping.progress.output import as_json
from taiping.progress.progress import plan_progress
from tasks.models.question import Question
from villages.models import ReadingKey

SCHEME = "Bearer "
ASKED = {"plan", "year", "on", "basis"}
NO_KEY = "请在请求头 Authorization 里写“Bearer 密钥”。密钥由管理员在后台“接口密钥”里发放。"
BAD_KEY = "没有这把密钥，或已经停用，请找管理员换一把。"


@login_not_required
@require_safe
def progress(request):
    """/api/progress?plan=代码&on=2024-10-20&basis=done；写错的一样不差地说，不猜。"""
    given = request.headers.get("Authorization", "")
    if not given.startswith(SCHEME):
        return _refused(NO_KEY)
    key = ReadingKey.of(given.removeprefix(SCHEME).strip())
    if key is None:
        return _refused(BAD_KEY)
    request.read_by = key.name  # 访问记录上写它
    question = Question.from_params(request.GET)
    problems = [
        sentence.partition("；下面")[0].partition("，下面")[0] for sentence in question.problems
    ]
    unknown = sorted(set(request.GET) - ASKED)
    if unknown:
        problems.append(f"不认得“{'、'.join(unknown)[:60]}”，只有 {'、'.join(sorted(ASKED))}")
    if question.plan is None:
        problems.append("还没有年度方案")
    if problems:
        return answer(400, problems=problems)
    return answer(200, **as_json(plan_progress(question.plan, question.on, question.basis)))


def _refused(words):
    response = answer(401, problems=[words])
    response.headers["WWW-Authenticate"] = "Bearer"
    return response
