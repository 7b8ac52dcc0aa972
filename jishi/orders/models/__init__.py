from jishi.orders.models.history import Orderer, Rating, Step
from jishi.orders.models.offer import OfferDay, ServiceOffer
from jishi.orders.models.order import Order

__all__ = ["OfferDay", "Order", "Orderer", "Rating", "ServiceOffer", "Step"]
