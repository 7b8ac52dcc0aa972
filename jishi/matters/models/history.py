"""What happened to a matter: appended, never edited. Replaying the steps gives the present state."""

from django.db import models

from jishi.matters.rules.vocabulary import PhotoKind


class Step(models.Model):
    """One step taken: what it was called, from where to where, by whom, and every field it set."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, db_index=False, related_name="steps")
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
    facts = models.JSONField("要素", default=dict)  # what the step was about: ground, helpers, reason …
    sets = models.JSONField("所置字段", default=dict)  # the fields of the matter it set, for replay
    public = models.BooleanField("对居民可见", default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "seq"], name="step_one_line_of_history")]
        indexes = [models.Index(fields=["name", "at"], name="step_by_name")]


class Photo(models.Model):
    """A photo, decoded and written anew without metadata; the file is named by its content."""

    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="photos")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="photos")
    kind = models.CharField("用途", max_length=10, choices=[(k.value, k.label) for k in PhotoKind])
    digest = models.CharField("指纹", max_length=64)
    width = models.PositiveIntegerField("宽")
    height = models.PositiveIntegerField("高")
    at = models.DateTimeField("时间")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "digest"], name="photo_kept_once_a_step")]
        indexes = [models.Index(fields=["digest"], name="photo_by_digest")]


class Reporter(models.Model):
    """Who reported, apart from the matter: only those who must call back may read it, and receipts never show it."""

    matter = models.OneToOneField("matters.Matter", on_delete=models.PROTECT, related_name="reporter")
    name = models.CharField("姓名", max_length=60, blank=True)
    phone = models.CharField("电话", max_length=20, blank=True)
    code_digest = models.CharField("评价凭证指纹", max_length=64)  # proves on a phone that it is the reporter who rates


class Rating(models.Model):
    """What the reporter says of the answer. One for each closing."""

    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="ratings")
    closing = models.PositiveSmallIntegerField("第几次结案")
    solved = models.BooleanField("是否解决")
    satisfied = models.PositiveSmallIntegerField("满意度")  # 1 很不满意 … 5 很满意
    comment = models.CharField("意见", max_length=500, blank=True)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )  # call-back by phone

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "closing"], name="rating_once_a_closing"),
            models.CheckConstraint(
                condition=models.Q(satisfied__gte=1, satisfied__lte=5), name="rating_from_one_to_five"
            ),
        ]
