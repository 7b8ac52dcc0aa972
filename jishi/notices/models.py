"""What is to be told to whom: events waiting to be spread, notices to people, deliveries to the outside."""

from django.db import models

from jishi.orm.paired import together


class Claimable(models.Model):
    """A row of work. A worker claims it for a while; a claim that runs out (the worker died) is free again."""

    created_at = models.DateTimeField("产生时间")
    due_at = models.DateTimeField("最早处理时间")
    claimed_until = models.DateTimeField("认领至", null=True)
    claimed_by = models.CharField("认领者", max_length=80, null=True)
    tries = models.PositiveSmallIntegerField("次数", default=0)
    last_error = models.CharField("最近错误", max_length=300, blank=True)
    done_at = models.DateTimeField("完成时间", null=True)
    given_up_at = models.DateTimeField("放弃时间", null=True)

    class Meta:
        abstract = True
        constraints = [
            together("%(class)s_claimed_by_somebody_for_a_time", "claimed_until", "claimed_by"),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True) | models.Q(given_up_at__isnull=True),
                name="%(class)s_is_done_or_given_up_not_both",
            ),
        ]

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"


class Event(Claimable):
    """Something happened (the outbox): written in the transaction of the change, spread by the worker afterwards."""

    kind = models.CharField("种类", max_length=60)
    subject = models.CharField("对象", max_length=80)  # "matter:123"
    facts = models.JSONField("内容")

    class Meta(Claimable.Meta):
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(done_at__isnull=True, given_up_at__isnull=True),
                name="event_waiting",
            )
        ]


class Notice(models.Model):
    """A line in somebody's in-app inbox."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    person_id = models.BigIntegerField("收件人编号")
    text = models.CharField("内容", max_length=300)
    link = models.CharField("链接", max_length=200, blank=True)
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "person_id"], name="notice_told_once_a_person"),
        ]
        indexes = [
            models.Index(fields=["person_id", "-id"], name="notice_of_person"),
            models.Index(
                fields=["person_id"], condition=models.Q(read_at__isnull=True), name="notice_unread_of_person"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Hook(models.Model):
    """An outside address that wants to be told of some kinds of events."""

    url = models.URLField("地址", max_length=300)
    kinds = models.JSONField("种类", default=list)  # empty = all
    secret = models.CharField("签名密钥", max_length=80)
    created_at = models.DateTimeField("登记时间")
    stopped_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["url"], condition=models.Q(stopped_at__isnull=True), name="hook_is_live_once_an_address"
            )
        ]

    def __str__(self) -> str:
        return self.url


class Delivery(Claimable):
    """One message to one outside address, by e-mail or webhook; repeated until accepted, always under one id."""

    class Channel(models.TextChoices):
        EMAIL = "email", "邮件"
        WEBHOOK = "webhook", "接口推送"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField("方式", max_length=10, choices=Channel)
    address = models.CharField("地址", max_length=300)
    subject = models.CharField("标题", max_length=200, blank=True)
    body = models.TextField("正文")

    class Meta(Claimable.Meta):
        constraints = [
            *Claimable.Meta.constraints,
            models.UniqueConstraint(fields=["event", "channel", "address"], name="delivery_sent_once_an_address"),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(done_at__isnull=True, given_up_at__isnull=True),
                name="delivery_waiting",
            )
        ]
