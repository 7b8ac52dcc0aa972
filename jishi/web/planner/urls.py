from django.urls import path

from jishi.web.planner import deciding, editing, overview, plans

urlpatterns = [
    path("grids/", overview.grids, name="grids"),
    path("grids/ask-all/", overview.ask_all, name="grids_ask_all"),
    path("grids/communities/<int:community_id>/", overview.community, name="grids_community"),
    path("grids/plans/<int:plan_id>/", plans.plan, name="grid_plan"),
    path("grids/plans/<int:plan_id>/ground/", plans.ground, name="grid_plan_ground"),
    path("grids/plans/<int:plan_id>/moves/", plans.moves, name="grid_plan_moves"),
    path("grids/plans/<int:plan_id>/move/", editing.move, name="grid_plan_move"),
    path("grids/plans/<int:plan_id>/restore/", editing.restore, name="grid_plan_restore"),
    path("grids/plans/<int:plan_id>/name/", editing.rename, name="grid_plan_name"),
    path("grids/plans/<int:plan_id>/reason/", editing.explain, name="grid_plan_reason"),
    path("grids/plans/<int:plan_id>/approve/", deciding.approve, name="grid_plan_approve"),
    path("grids/plans/<int:plan_id>/withdraw/", deciding.withdraw, name="grid_plan_withdraw"),
]
