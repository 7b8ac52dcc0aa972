"""One order and the facts that must hold for it at every moment."""

from django.db import models
from django.db.models import F, Q

from jishi.orders.rules.stages import CLOSED, QUEUE, WITH_UNIT, Stage
from jishi.orders.rules.vocabulary import DayPart, OrderChannel


def _in(stages: frozenset[Stage]) -> Q:
    return Q(stage__in=sorted(stage.value for stage in stages))


AT_COMMUNITY = Q(holder__isnull=False) & Q(holder=F("office"))
AT_UNIT = Q(holder__isnull=False) & Q(taker__isnull=False) & Q(holder=F("taker"))


def unit_key(verbose: str) -> models.BigIntegerField:
    return models.BigIntegerField(verbose, null=True)


class Order(models.Model):
    """A service somebody asked for, in the hands of exactly one organisation until it is rated or cancelled."""

    number = models.CharField("点单编号", max_length=24)
    channel = models.CharField("渠道", max_length=10, choices=[(one.value, one.label) for one in OrderChannel])
    offer = models.ForeignKey("orders.ServiceOffer", models.PROTECT, db_index=False, related_name="+")
    # As the resident was shown them.
    service = models.CharField("服务", max_length=40)
    price_fen = models.PositiveIntegerField("价格（分）")
    price_note = models.CharField("价格说明", max_length=60, blank=True)
    wished_on = models.DateField("希望日期")
    part = models.CharField("希望时段", max_length=10, choices=[(one.value, one.label) for one in DayPart])
    unit = models.ForeignKey("territory.Unit", models.PROTECT, db_index=False, related_name="+")
    area_1 = unit_key("镇街")
    area_2 = unit_key("社区")
    area_3 = unit_key("网格")
    area_4 = unit_key("四级单元")
    area_5 = unit_key("五级单元")
    place = models.CharField("上门地址", max_length=120)
    text = models.CharField("补充说明", max_length=1000, blank=True)

    stage = models.CharField("环节", max_length=12, choices=[(stage.value, stage.label) for stage in Stage])
    version = models.PositiveIntegerField("版本", default=1)  # one more with every step: who writes on an old one loses
    office = models.ForeignKey("organizations.Organization", models.PROTECT, db_index=False, related_name="+")
    taker = models.ForeignKey("organizations.Organization", models.PROTECT, null=True, db_index=False, related_name="+")
    taker_offer = models.ForeignKey("orders.ServiceOffer", models.PROTECT, null=True, db_index=False, related_name="+")
    holder = models.ForeignKey(
        "organizations.Organization", models.PROTECT, null=True, db_index=False, related_name="+"
    )
    server = models.CharField("上门人员", max_length=40, blank=True)
    returns = models.PositiveSmallIntegerField("退回次数", default=0)
    passed_by = models.ForeignKey(
        "organizations.Organization", models.PROTECT, null=True, db_index=False, related_name="+"
    )

    placed_at = models.DateTimeField("点单时间")
    placed_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, db_index=False, related_name="+")
    dispatched_at = models.DateTimeField("派单时间", null=True)
    accepted_at = models.DateTimeField("接单时间", null=True)
    completed_at = models.DateTimeField("办完时间", null=True)
    closed_at = models.DateTimeField("结束时间", null=True)
    due_at = models.DateTimeField("本环节期限", null=True)
    due_reason = models.CharField("期限说明", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="order_a_number_is_given_once"),
            models.CheckConstraint(
                condition=(_in(QUEUE) & AT_COMMUNITY & Q(taker__isnull=True))
                | (_in(WITH_UNIT) & AT_UNIT & Q(taker_offer__isnull=False))
                | (_in(frozenset({Stage.SERVED})) & AT_COMMUNITY & Q(taker__isnull=False))
                | (_in(CLOSED) & Q(holder__isnull=True)),
                name="order_is_in_exactly_one_hand_until_it_ends",
            ),
            models.CheckConstraint(
                condition=(_in(CLOSED) & Q(closed_at__isnull=False)) | (~_in(CLOSED) & Q(closed_at__isnull=True)),
                name="order_ends_at_a_time",
            ),
            models.CheckConstraint(
                condition=~_in(QUEUE | WITH_UNIT) | Q(due_at__isnull=False), name="order_that_waits_is_due"
            ),
        ]
        indexes = [
            models.Index(fields=["area_2", "stage"], name="order_of_community"),
            models.Index(fields=["taker", "stage"], name="order_of_unit"),
            models.Index(fields=["due_at"], condition=Q(stage=Stage.OFFERED.value), name="order_to_accept"),
        ]
