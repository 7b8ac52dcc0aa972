from django.urls import path

from jishi.web.leader import instructions, months, overview

urlpatterns = [
    path("overview/", overview.overview, name="overview"),
    path("overview/matters/", overview.area_matters, name="area_matters"),
    path("overview/months/", months.month, name="month"),
    path("instructions/", instructions.instructions, name="instructions"),
    path("instructions/new/", instructions.instruct, name="instruct"),
    path("instructions/<int:instruction_id>/", instructions.instruction, name="instruction"),
]
