"""Plans for the grids of a community, the blocks they put together, and grids that may be off the standard."""

from django.db import models
from django.db.models import F, Q

from jishi.orm.dated import DatedModel
from jishi.orm.paired import together
from jishi.planning.rules.vocabulary import Mode, State

OPEN = [State.ASKED.value, State.READY.value]
DECIDED = [State.APPROVED.value, State.WITHDRAWN.value]


class GridPlan(models.Model):
    """A proposal for one community, from the moment it is asked for until somebody decides about it."""

    community = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="社区")
    mode = models.CharField("方式", max_length=10, choices=Mode.choices())
    households = models.PositiveIntegerField("每格户数")
    people = models.PositiveIntegerField("每格人数")
    tolerance = models.PositiveSmallIntegerField("容许偏差（%）")
    state = models.CharField("状态", max_length=10, choices=State.choices(), default=State.ASKED.value)
    present = models.JSONField("提出时的网格", default=list)  # ids of the grids of that day
    # Blocks that lie side by side: [number, number, weight, common border in m], the lower number first.
    neighbours = models.JSONField("相邻关系", default=list)
    note = models.CharField("说明", max_length=300, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    asked_at = models.DateTimeField("提出时间")
    asked_by_id = models.BigIntegerField("提出人编号")  # 0 is the operator; a person outlives no posting, an id does
    asked_by = models.CharField("提出人", max_length=120)
    decided_at = models.DateTimeField("决定时间", null=True)
    decided_by_id = models.BigIntegerField("决定人编号", null=True)
    decided_by = models.CharField("决定人", max_length=120, null=True)
    claimed_by = models.CharField("由谁计算", max_length=80, null=True)
    claimed_until = models.DateTimeField("计算至", null=True)

    class Meta:
        constraints = [
            together("grid_plan_a_claim_has_an_end", "claimed_by", "claimed_until"),
            together("grid_plan_decided_by_somebody_at_a_time", "decided_at", "decided_by", "decided_by_id"),
            models.UniqueConstraint(
                fields=["community"], condition=Q(state__in=OPEN), name="grid_plan_one_is_open_for_a_community"
            ),
            models.CheckConstraint(
                condition=Q(state__in=DECIDED, decided_at__isnull=False)
                | (~Q(state__in=DECIDED) & Q(decided_at__isnull=True)),
                name="grid_plan_is_decided_or_not",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.APPROVED.value) | ~Q(decided_by_id=F("asked_by_id")),
                name="grid_plan_is_approved_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(households__gte=1, people__gte=1, tolerance__gte=1, tolerance__lte=99),
                name="grid_plan_has_a_standard",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state=State.ASKED.value), name="grid_plan_to_be_drawn"),
        ]


class PlannedGrid(models.Model):
    """A grid as a plan would have it; ``unit`` is the present one it goes on as, ``became`` what it was made."""

    plan = models.ForeignKey(GridPlan, on_delete=models.PROTECT, db_index=False, related_name="grids")
    number = models.PositiveIntegerField("序号")
    name = models.CharField("名称", max_length=80)
    unit = models.ForeignKey(
        "territory.Unit", on_delete=models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="承接"
    )
    cause = models.CharField("为何超出标准", max_length=300, blank=True)
    reason = models.CharField("例外理由", max_length=300, blank=True)
    reason_by = models.CharField("理由填写人", max_length=120, blank=True)
    # Empty where the reason is that of the exception in force, which somebody else allowed already.
    reason_by_id = models.BigIntegerField("理由填写人编号", null=True)
    became = models.ForeignKey(
        "territory.Unit", on_delete=models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="批准后"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="planned_grid_a_number_is_given_once"),
            models.UniqueConstraint(fields=["plan", "name"], name="planned_grid_a_name_is_given_once"),
            models.UniqueConstraint(
                fields=["plan", "unit"], condition=Q(unit__isnull=False), name="planned_grid_a_unit_goes_on_as_one"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="planned_grid_has_a_name"),
            models.CheckConstraint(
                condition=Q(reason="", reason_by="") | (~Q(reason="") & ~Q(reason_by="")),
                name="planned_grid_a_reason_is_somebodys",
            ),
        ]


class PlannedBlock(models.Model):
    """A building, an entrance, or the households of a grid without an address: in exactly one grid of the plan."""

    plan = models.ForeignKey(GridPlan, on_delete=models.PROTECT, db_index=False, related_name="blocks")
    number = models.PositiveIntegerField("序号")
    address = models.ForeignKey(
        "addresses.Address", on_delete=models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="地址"
    )
    name = models.CharField("名称", max_length=300)
    compound = models.CharField("小区", max_length=300, blank=True)
    households = models.PositiveIntegerField("户数")
    people = models.PositiveIntegerField("人数")
    load = models.FloatField("折算户数")
    present = models.ForeignKey(
        "territory.Unit", on_delete=models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="现网格"
    )
    grid = models.ForeignKey(PlannedGrid, on_delete=models.PROTECT, related_name="blocks", verbose_name="方案网格")
    drawn = models.PositiveIntegerField("算出的网格")  # the number of the grid the computation put it in
    moved_by = models.CharField("手工调整人", max_length=120, blank=True)
    moved_by_id = models.BigIntegerField("手工调整人编号", null=True)
    longitude = models.FloatField("经度")  # CGCS2000/WGS84, degrees
    latitude = models.FloatField("纬度")
    cell = models.JSONField("范围")  # GeoJSON geometry: the ground nearer to it than to any other block
    area = models.FloatField("面积")  # m²
    outer = models.FloatField("外边界")  # m

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="planned_block_a_number_is_given_once"),
            models.UniqueConstraint(
                fields=["plan", "address"], condition=Q(address__isnull=False), name="planned_block_counted_once"
            ),
        ]


class GridException(DatedModel):
    """A grid that may be off the standard, why, and who allowed it."""

    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="网格")
    reason = models.CharField("理由", max_length=300)
    asked_by = models.CharField("提出人", max_length=120)
    approved_by_id = models.BigIntegerField("批准人编号")
    approved_by = models.CharField("批准人", max_length=120)
    approved_at = models.DateTimeField("批准时间")

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["unit"], condition=Q(valid_to__isnull=True), name="grid_exception_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="grid_exception_has_a_reason"),
        ]
