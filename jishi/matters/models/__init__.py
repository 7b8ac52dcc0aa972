from jishi.matters.models.handling import Instruction, Part, Pause, Request
from jishi.matters.models.history import Photo, Rating, Reporter, Step
from jishi.matters.models.matter import Matter

__all__ = ["Instruction", "Matter", "Part", "Pause", "Photo", "Rating", "Reporter", "Request", "Step"]
