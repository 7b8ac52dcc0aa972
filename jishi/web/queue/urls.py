from django.urls import path

from jishi.web.queue import views

urlpatterns = [
    path("queue/", views.queue, name="queue"),
    path("queue/instructions/<int:instruction_id>/", views.answer, name="answer_instruction"),
]
