"""What happened to an order: appended, never edited. Replaying the steps gives the present state."""

from django.db import models


class Step(models.Model):
    """One step taken: what it was called, from where to where, by whom, and every field it set."""

    order = models.ForeignKey("orders.Order", models.PROTECT, db_index=False, related_name="steps")
    seq = models.PositiveIntegerField("序号")
    name = models.CharField("步骤", max_length=30)
    source = models.CharField("原环节", max_length=12, blank=True)
    target = models.CharField("新环节", max_length=12)
    at = models.DateTimeField("时间")
    by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, db_index=False, related_name="+")
    by_name = models.CharField("经手人", max_length=60)  # as it was then; "居民", "系统" where no account acted
    organization = models.ForeignKey(
        "organizations.Organization", models.PROTECT, null=True, db_index=False, related_name="+"
    )
    note = models.TextField("说明", blank=True)
    facts = models.JSONField("要素", default=dict)
    sets = models.JSONField("所置字段", default=dict)  # the fields of the order it set, for replay

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "seq"], name="order_step_one_line_of_history")]


class Orderer(models.Model):
    """Who ordered, apart from the order: only who comes and who sent them read it, and receipts never show it."""

    order = models.OneToOneField("orders.Order", models.PROTECT, related_name="orderer")
    name = models.CharField("姓名", max_length=60, blank=True)
    phone = models.CharField("电话", max_length=20, blank=True)
    code_digest = models.CharField("评单码指纹", max_length=64)


class Rating(models.Model):
    """What the resident says of the result (评单): once an order."""

    order = models.OneToOneField("orders.Order", models.PROTECT, related_name="rating")
    solved = models.BooleanField("是否解决")
    satisfied = models.PositiveSmallIntegerField("满意度")  # 1 很不满意 … 5 很满意
    comment = models.CharField("意见", max_length=500, blank=True)
    at = models.DateTimeField("时间")
    by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")  # who ordered for them

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(satisfied__gte=1, satisfied__lte=5), name="order_rating_from_one_to_five"
            )
        ]
