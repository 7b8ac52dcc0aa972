"""What the registers keep: people, households, dwellings and the premises of organisations.

The fields are the basic ones of GB/T 31000. What is not needed to reach and serve somebody has no column.
"""

from django.db import models
from django.db.models import Q

from jishi.orm.dated import DatedModel
from jishi.registers.rules.vocabulary import (
    BuildingUse,
    DocumentKind,
    EndReason,
    HouseholdKind,
    PremisesKind,
    Sex,
    Source,
)


class Registered(DatedModel):
    """A record with its origin: where its values come from unless ``Provenance`` names another source for a field.

    ``verified_on`` is the last day on which somebody or some source knew it to be true; ``verified_by`` is empty for
    what only came with a file.
    """

    source = models.CharField("来源", max_length=12, choices=Source.choices())
    source_note = models.CharField("来源说明", max_length=120, blank=True)  # the file, the batch, who was asked
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.CharField("登记人", max_length=120)
    verified_on = models.DateField("核实日期")
    verified_by = models.CharField("核实人", max_length=120, blank=True)
    end_reason = models.CharField("注销原因", max_length=12, choices=EndReason.choices(), blank=True)

    class Meta:
        abstract = True
        constraints = [
            *DatedModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True, end_reason="") | (Q(valid_to__isnull=False) & ~Q(end_reason="")),
                name="%(class)s_ends_for_a_reason",
            ),
        ]


class Resident(Registered):
    """A person who lives here or belongs here. Documents are optional, and their kind is a field."""

    name = models.CharField("姓名", max_length=60)
    initials = models.CharField("姓名拼音首字母", max_length=60)  # derived from the name, for the search
    former_name = models.CharField("曾用名", max_length=60, blank=True)
    sex = models.CharField("性别", max_length=1, choices=Sex.choices(), default=Sex.UNKNOWN)
    birth_date = models.DateField("出生日期", null=True)
    document_kind = models.CharField(
        "证件类型", max_length=3, choices=DocumentKind.choices(), default=DocumentKind.CITIZEN
    )
    document_number = models.CharField("证件号码", max_length=30, blank=True)
    phone = models.CharField("联系电话", max_length=16, blank=True)
    second_phone = models.CharField("备用电话", max_length=16, blank=True)
    registered_place = models.CharField(
        "户籍地详址", max_length=200, blank=True
    )  # where it is not one of our dwellings

    class Meta:
        constraints = [
            *Registered.Meta.constraints,
            models.UniqueConstraint(
                fields=["document_kind", "document_number"],
                condition=Q(valid_to__isnull=True) & ~Q(document_number=""),
                name="resident_a_document_is_of_one_person",
            ),
        ]
        indexes = [
            models.Index(fields=["name"], name="resident_by_name"),
            models.Index(fields=["verified_on"], condition=Q(valid_to__isnull=True), name="resident_by_verification"),
        ]


class Household(Registered):
    """People who live together. The head is the member whose relation says so."""

    number = models.CharField("户编号", max_length=11, unique=True)
    book_number = models.CharField("户号", max_length=9, blank=True)  # of the paper household book
    kind = models.CharField("户类型", max_length=10, choices=HouseholdKind.choices(), default=HouseholdKind.FAMILY)

    class Meta:
        constraints = [*Registered.Meta.constraints]
        indexes = [
            models.Index(fields=["verified_on"], condition=Q(valid_to__isnull=True), name="household_by_verification"),
        ]


class Dwelling(Registered):
    """A home: one room-level address with the facts of the house table of GB/T 31000."""

    # Empty where the address register has no such room yet; the door is said in words all the same.
    address = models.ForeignKey(
        "addresses.Address", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="标准地址"
    )
    door = models.CharField("门牌", max_length=120)  # as it is said: 3栋2单元502
    building_use = models.CharField("建筑用途", max_length=12, choices=BuildingUse.choices(), default=BuildingUse.HOME)
    floor_area = models.DecimalField("建筑面积", max_digits=8, decimal_places=2, null=True)  # square metres
    owner_name = models.CharField("房主姓名", max_length=60, blank=True)
    owner_phone = models.CharField("房主电话", max_length=16, blank=True)
    is_rented = models.BooleanField("出租", default=False)

    class Meta:
        constraints = [
            *Registered.Meta.constraints,
            models.CheckConstraint(condition=~Q(door=""), name="dwelling_has_a_door"),
            models.UniqueConstraint(
                fields=["address"],
                condition=Q(valid_to__isnull=True, address__isnull=False),
                name="dwelling_one_at_an_address",
            ),
            models.CheckConstraint(
                condition=Q(floor_area__isnull=True) | Q(floor_area__gt=0), name="dwelling_area_is_above_zero"
            ),
        ]
        indexes = [
            models.Index(fields=["door"], name="dwelling_by_door"),
            models.Index(fields=["verified_on"], condition=Q(valid_to__isnull=True), name="dwelling_by_verification"),
        ]


class Premises(Registered):
    """Where an organisation is: a shop, a firm, an office. Not the bodies matters are sent to."""

    name = models.CharField("单位名称", max_length=120)
    initials = models.CharField("名称拼音首字母", max_length=120)
    kind = models.CharField("类别", max_length=10, choices=PremisesKind.choices())
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    address = models.ForeignKey(
        "addresses.Address", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="标准地址"
    )
    door = models.CharField("门牌", max_length=120)
    contact_name = models.CharField("负责人", max_length=60, blank=True)
    contact_phone = models.CharField("负责人电话", max_length=16, blank=True)
    staff_count = models.PositiveIntegerField("从业人数", null=True)

    class Meta:
        constraints = [
            *Registered.Meta.constraints,
            models.CheckConstraint(condition=~Q(door=""), name="premises_have_a_door"),
            # One organisation may have several premises, each once at its door.
            models.UniqueConstraint(
                fields=["uscc", "door"],
                condition=Q(valid_to__isnull=True) & ~Q(uscc=""),
                name="premises_of_a_code_once_at_a_door",
            ),
        ]
        indexes = [
            models.Index(fields=["verified_on"], condition=Q(valid_to__isnull=True), name="premises_by_verification"),
        ]
