"""Requests that were already carried out, so that the same one arriving twice is done once."""

from django.db import models


class Reception(models.Model):
    """One carried-out request: who sent which key, what it asked (fingerprint) and what was answered."""

    sender = models.CharField("来源", max_length=80)
    key = models.CharField("幂等键", max_length=80)
    fingerprint = models.CharField("请求指纹", max_length=64)
    answer = models.TextField("答复")  # JSON
    at = models.DateTimeField("时间")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sender", "key"], name="once_a_key_is_used_once")]
        indexes = [models.Index(fields=["at"], name="once_by_time")]

    def __str__(self) -> str:
        return f"{self.sender} {self.key}"
