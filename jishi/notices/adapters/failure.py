"""What an adapter says when a message was not accepted."""


class DeliveryFailed(Exception):
    """The message did not get there this time; the text says why, for the operator."""
