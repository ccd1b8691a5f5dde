"""The addresses of releases, promotions, and what is live."""

from django.urls import path

from common.converters import NAME
from releases.views import (
    approvals,
    assessments,
    contents,
    evidence,
    gates,
    live,
    preparations,
    promotions,
    releases,
    running,
    waiting,
    writing,
)

urlpatterns = [
    path("releases/", releases.releases, name="releases"),
    path("releases/new/", writing.new_release, name="new_release"),
    path(f"releases/<{NAME}:key>/", releases.release, name="release"),
    path(f"releases/<{NAME}:key>/edit/", writing.edit_release, name="edit_release"),
    path(f"releases/<{NAME}:key>/copy/", writing.copy_release, name="copy_release"),
    path(f"releases/<{NAME}:key>/assessment/", assessments.assess_release, name="assess_release"),
    path(f"releases/<{NAME}:key>/status/", writing.move_release_on, name="move_release_on"),
    path(f"releases/<{NAME}:key>/members/", writing.change_members, name="change_members"),
    path(f"releases/<{NAME}:key>/restriction/", writing.restrict_release, name="restrict_release"),
    path(f"releases/<{NAME}:key>/opening/", writing.open_release, name="open_release"),
    path(f"releases/<{NAME}:key>/cancellation/", writing.cancel_release, name="cancel_release"),
    path("promotions/", promotions.promotions, name="promotions"),
    path("promotions/new/", promotions.new_promotion, name="new_promotion"),
    path("promotions/<int:pk>/", promotions.promotion, name="promotion"),
    path("promotions/<int:pk>/move/", promotions.move_promotion, name="move_promotion"),
    path("promotions/<int:pk>/cancellation/", promotions.cancel_promotion, name="cancel_promotion"),
    path("promotions/<int:pk>/run/", running.run_promotion, name="run_promotion"),
    path("promotions/<int:pk>/pause/", running.pause_promotion, name="pause_promotion"),
    path("promotions/<int:pk>/resumption/", running.resume_promotion, name="resume_promotion"),
    path("promotions/<int:pk>/outcome/", running.end_promotion, name="end_promotion"),
    path("promotions/<int:pk>/roll-back/", running.roll_back_promotion, name="roll_back_promotion"),
    path(f"releases/<{NAME}:key>/plan/", promotions.plan_route, name="plan_route"),
    path("live/", live.live, name="live"),
]

_ONE = f"releases/<{NAME}:key>"
urlpatterns += [
    path(f"{_ONE}/items/new/", contents.new_item, name="new_item"),
    path(f"{_ONE}/items/<int:pk>/edit/", contents.edit_item, name="edit_item"),
    path(f"{_ONE}/items/<int:pk>/removal/", contents.remove_item, name="remove_item"),
    path(f"{_ONE}/candidates/new/", contents.new_candidate, name="new_candidate"),
    path(f"{_ONE}/contributions/new/", contents.new_contribution, name="new_contribution"),
    path(f"{_ONE}/contributions/<int:pk>/edit/", contents.edit_contribution, name="edit_contribution"),
    path(f"{_ONE}/contributions/<int:pk>/decision/", contents.decide_contribution, name="decide_contribution"),
    path(f"{_ONE}/contributions/<int:pk>/withdrawal/", contents.withdraw_contribution, name="withdraw_contribution"),
    path(f"{_ONE}/prerequisites/new/", contents.new_prerequisite, name="new_prerequisite"),
    path(f"{_ONE}/prerequisites/<int:pk>/removal/", contents.remove_prerequisite, name="remove_prerequisite"),
    path("outputs/<int:pk>/offer/", contents.offer_output, name="offer_output"),
]

_AUDIENCE, _PREPARATION = f"{_ONE}/audiences/<int:pk>", f"{_ONE}/preparations/<int:pk>"
urlpatterns += [
    path(f"{_ONE}/audiences/new/", preparations.new_audience, name="new_audience"),
    path(f"{_AUDIENCE}/", preparations.audience, name="audience"),
    path(f"{_AUDIENCE}/edit/", preparations.edit_audience, name="edit_audience"),
    path(f"{_AUDIENCE}/removal/", preparations.remove_audience, name="remove_audience"),
    path(f"{_AUDIENCE}/draft/", preparations.draft_notes, name="draft_notes"),
    path(f"{_AUDIENCE}/preparations/new/", preparations.new_preparation, name="new_preparation"),
    path(f"{_PREPARATION}/edit/", preparations.edit_preparation, name="edit_preparation"),
    path(f"{_PREPARATION}/removal/", preparations.remove_preparation, name="remove_preparation"),
    path(f"{_PREPARATION}/completion/", preparations.finish_preparation, name="finish_preparation"),
    path(f"{_PREPARATION}/reopening/", preparations.reopen_preparation, name="reopen_preparation"),
]

_GATE = f"{_ONE}/gates/<int:pk>"
urlpatterns += [
    path(f"{_GATE}/", gates.gate, name="gate"),
    path(f"{_GATE}/ticks/", gates.tick_gate, name="tick_gate"),
    path(f"{_GATE}/decision/", gates.decide_gate, name="decide_gate"),
    path(f"{_GATE}/reopening/", gates.reopen_gate, name="reopen_gate"),
    path(f"{_GATE}/evidence/new/", evidence.show_evidence, name="show_evidence"),
    path("evidence/<int:pk>/file", evidence.evidence_file, name="evidence_file"),
    path(f"{_GATE}/waivers/new/", gates.waive_gate, name="waive_gate"),
    path(f"{_GATE}/waivers/<int:waiver>/ending/", gates.end_waiver, name="end_waiver"),
]

urlpatterns += [
    path("approvals/", waiting.waiting_for_me, name="waiting_for_me"),
    path("promotions/<int:pk>/request/", approvals.request_promotion, name="request_promotion"),
    path("promotions/<int:pk>/withdrawal/", approvals.withdraw_promotion, name="withdraw_promotion"),
    path("promotions/<int:pk>/approvals/new/", approvals.decide_promotion, name="decide_promotion"),
    path("promotions/<int:pk>/approvals/taking-back/", approvals.take_back_approval, name="take_back_approval"),
    path(f"{_ONE}/approvals/new/", approvals.decide_together, name="decide_together"),
]
