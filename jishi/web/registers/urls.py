from django.urls import path

from jishi.web.registers import conflicts, entering, household, imports, lists, premises, record

urlpatterns = [
    path("registers/", lists.registers, name="registers"),
    path("registers/fields/", lists.fields, name="register_fields"),
    path("registers/due/", lists.due, name="register_due"),
    path("registers/enter/", entering.enter, name="household_enter"),
    path("registers/enter/door/", entering.at_door, name="household_door"),
    path("registers/enter/row/", entering.row, name="household_row"),
    path("registers/premises/", premises.enter, name="premises_enter"),
    path("registers/conflicts/", conflicts.conflicts, name="register_conflicts"),
    path("registers/conflicts/<int:conflict_id>/", conflicts.decide, name="register_decide"),
    path("registers/imports/", imports.imports, name="imports"),
    path("registers/imports/export/", imports.export, name="register_export"),
    path("registers/imports/<int:run_id>/", imports.run, name="import_run"),
    path("registers/imports/<int:run_id>/columns/", imports.columns, name="import_columns"),
    path("registers/imports/<int:run_id>/start/", imports.start, name="import_start"),
    path("registers/imports/<int:run_id>/cancel/", imports.cancel, name="import_cancel"),
    path("registers/imports/<int:run_id>/refused/", imports.refused, name="import_refused"),
    path("registers/households/<str:number>/", household.household, name="household"),
    path("registers/households/<str:number>/verify/", household.verify, name="household_verify"),
    path("registers/households/<str:number>/join/", household.join, name="household_join"),
    path("registers/households/<str:number>/move/", entering.move, name="household_move"),
    path("registers/households/<str:number>/head/", household.change_head, name="household_head"),
    path("registers/households/<str:number>/leave/", household.leave, name="household_leave"),
    path("registers/households/<str:number>/end/", household.end, name="household_end"),
    path("registers/<str:kind>/<int:record_id>/", record.record, name="record"),
    path("registers/<str:kind>/<int:record_id>/verify/", record.verify, name="record_verify"),
    path("registers/<str:kind>/<int:record_id>/reveal/", record.reveal, name="record_reveal"),
    path("registers/<str:kind>/<int:record_id>/end/", record.end, name="record_end"),
]
