"""Files of people and households that are taken in: the runs, the rows that stayed out, what a source is known by."""

from django.db import models
from django.db.models import Q

from jishi.orm.paired import together
from jishi.registers.rules.imports import Subject
from jishi.registers.rules.vocabulary import Source


def subject_field() -> models.CharField:
    return models.CharField(
        "内容", max_length=8, choices=[(one.value, one.label) for one in Subject], default=Subject.PEOPLE.value
    )


class ImportRun(models.Model):
    """One file on its way into the registers. ``done`` counts the batches whose transaction is over: after a crash
    the run goes on behind them."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", "待对应列"
        CHECKING = "checking", "正在试导"
        CHECKED = "checked", "已试导"
        IMPORTING = "importing", "正在导入"
        DONE = "done", "已完成"
        FAILED = "failed", "未能进行"
        CANCELLED = "cancelled", "已取消"

    subject = subject_field()
    source_name = models.CharField("来源名称", max_length=40)
    source = models.CharField("来源", max_length=12, choices=Source.choices())
    file_name = models.CharField("文件名", max_length=120)
    path = models.CharField("文件位置", max_length=300)  # within the folder of imports, or where the operator keeps it
    digest = models.CharField("文件摘要", max_length=64)  # SHA-256
    columns = models.JSONField("列的对应", default=dict)  # meaning -> heading
    all_or_nothing = models.BooleanField("全部导入或全部不导入", default=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.UPLOADED)
    rows = models.PositiveIntegerField("行数", default=0)
    done_rows = models.PositiveIntegerField("已处理行数", default=0)
    done = models.PositiveIntegerField("已完成批数", default=0)
    counts = models.JSONField("结果", default=dict)
    note = models.CharField("说明", max_length=300, blank=True)
    created_at = models.DateTimeField("建立时间")
    created_by_id = models.BigIntegerField("建立人编号")  # 0 is the operator; a person outlives no posting, an id does
    created_by = models.CharField("建立人", max_length=120)
    finished_at = models.DateTimeField("结束时间", null=True)
    claimed_by = models.CharField("由谁处理", max_length=80, null=True)
    claimed_until = models.DateTimeField("处理至", null=True)

    class Meta:
        constraints = [together("import_run_a_claim_has_an_end", "claimed_by", "claimed_until")]
        indexes = [
            models.Index(fields=["created_at"], name="import_run_by_time"),
            models.Index(
                fields=["id"], condition=Q(state__in=["checking", "importing"]), name="import_run_to_be_worked_on"
            ),
        ]


class RefusedRow(models.Model):
    """A row that was not taken in, or whose person lives elsewhere by the register, with the reason."""

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, db_index=False, related_name="refused")
    line = models.PositiveIntegerField("行号")
    taken = models.BooleanField("已采用其余各项", default=False)  # known person, other home: values taken, home not
    reason = models.CharField("原因", max_length=400)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="refused_row_is_told_once")]


class SourceMapping(models.Model):
    """How the columns of a source were understood the last time."""

    subject = subject_field()
    name = models.CharField("来源名称", max_length=40)
    source = models.CharField("来源", max_length=12, choices=Source.choices())
    columns = models.JSONField("列的对应")
    at = models.DateTimeField("时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "name"], name="source_mapping_of_a_source_is_one"),
        ]


class SourceHousehold(models.Model):
    """What a source calls a household, so that a row put right later finds the household of the others."""

    source_name = models.CharField("来源名称", max_length=40)
    key = models.CharField("来源户编号", max_length=120)
    household = models.ForeignKey("registers.Household", on_delete=models.PROTECT, db_index=False, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_name", "key"], name="source_household_has_one_key"),
        ]
