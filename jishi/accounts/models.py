"""Who logs in, and what they may do where: postings are person × role × unit × period."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from jishi.accounts.rules.roles import OFFICE_ROLES, Role
from jishi.orm.dated import DatedModel

OFFICE = sorted(role.value for role in OFFICE_ROLES)


class People(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(username=username)


class Person(AbstractBaseUser):
    """Someone who works with the system. Residents report and follow without an account."""

    username = models.CharField("用户名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=60)
    phone = models.CharField("电话", max_length=20, blank=True)
    email = models.EmailField("邮箱", blank=True)
    is_active = models.BooleanField("在用", default=True)
    left_at = models.DateTimeField("离岗时间", null=True)

    USERNAME_FIELD = "username"
    objects = People()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(is_active=False), name="person_who_left_cannot_log_in"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Posting(DatedModel):
    """One person in one role, for one unit (and, for office roles, in one organisation)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="postings", verbose_name="人员")
    role = models.CharField("角色", max_length=20, choices=[(role.value, role.label) for role in Role])
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单元")
    organization = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="单位",
    )

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.CheckConstraint(
                condition=(Q(role__in=OFFICE) & Q(organization__isnull=False))
                | (~Q(role__in=OFFICE) & Q(organization__isnull=True)),
                name="posting_office_roles_name_their_organization",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "unit", "organization"],
                condition=Q(valid_to__isnull=True, organization__isnull=False),
                name="posting_in_an_office_held_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "unit"],
                condition=Q(valid_to__isnull=True, organization__isnull=True),
                name="posting_for_an_area_held_once_at_a_time",
            ),
        ]


class Token(models.Model):
    """A program's key. Only its hash is kept; the key itself is shown once."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField("用途", max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField("签发时间")
    expires_at = models.DateTimeField("到期时间", null=True)
    revoked_at = models.DateTimeField("吊销时间", null=True)

    def __str__(self) -> str:
        return self.name


class Session(AbstractBaseSession):
    """A login. It names its person in a column of its own, so that a leaver's sessions end by one DELETE."""

    person_id = models.BigIntegerField("人员编号", null=True, db_index=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False
