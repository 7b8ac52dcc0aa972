"""An address as others see it."""

import datetime as dt
from dataclasses import dataclass

from jishi.addresses.rules.codes import written
from jishi.addresses.rules.levels import Level


@dataclass(frozen=True, slots=True)
class AddressRow:
    """One address as it is today, or as it was when it ended. ``full_name`` begins at the road (see models)."""

    id: int
    code: str | None
    level: Level
    name: str
    key: str
    full_name: str
    parent_id: int | None
    path: str
    unit_id: int
    longitude: float | None
    latitude: float | None
    valid_from: dt.date
    valid_to: dt.date | None

    @property
    def line(self) -> tuple[int, ...]:
        """Ids from the road down to this address."""
        return tuple(int(part) for part in self.path.strip("/").split("/"))

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude, WGS84 degrees."""
        if self.longitude is None or self.latitude is None:
            return None
        return self.longitude, self.latitude

    @property
    def written_code(self) -> str:
        """The code as it is printed on the door; empty for a road."""
        return written(self.code) if self.code else ""

    @property
    def is_live(self) -> bool:
        return self.valid_to is None
