"""Who belongs where, from when until when. A link that no longer holds ends and stays; nothing is pointed elsewhere."""

from django.db import models
from django.db.models import Q

from jishi.orm.dated import DatedModel
from jishi.registers.rules.vocabulary import Relation, StayKind

LIVE = Q(valid_to__isnull=True)


class Membership(DatedModel):
    """A person in a household. One at a time, so that nobody is counted in two grids."""

    household = models.ForeignKey("registers.Household", on_delete=models.PROTECT, related_name="memberships")
    resident = models.ForeignKey("registers.Resident", on_delete=models.PROTECT, related_name="memberships")
    relation = models.CharField("与户主关系", max_length=12, choices=Relation.choices())

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(fields=["resident"], condition=LIVE, name="membership_in_one_household_at_a_time"),
            models.UniqueConstraint(
                fields=["household"],
                condition=LIVE & Q(relation=Relation.HEAD.value),
                name="membership_one_head_a_household",
            ),
        ]


class Stay(DatedModel):
    """A person and a dwelling: 户籍, 常住, 租住 … 人户分离 is two live rows."""

    resident = models.ForeignKey("registers.Resident", on_delete=models.PROTECT, related_name="stays")
    dwelling = models.ForeignKey("registers.Dwelling", on_delete=models.PROTECT, related_name="stays")
    kind = models.CharField("居住类型", max_length=12, choices=StayKind.choices())

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["resident", "dwelling", "kind"], condition=LIVE, name="stay_said_once_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["resident"],
                condition=LIVE & Q(kind=StayKind.REGISTERED.value),
                name="stay_registered_at_one_home",
            ),
        ]


class Home(DatedModel):
    """A household and the dwelling it lives in. Several households may share one."""

    household = models.ForeignKey("registers.Household", on_delete=models.PROTECT, related_name="homes")
    dwelling = models.ForeignKey("registers.Dwelling", on_delete=models.PROTECT, related_name="homes")

    class Meta:
        constraints = [
            *DatedModel.Meta.constraints,
            models.UniqueConstraint(fields=["household"], condition=LIVE, name="home_one_at_a_time"),
        ]


class InGrid(DatedModel):
    """Something in a grid, or in a community that has no grids yet. Exactly one live row while the thing is live."""

    unit = models.ForeignKey("territory.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="网格")

    class Meta:
        abstract = True
        constraints = [*DatedModel.Meta.constraints]


class HouseholdGrid(InGrid):
    """Last month's households of a grid are those whose row held then, whatever became of the grid (K06)."""

    household = models.ForeignKey("registers.Household", on_delete=models.PROTECT, related_name="grids")

    class Meta:
        constraints = [
            *InGrid.Meta.constraints,
            models.UniqueConstraint(fields=["household"], condition=LIVE, name="household_in_one_grid_at_a_time"),
        ]


class DwellingGrid(InGrid):
    dwelling = models.ForeignKey("registers.Dwelling", on_delete=models.PROTECT, related_name="grids")

    class Meta:
        constraints = [
            *InGrid.Meta.constraints,
            models.UniqueConstraint(fields=["dwelling"], condition=LIVE, name="dwelling_in_one_grid_at_a_time"),
        ]


class PremisesGrid(InGrid):
    premises = models.ForeignKey("registers.Premises", on_delete=models.PROTECT, related_name="grids")

    class Meta:
        constraints = [
            *InGrid.Meta.constraints,
            models.UniqueConstraint(fields=["premises"], condition=LIVE, name="premises_in_one_grid_at_a_time"),
        ]
