"""Who works on a matter and what was asked and granted on the way."""

from django.db import models
from django.db.models import F, Q

from jishi.matters.rules.vocabulary import PartRole, RequestKind
from jishi.orm.paired import together


class Part(models.Model):
    """One organisation's part in a matter: one lead, any number of helpers (1+N)."""

    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="parts")
    organization = models.ForeignKey("organizations.Organization", models.PROTECT, db_index=False, related_name="+")
    role = models.CharField("分工", max_length=8, choices=[(r.value, r.label) for r in PartRole])
    task = models.CharField("任务", max_length=300, blank=True)
    assigned_at = models.DateTimeField("派发时间")
    signed_at = models.DateTimeField("签收时间", null=True)
    done_at = models.DateTimeField("完成时间", null=True)
    done_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, db_index=False, related_name="+")
    done_note = models.CharField("完成情况", max_length=500, blank=True)
    ended_at = models.DateTimeField("解除时间", null=True)  # returned, re-dispatched or released

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter"],
                condition=Q(role="lead", ended_at__isnull=True),
                name="part_exactly_one_lead",
            ),
            models.UniqueConstraint(
                fields=["matter", "organization"],
                condition=Q(ended_at__isnull=True),
                name="part_one_an_organization",
            ),
        ]
        indexes = [models.Index(fields=["organization", "role"], condition=Q(ended_at__isnull=True), name="part_live")]


class Pause(models.Model):
    """A stretch of time that does not count (挂账): always with a reason and an end."""

    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="pauses")
    reason = models.CharField("挂账理由", max_length=40)
    note = models.CharField("说明", max_length=300)
    since = models.DateTimeField("起")
    until = models.DateTimeField("止")
    ended_at = models.DateTimeField("实际恢复", null=True)
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter"], condition=Q(ended_at__isnull=True), name="pause_one_at_a_time"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="pause_ends_after_it_begins"),
        ]


class Request(models.Model):
    """Something asked that somebody else decides: more time, an abnormal closing, handling anew."""

    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField("种类", max_length=10, choices=[(k.value, k.label) for k in RequestKind])
    reason = models.CharField("理由", max_length=500)
    working_minutes = models.PositiveIntegerField("延长（工作分钟）", default=0)
    at = models.DateTimeField("申请时间")
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("决定时间", null=True)
    decided_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    granted = models.BooleanField("同意", null=True)
    answer = models.CharField("答复", max_length=500, blank=True)

    class Meta:
        constraints = [
            together("request_decided_by_somebody_at_a_time", "decided_at", "decided_by", "granted"),
            models.CheckConstraint(
                condition=Q(by__isnull=True) | Q(granted__isnull=True) | Q(granted=False) | ~Q(by=F("decided_by")),
                name="request_nobody_grants_his_own",
            ),
            models.UniqueConstraint(
                fields=["matter", "kind"],
                condition=Q(decided_at__isnull=True),
                name="request_one_open_a_kind",
            ),
        ]


class Instruction(models.Model):
    """A leader's dated task to one organisation (批办). It never moves a matter by itself."""

    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, null=True, related_name="instructions")
    leader = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    leader_name = models.CharField("批办领导", max_length=60)
    organization = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+")
    text = models.CharField("批办意见", max_length=500)
    at = models.DateTimeField("批办时间")
    due_at = models.DateTimeField("反馈期限")
    answer = models.CharField("反馈", max_length=1000, blank=True)
    answered_at = models.DateTimeField("反馈时间", null=True)
    answered_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [together("instruction_answered_by_somebody_at_a_time", "answered_at", "answered_by")]
        indexes = [
            models.Index(
                fields=["organization", "due_at"],
                condition=Q(answered_at__isnull=True),
                name="instruction_open",
            )
        ]
