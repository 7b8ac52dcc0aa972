"""Prices, kept in fen, as people read them."""

from jishi.kernel.errors import Invalid

MOST_FEN = 1_000_000  # ten thousand yuan: more is no doorstep service


def price_words(fen: int) -> str:
    """``免费``, ``20元``, ``12.50元``."""
    if fen == 0:
        return "免费"
    yuan, rest = divmod(fen, 100)
    return f"{yuan}.{rest:02}元" if rest else f"{yuan}元"


def check_price(fen: int) -> None:
    if not 0 <= fen <= MOST_FEN:
        raise Invalid(f"价格应在0到{MOST_FEN // 100}元之间，免费的写0", field="price_fen")
