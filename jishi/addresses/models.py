"""Standard addresses from the road down to the room, what they were called before, and how they are found."""

from django.db import models
from django.db.models import F, Q

from jishi.addresses.rules.levels import CODED, KEPT, Level
from jishi.addresses.rules.naming import AliasKind
from jishi.addresses.rules.posts import BuildingPost
from jishi.orm.dated import DatedModel
from jishi.orm.paired import together

LIVE = Q(valid_to__isnull=True)


class Address(DatedModel):
    """An address keeps its row and its code for life; its period is that of the address.

    What it was before a change is an EarlierState. The levels above the road are the unit's (see rules.levels).
    """

    # No index of its own: the one on parent and key begins with it.
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, db_index=False, related_name="children", verbose_name="上级"
    )
    level = models.CharField("层级", max_length=10, choices=[(level.value, level.label) for level in Level])
    name = models.CharField("名称", max_length=60)  # of this level alone: 东门路, 12号, 3栋, 301室
    # 12号, 12, 十二号 all have the key "12": what a person types is looked up by it below a parent.
    key = models.CharField("名称键", max_length=60)
    # From the road down to this level, 东门路12号3栋301室. Town and community are the unit's to name, and may change.
    full_name = models.CharField("全称", max_length=300)
    # "/12/340/": ids from the road down to this address, closed on both sides.
    path = models.CharField("路径", max_length=120, blank=True)
    # Eight characters with a check character; it says nothing about where the door is.
    code = models.CharField("门码", max_length=8, null=True)
    # The community or grid it lies in now; for a road through several communities, what holds them all. The code
    # outlives every change of grids.
    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="所在单元")
    longitude = models.FloatField("经度", null=True)  # CGCS2000/WGS84, degrees
    latitude = models.FloatField("纬度", null=True)

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(fields=["code"], name="address_a_code_is_given_once_and_for_all"),
            # At the top names may meet: two villages, each with a 1组, become one.
            models.UniqueConstraint(
                fields=["parent", "level", "name"],
                condition=LIVE & Q(parent__isnull=False),
                name="address_a_name_is_live_once_below_a_parent",
            ),
            models.CheckConstraint(
                condition=Q(level__in=[level.value for level in KEPT]), name="address_upper_levels_are_units"
            ),
            models.CheckConstraint(
                condition=Q(code__isnull=False, level__in=[level.value for level in CODED])
                | (Q(code__isnull=True) & ~Q(level__in=[level.value for level in CODED])),
                name="address_has_a_code_from_the_door_down",
            ),
            models.CheckConstraint(
                condition=~Q(level__in=[Level.ENTRANCE.value, Level.FLOOR.value, Level.ROOM.value])
                | Q(parent__isnull=False),
                name="address_inside_a_building_has_a_parent",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="address_is_not_below_itself"
            ),
            together("address_a_point_has_both_numbers", "longitude", "latitude"),
        ]
        indexes = [
            models.Index(fields=["parent", "key"], name="address_below_a_parent"),
            models.Index(fields=["unit", "key"], condition=LIVE & Q(parent__isnull=True), name="address_at_the_top"),
            models.Index(fields=["key"], condition=LIVE, name="address_by_key"),
            # A strip of longitudes is short enough to be searched through.
            models.Index(
                fields=["longitude", "latitude"], condition=LIVE & Q(longitude__isnull=False), name="address_by_point"
            ),
        ]


class EarlierState(DatedModel):
    """What an address was called and where it hung during a past period; the present is in its row."""

    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="earlier", verbose_name="地址")
    name = models.CharField("名称", max_length=60)
    parent = models.ForeignKey(
        Address, on_delete=models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="上级"
    )
    unit = models.ForeignKey(
        "territory.Unit", on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name="所在单元"
    )
    longitude = models.FloatField("经度", null=True)
    latitude = models.FloatField("纬度", null=True)

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            together("earlier_state_a_point_has_both_numbers", "longitude", "latitude"),
        ]


class Alias(DatedModel):
    """Another name people use for an address: what it was called formerly, or what everybody calls it."""

    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="aliases", verbose_name="地址")
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=10, choices=[(kind.value, kind.label) for kind in AliasKind])

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["address", "name"], condition=LIVE, name="alias_a_name_is_live_once_for_an_address"
            ),
        ]


class Gram(models.Model):
    """One or two neighbouring characters of a name, or of its pinyin initials: how a part of a name is found."""

    text = models.CharField("字", max_length=4)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+", verbose_name="地址")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["text", "address"], name="gram_stands_once_for_an_address")]


class PostHolder(DatedModel):
    """A neighbour who holds a post for a building during a period, and agreed to be named to those who work there."""

    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+", verbose_name="地址")
    post = models.CharField("岗位", max_length=10, choices=[(post.value, post.label) for post in BuildingPost])
    name = models.CharField("姓名", max_length=30)
    phone = models.CharField("电话", max_length=20, blank=True)

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(post__in=[post.value for post in BuildingPost]), name="post_holder_holds_a_known_post"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="post_holder_has_a_name"),
            models.CheckConstraint(condition=LIVE | Q(phone=""), name="post_holder_who_left_is_not_to_be_telephoned"),
            models.UniqueConstraint(
                fields=["address", "post", "name"], condition=LIVE, name="post_holder_holds_a_post_once_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["post"], condition=LIVE, name="post_in_use")]
