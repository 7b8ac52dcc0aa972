"""The tree of governance units, its history, and the versions of the place template."""

from django.db import models
from django.db.models import F, Q

from jishi.orm.dated import DatedModel


class PlaceVersion(models.Model):
    """One loaded version of the place template; the newest is in force, older ones stay readable."""

    key = models.SlugField("模板", max_length=40)
    name = models.CharField("地方", max_length=80)
    county_code = models.CharField("区划代码", max_length=12)
    content = models.JSONField("内容")
    digest = models.CharField("指纹", max_length=64)
    at = models.DateTimeField("装载时间")
    by = models.CharField("装载人", max_length=120)


class Unit(DatedModel):
    """A governance unit: county, town, community, grid … as the place names its levels.

    A row never changes but for its end: a new name, parent or ancestor is a new row (see Succession). So the path of
    an ended row still tells what it lay in, and what is counted by it never changes.
    """

    code = models.CharField("代码", max_length=24)
    name = models.CharField("名称", max_length=80)
    depth = models.PositiveSmallIntegerField("层级")  # 0 = the county; names come from the place template
    kind = models.CharField("类别", max_length=40, blank=True)  # 镇/街道/社区/村/基础网格/专属网格 …
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="children", verbose_name="上级"
    )
    # "/1/12/340/": ids from the county down to this unit, closed on both sides so that /1/ never matches /12/.
    path = models.CharField("路径", max_length=120, db_index=True)
    longitude = models.FloatField("经度", null=True)  # CGCS2000/WGS84, degrees
    latitude = models.FloatField("纬度", null=True)

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to__isnull=True), name="unit_a_code_is_live_once"
            ),
            models.CheckConstraint(
                condition=(Q(depth=0) & Q(parent__isnull=True)) | (Q(depth__gt=0) & Q(parent__isnull=False)),
                name="unit_only_the_county_has_no_parent",
            ),
            models.UniqueConstraint(
                fields=["depth"], condition=Q(depth=0) & Q(valid_to__isnull=True), name="unit_one_live_county"
            ),
        ]


class Boundary(DatedModel):
    """The ground of a unit during a period; a sketch until somebody gives the true one."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="boundaries", verbose_name="单元")
    geometry = models.JSONField("范围")  # GeoJSON Polygon or MultiPolygon, CGCS2000/WGS84 degrees, six decimals
    is_sketch = models.BooleanField("示意", default=True)

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["unit"], condition=Q(valid_to__isnull=True), name="boundary_a_unit_has_one"
            ),
        ]


class Succession(models.Model):
    """Which unit follows which: the link from an ended unit to what took over its ground."""

    class Kind(models.TextChoices):
        SPLIT = "split", "拆分"
        MERGE = "merge", "合并"
        MOVE = "move", "划转"
        RENAME = "rename", "更名"
        REDRAW = "redraw", "重划"

    former = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="origins")
    kind = models.CharField(max_length=10, choices=Kind)
    day = models.DateField("生效日")
    is_primary = models.BooleanField("承接未办结事项", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["former", "successor"], name="succession_said_once"),
            models.UniqueConstraint(
                fields=["former"], condition=Q(is_primary=True), name="succession_one_primary_successor"
            ),
            models.CheckConstraint(condition=~Q(former=F("successor")), name="succession_is_not_to_itself"),
        ]
