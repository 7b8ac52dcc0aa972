"""Which source said what, when: the past of every value, and the values over which two sources disagree."""

from django.db import models
from django.db.models import Q

from jishi.orm.paired import together
from jishi.registers.rules.vocabulary import RecordKind, Source


class Provenance(models.Model):
    """One value of one field as one source gave it.

    ``current`` is the value on record, ``conflict`` waits beside it for a person, ``former`` was on record before and
    ``declined`` never was. A field without a current row has the origin of its record.
    """

    class State(models.TextChoices):
        CURRENT = "current", "采用"
        CONFLICT = "conflict", "待定"
        FORMER = "former", "曾用"
        DECLINED = "declined", "未采用"

    kind = models.CharField("登记类别", max_length=12, choices=RecordKind.choices())
    record_id = models.BigIntegerField("登记编号")  # outlives the record, hence no foreign key
    field = models.CharField("字段", max_length=30)
    value = models.CharField("值", max_length=200)
    source = models.CharField("来源", max_length=12, choices=Source.choices())
    source_note = models.CharField("来源说明", max_length=120, blank=True)
    at = models.DateTimeField("时间")
    by = models.CharField("提供人", max_length=120)
    state = models.CharField("状态", max_length=10, choices=State)
    decided_at = models.DateTimeField("裁定时间", null=True)
    decided_by = models.CharField("裁定人", max_length=120, null=True)
    reason = models.CharField("裁定理由", max_length=200, blank=True)

    class Meta:
        constraints = [
            together("provenance_decided_by_somebody_at_a_time", "decided_at", "decided_by"),
            models.UniqueConstraint(
                fields=["kind", "record_id", "field"],
                condition=Q(state="current"),
                name="provenance_one_value_is_current",
            ),
            # The same source saying the same thing again opens no second question.
            models.UniqueConstraint(
                fields=["kind", "record_id", "field", "source", "value"],
                condition=Q(state="conflict"),
                name="provenance_a_conflict_is_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state="conflict", decided_at__isnull=True) | ~Q(state="conflict"),
                name="provenance_an_open_conflict_is_undecided",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "record_id"], name="provenance_by_record"),
            models.Index(fields=["kind", "record_id"], condition=Q(state="conflict"), name="provenance_open_conflicts"),
        ]
