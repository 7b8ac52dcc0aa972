from django.urls import path

from jishi.web.admin import audit, hooks, people, places

urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/new/", people.add, name="person_add"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/change/", people.change, name="person_change"),
    path("people/<int:person_id>/password/", people.password, name="person_password"),
    path("people/<int:person_id>/postings/", people.post, name="posting_add"),
    path("people/<int:person_id>/postings/<int:posting_id>/end/", people.end, name="posting_end"),
    path("people/<int:person_id>/dismiss/", people.dismiss, name="person_dismiss"),
    path("people/<int:person_id>/tokens/", people.token, name="token_add"),
    path("people/<int:person_id>/tokens/<int:token_id>/revoke/", people.revoke, name="token_revoke"),
    path("place/", places.place, name="place"),
    path("place/edit/", places.edit, name="place_edit"),
    path("hooks/", hooks.hooks, name="hooks"),
    path("hooks/<int:hook_id>/stop/", hooks.stop, name="hook_stop"),
    path("audit/", audit.entries, name="audit"),
    path("audit/verify/", audit.verify, name="audit_verify"),
]
