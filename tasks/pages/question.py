"""这次请求问的是哪一份方案、哪一天：地址里没写方案的，接着看这次登录里正在看的那一份。"""

from django.http import HttpRequest

from tasks.models.question import Question

KEPT = "plan"  # 会话里：[正在看的代码, 那时不说就看的代码]


def question_of(request: HttpRequest, kind: type[Question] = Question) -> Question:
    """问一次，记在请求上（request.question），页头也用它。

    点名看过不是默认的一份就记在会话里；默认的那一份换了（过了年），记的就不算数。
    """
    if isinstance(getattr(request, "question", None), kind):
        return request.question
    given = request.GET
    named = "plan" in given or "year" in given
    kept = request.session.get(KEPT)
    if kept and not named:
        given = given.copy()
        given["plan"] = kept[0]
    question = kind.from_params(given)
    usual = question.usual_plan
    is_stale = usual is None or question.problems or (kept and kept[1] != usual.code)
    if kept and not named and is_stale:
        question = kind.from_params(request.GET)
    if named:
        _keep(request.session, question)
    request.question = question
    return question


def _keep(session, question):
    plan, usual = question.plan, question.usual_plan
    if plan is None or plan == usual:
        if KEPT in session:
            del session[KEPT]
    elif session.get(KEPT) != [plan.code, usual.code]:
        session[KEPT] = [plan.code, usual.code]
