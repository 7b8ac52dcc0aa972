"""What may be reported, which duty-list item names the unit for it, and how long each step may take."""

from django.db import models
from django.db.models import Q

from jishi.duties.rules.limits import Clock, Measure
from jishi.orm.dated import DatedModel


class Category(DatedModel):
    """A class of matters (事项类别), two levels: 市容环境 / 暴露垃圾."""

    code = models.CharField("代码", max_length=20)
    name = models.CharField("名称", max_length=60)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="上级")
    grade = models.CharField("默认等级", max_length=10)
    urgent = models.BooleanField("紧急", default=False)
    words = models.JSONField("提示词", default=list)  # words in a report that speak for this class
    closing_condition = models.CharField("结案条件", max_length=120, blank=True)

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to__isnull=True), name="category_a_code_is_live_once"
            ),
        ]


class DutyItem(DatedModel):
    """One item of a duty list: this class of matters is this organisation's duty, on this legal basis.

    The organisation is named outright, or by kind: the one of that kind nearest above the place of the matter.
    """

    list_name = models.CharField("清单", max_length=80)
    number = models.CharField("序号", max_length=20)
    name = models.CharField("事项", max_length=120)
    basis = models.CharField("依据", max_length=200, blank=True)
    category_code = models.CharField("类别代码", max_length=20, blank=True, db_index=True)
    organization = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="单位",
    )
    organization_kind = models.CharField("单位类别", max_length=20, blank=True)
    helpers = models.JSONField("协办单位", default=list)  # codes, or kinds

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["list_name", "number"],
                condition=Q(valid_to__isnull=True),
                name="duty_item_number_live_once",
            ),
            models.CheckConstraint(
                condition=(Q(organization__isnull=False) & Q(organization_kind=""))
                | (Q(organization__isnull=True) & ~Q(organization_kind="")),
                name="duty_item_names_one_unit_or_one_kind",
            ),
        ]


class Limit(DatedModel):
    """How long a step may take, for a grade and, if given, one class; the most particular row holds."""

    clock = models.CharField("时钟", max_length=10, choices=[(clock.value, clock.label) for clock in Clock])
    grade = models.CharField("等级", max_length=10, blank=True)
    category_code = models.CharField("类别代码", max_length=20, blank=True)
    urgent = models.BooleanField("紧急", default=False)
    amount = models.PositiveIntegerField("时限")
    measure = models.CharField("单位", max_length=14, choices=[(measure.value, measure.label) for measure in Measure])
    source = models.CharField("出处", max_length=120, blank=True)

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.CheckConstraint(condition=Q(amount__gt=0), name="limit_is_more_than_nothing"),
            models.UniqueConstraint(
                fields=["clock", "grade", "category_code", "urgent"],
                condition=Q(valid_to__isnull=True),
                name="limit_one_a_case",
            ),
        ]
