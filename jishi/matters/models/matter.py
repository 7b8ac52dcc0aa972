"""One matter and the facts that must hold for it at every moment."""

from django.db import models
from django.db.models import F, Q

from jishi.matters.rules.stages import CLOSED_STAGES, LED_STAGES, Stage
from jishi.matters.rules.vocabulary import Channel, Grade, ReplyKind
from jishi.orm.paired import together

OPEN = Q(closed_at__isnull=True)
CLOSED_AT = Q(closed_at__isnull=False)
CLOSED = sorted(stage.value for stage in CLOSED_STAGES)
LED = sorted(stage.value for stage in LED_STAGES)
ANSWERED_STAGES = [Stage.CLOSED.value, Stage.FOLLOWED_UP.value]


def unit_key(verbose: str) -> models.BigIntegerField:
    """The id of the unit at one level above the place: a plain number, so that its indexes are ours to design."""
    return models.BigIntegerField(verbose, null=True)


class Matter(models.Model):
    """A thing somebody said, brought to one responsible unit with a due time until it is closed.

    Foreign keys have no index of their own: units, people and organisations are never deleted, lists go by the indexes
    below, and each index is written at every step.
    """

    number = models.CharField("受理编号", max_length=20)
    channel = models.CharField("渠道", max_length=10, choices=[(c.value, c.label) for c in Channel])
    title = models.CharField("标题", max_length=120)
    text = models.TextField("内容")
    category_code = models.CharField("类别代码", max_length=20, blank=True)
    category_name = models.CharField("类别", max_length=60, blank=True)
    grade = models.CharField("等级", max_length=10, choices=[(g.value, g.label) for g in Grade])
    grade_reason = models.CharField("定级理由", max_length=200)
    urgent = models.BooleanField("紧急", default=False)

    # Where it happened, as the tree stood then: statistics count by this and never change afterwards.
    unit = models.ForeignKey(
        "territory.Unit", on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name="所在单元"
    )
    # Where it lies in the tree of today, one id a level: worklists filter by these.
    area_1 = unit_key("镇街")
    area_2 = unit_key("社区")
    area_3 = unit_key("网格")
    area_4 = unit_key("四级单元")
    area_5 = unit_key("五级单元")
    place = models.CharField("地点", max_length=120, blank=True)
    longitude = models.FloatField("经度", null=True)
    latitude = models.FloatField("纬度", null=True)
    door_code = models.CharField("门码", max_length=8, null=True)  # of the plate that was scanned
    component_code = models.CharField("部件代码", max_length=16, null=True)  # of the component it is about

    stage = models.CharField("环节", max_length=12, choices=[(s.value, s.label) for s in Stage])
    version = models.PositiveIntegerField("版本", default=1)  # one more with every step: who writes on an old one loses
    responsible = models.ForeignKey(
        "organizations.Organization", models.PROTECT, db_index=False, related_name="+", verbose_name="责任单位"
    )
    lead = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name="主办单位",
    )
    returns = models.PositiveSmallIntegerField("退回次数", default=0)
    reopened = models.PositiveSmallIntegerField("重办次数", default=0)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, db_index=False, related_name="duplicates")

    registered_at = models.DateTimeField("登记时间")
    registered_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, db_index=False, related_name="+")
    handled_at = models.DateTimeField("处置完成时间", null=True)
    handled_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, db_index=False, related_name="+")
    verified_at = models.DateTimeField("核实时间", null=True)
    verified_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, db_index=False, related_name="+")
    answered_at = models.DateTimeField("答复时间", null=True)
    reply_kind = models.CharField("答复类型", max_length=14, null=True, choices=[(k.value, k.label) for k in ReplyKind])
    closed_at = models.DateTimeField("结案时间", null=True)

    # Clocks. A due time is stored with the sentence that explains it, never worked out anew when it is read.
    clock_started_at = models.DateTimeField("计时起点")
    due_at = models.DateTimeField("办结期限", null=True)
    due_reason = models.CharField("期限说明", max_length=400, blank=True)
    stage_since = models.DateTimeField("本环节起")
    stage_due_at = models.DateTimeField("本环节期限", null=True)
    paused_since = models.DateTimeField("挂账起", null=True)
    paused_until = models.DateTimeField("挂账至", null=True)
    adjustments = models.PositiveSmallIntegerField(
        "挂账与延期次数", default=0
    )  # rows in the ledgers that move the due time
    alarm_at = models.DateTimeField("下次检查时间", null=True)  # when the worker must look at it next
    escalation = models.PositiveSmallIntegerField("升级次数", default=0)

    source_key = models.CharField("来源主键", max_length=120, null=True)  # an import adds a row once

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="matter_a_number_is_given_once"),
            models.UniqueConstraint(
                fields=["source_key"], condition=Q(source_key__isnull=False), name="matter_an_import_adds_a_row_once"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=CLOSED, closed_at__isnull=False)
                | (~Q(stage__in=CLOSED) & Q(closed_at__isnull=True)),
                name="matter_closed_stages_have_a_closing_time",
            ),
            models.CheckConstraint(
                condition=~OPEN | (Q(due_at__isnull=False) & Q(stage_due_at__isnull=False) & Q(alarm_at__isnull=False)),
                name="matter_open_means_due",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=LED) | Q(lead__isnull=False),
                name="matter_dispatched_means_led",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | Q(handled_by__isnull=True) | ~Q(verified_by=F("handled_by")),
                name="matter_verifier_is_not_the_handler",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=ANSWERED_STAGES)
                | (
                    Q(handled_by__isnull=False)
                    & Q(verified_by__isnull=False)
                    & Q(answered_at__isnull=False)
                    & Q(reply_kind__isnull=False)
                ),
                name="matter_closed_means_handled_verified_and_answered",
            ),
            models.CheckConstraint(
                condition=(Q(stage=Stage.MERGED.value) & Q(merged_into__isnull=False))
                | (~Q(stage=Stage.MERGED.value) & Q(merged_into__isnull=True)),
                name="matter_merged_names_what_it_went_into",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="matter_not_merged_into_itself",
            ),
            models.CheckConstraint(condition=Q(returns__lte=2), name="matter_a_third_return_is_impossible"),
            together("matter_handled_by_somebody_at_a_time", "handled_at", "handled_by"),
            together("matter_verified_by_somebody_at_a_time", "verified_at", "verified_by"),
            together("matter_answered_with_a_kind", "answered_at", "reply_kind"),
            together("matter_a_pause_has_an_end", "paused_since", "paused_until"),
            together("matter_a_point_has_both_numbers", "longitude", "latitude"),
        ]
        # The worklist asks: this area, open, (this stage,) by due time. One range of an index serves filter and order.
        indexes = [
            models.Index(fields=["due_at", "id"], condition=OPEN, name="matter_due"),
            models.Index(fields=["stage", "due_at", "id"], condition=OPEN, name="matter_stage_due"),
            models.Index(fields=["area_1", "due_at", "id"], condition=OPEN, name="matter_area1_due"),
            models.Index(fields=["area_1", "stage", "due_at", "id"], condition=OPEN, name="matter_area1_stage_due"),
            models.Index(fields=["area_2", "due_at", "id"], condition=OPEN, name="matter_area2_due"),
            models.Index(fields=["area_2", "stage", "due_at", "id"], condition=OPEN, name="matter_area2_stage_due"),
            models.Index(fields=["area_3", "due_at", "id"], condition=OPEN, name="matter_area3_due"),
            models.Index(fields=["responsible", "due_at", "id"], condition=OPEN, name="matter_responsible_due"),
            models.Index(fields=["lead", "due_at", "id"], condition=OPEN, name="matter_lead_due"),
            models.Index(fields=["category_code", "due_at", "id"], condition=OPEN, name="matter_category_due"),
            models.Index(fields=["alarm_at"], condition=Q(alarm_at__isnull=False), name="matter_alarm"),
            models.Index(fields=["closed_at", "id"], condition=CLOSED_AT, name="matter_closed"),
            models.Index(fields=["area_1", "closed_at", "id"], condition=CLOSED_AT, name="matter_area1_closed"),
            models.Index(fields=["area_2", "closed_at", "id"], condition=CLOSED_AT, name="matter_area2_closed"),
            models.Index(fields=["area_3", "closed_at", "id"], condition=CLOSED_AT, name="matter_area3_closed"),
            models.Index(fields=["area_2", "registered_at"], name="matter_area2_registered"),
            # Whether the same was reported of the same place before: every registration asks.
            models.Index(fields=["category_code", "area_2", "registered_at"], name="matter_repeated"),
            models.Index(fields=["registered_at", "id"], name="matter_registered"),
            models.Index(fields=["registered_by", "registered_at"], name="matter_registered_by"),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="matter_merged_into_another"
            ),
            models.Index(
                fields=["door_code", "registered_at"], condition=Q(door_code__isnull=False), name="matter_door"
            ),
            models.Index(
                fields=["component_code", "registered_at"],
                condition=Q(component_code__isnull=False),
                name="matter_component",
            ),
            # Tiles of the map are read by this index, and counted by cells of the ground from it alone.
            models.Index(
                fields=[
                    "longitude",
                    "latitude",
                    "area_1",
                    "area_2",
                    "area_3",
                    "urgent",
                    "due_at",
                    "stage",
                    "id",
                    "closed_at",
                ],
                condition=OPEN & Q(longitude__isnull=False),
                name="matter_on_the_map",
            ),
            # The figures above lists are counted from this index alone. SQLite does so only if every column that is
            # asked about is in it, also the one of its condition.
            models.Index(
                fields=["area_1", "area_2", "stage", "grade", "urgent", "paused_since", "due_at", "closed_at"],
                condition=OPEN,
                name="matter_figures",
            ),
        ]

    def __str__(self) -> str:
        return self.number
