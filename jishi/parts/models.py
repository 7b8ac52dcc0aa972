"""The catalogue of components, the components themselves, where they lay before, and what became of them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Substr

from jishi.orm.dated import DatedModel
from jishi.orm.paired import together
from jishi.parts.rules.history import BY_MATTER, Turn
from jishi.parts.rules.inspections import Condition

LIVE = Q(valid_to__isnull=True)
CONDITIONS = [(condition.value, condition.label) for condition in Condition]
TURNS = [(turn.value, turn.label) for turn in Turn]
OF_A_MATTER = Q(turn__in=sorted(turn.value for turn in BY_MATTER))


class MajorClass(models.Model):
    """A class (大类) of the catalogue."""

    code = models.CharField("大类代码", max_length=2, primary_key=True)
    name = models.CharField("大类", max_length=40)


class Subclass(DatedModel):
    """A sub-class (小类). It keeps its row and its code for life; its period is that of the sub-class."""

    code = models.CharField("小类代码", max_length=4, primary_key=True)
    major = models.ForeignKey(MajorClass, on_delete=models.PROTECT, related_name="subclasses", verbose_name="大类")
    name = models.CharField("小类", max_length=40)
    inspection_days = models.PositiveSmallIntegerField("巡查周期（天）", null=True)
    source = models.CharField("来源", max_length=60, blank=True)

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.CheckConstraint(condition=Q(major=Substr("code", 1, 2)), name="subclass_belongs_to_its_class"),
            models.CheckConstraint(
                condition=Q(inspection_days__isnull=True) | Q(inspection_days__gte=1),
                name="subclass_cycle_is_a_day_at_least",
            ),
        ]


def body(verbose: str) -> models.ForeignKey:
    return models.ForeignKey(
        "organizations.Organization",
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=verbose,
    )


class Component(DatedModel):
    """A thing that stands in public space: a lamp, a manhole cover, a notice board.

    Its code is given once and for all. A body that answers for it is one of the county's, or only a name.
    """

    code = models.CharField("部件代码", max_length=16)
    subclass = models.ForeignKey(
        Subclass, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name="小类"
    )
    name = models.CharField("名称", max_length=60, blank=True)  # its own, as painted on it: 东门路 12 号杆
    # The grid or community it lies in now; where it lay before is an EarlierUnit.
    unit = models.ForeignKey(
        "territory.Unit", on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name="所在单元"
    )
    place = models.CharField("位置", max_length=120, blank=True)
    longitude = models.FloatField("经度", null=True)  # CGCS2000/WGS84, degrees
    latitude = models.FloatField("纬度", null=True)
    authority = body("主管单位")
    authority_name = models.CharField("主管单位名称", max_length=80, blank=True)
    owner = body("权属单位")
    owner_name = models.CharField("权属单位名称", max_length=80, blank=True)
    keeper = body("养护单位")
    keeper_name = models.CharField("养护单位名称", max_length=80, blank=True)
    condition = models.CharField("状况", max_length=6, choices=CONDITIONS, default=Condition.SOUND.value)
    inspected_on = models.DateField("上次巡查", null=True)
    inspect_by = models.DateField("应巡查日期", null=True)
    source = models.CharField("来源", max_length=120)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.CharField("登记人", max_length=120)
    fingerprint = models.CharField("导入指纹", max_length=16, blank=True)

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(fields=["code"], name="component_a_code_is_given_once_and_for_all"),
            models.CheckConstraint(
                condition=Q(subclass=Substr("code", 7, 4)), name="component_is_of_the_subclass_in_its_code"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{role}__isnull": True}) | Q(**{f"{role}_name": ""}),
                    name=f"component_{role}_is_a_body_or_a_name",
                )
                for role in ("authority", "owner", "keeper")
            ),
            together("component_a_point_has_both_numbers", "longitude", "latitude"),
        ]
        indexes = [
            models.Index(fields=["unit", "inspect_by"], condition=LIVE, name="component_due_in_unit"),
            models.Index(fields=["subclass", "code"], condition=LIVE, name="component_of_a_subclass"),
            # How many are faulty, and how many past their day, is told above every list.
            models.Index(fields=["condition", "inspect_by"], condition=LIVE, name="component_by_standing"),
            # A strip of longitudes is short enough to be searched through.
            models.Index(
                fields=["longitude", "latitude"], condition=LIVE & Q(longitude__isnull=False), name="component_by_point"
            ),
            *(
                models.Index(
                    fields=[role], condition=LIVE & Q(**{f"{role}__isnull": False}), name=f"component_by_{role}"
                )
                for role in ("authority", "owner", "keeper")
            ),
        ]


class EarlierUnit(DatedModel):
    """Where a component lay during a past period."""

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="earlier_units")
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, db_index=False, related_name="+")

    class Meta:
        constraints = [*DatedModel.Meta.constraints]


class Inspection(models.Model):
    """What somebody found; rows are added and never changed."""

    component = models.ForeignKey(
        Component, on_delete=models.PROTECT, db_index=False, related_name="inspections", verbose_name="部件"
    )
    at = models.DateTimeField("时间")
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, db_index=False, related_name="+")
    by_name = models.CharField("巡查人", max_length=60)
    condition = models.CharField("状况", max_length=6, choices=CONDITIONS)
    note = models.CharField("说明", max_length=500, blank=True)
    matter_number = models.CharField("受理编号", max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(condition=Condition.FAULTY.value) | Q(matter_number=""),
                name="inspection_only_a_fault_opens_a_matter",
            ),
        ]
        indexes = [models.Index(fields=["component", "at"], name="inspection_of_component")]


class Happening(models.Model):
    """What else became of a component: put right, repaired, taken down; rows are added and never changed."""

    component = models.ForeignKey(
        Component, on_delete=models.PROTECT, db_index=False, related_name="happenings", verbose_name="部件"
    )
    at = models.DateTimeField("时间")
    turn = models.CharField("事由", max_length=10, choices=TURNS)
    by_name = models.CharField("经办人", max_length=120)
    note = models.CharField("说明", max_length=500, blank=True)
    matter_number = models.CharField("受理编号", max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(OF_A_MATTER & ~Q(matter_number="")) | (~OF_A_MATTER & Q(matter_number="")),
                name="happening_of_a_matter_names_it",
            ),
        ]
        indexes = [models.Index(fields=["component", "at"], name="happening_of_component")]
