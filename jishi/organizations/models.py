"""Bodies a matter can be sent to: departments, township offices, community offices, grid centres, utilities."""

from django.db import models
from django.db.models import F, Q

from jishi.organizations.rules.bodies import Kind
from jishi.orm.dated import DatedModel


class Organization(DatedModel):
    """A body keeps its row for life; its period is that of the body."""

    code = models.CharField("代码", max_length=40)
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=20)
    kind = models.CharField("类别", max_length=20, choices=[(kind.value, kind.label) for kind in Kind])
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="所在单元")
    superior = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="上级")
    phone = models.CharField("值班电话", max_length=40, blank=True)
    # Grows with every correction of any body, so that what a process keeps of them is noticed to be old.
    revision = models.PositiveIntegerField("修订", default=0)

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to__isnull=True), name="organization_a_code_is_live_once"
            ),
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(kind="centre", valid_to__isnull=True),
                name="organization_one_grid_centre_a_unit",
            ),
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(kind="community_office", valid_to__isnull=True),
                name="organization_one_office_a_community",
            ),
            models.CheckConstraint(
                condition=Q(superior__isnull=True) | ~Q(superior=F("id")),
                name="organization_not_its_own_superior",
            ),
        ]
