"""The record of every change: it only grows, is chained by hash, and owes nothing to the rows it names."""

from django.db import models


class Entry(models.Model):
    """One change. Entries about one subject form a chain; unrelated writers never wait for each other."""

    stream = models.CharField("链", max_length=80)
    seq = models.PositiveIntegerField("链内序号")
    at = models.DateTimeField("时间")
    actor_id = models.BigIntegerField("操作人编号", null=True)
    actor = models.CharField("操作人", max_length=120)
    action = models.CharField("动作", max_length=80)
    subject = models.CharField("对象", max_length=200)
    facts = models.TextField("内容")  # canonical JSON: exactly the bytes that were hashed
    previous = models.CharField("前一条指纹", max_length=64)
    digest = models.CharField("指纹", max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "seq"], name="audit_a_chain_never_forks"),
        ]
        indexes = [models.Index(fields=["at"], name="audit_by_time")]

    def __str__(self) -> str:
        return f"{self.stream} #{self.seq}"


class Seal(models.Model):
    """One link of the county-wide chain: binds every entry up to ``last_entry``, so that none can vanish."""

    at = models.DateTimeField("时间")
    first_entry = models.BigIntegerField("首条")
    last_entry = models.BigIntegerField("末条", unique=True)
    count = models.PositiveIntegerField("条数")
    previous = models.CharField("前一封印", max_length=64, unique=True)
    digest = models.CharField("封印", max_length=64, unique=True)

    def __str__(self) -> str:
        return f"{self.first_entry}–{self.last_entry}"
