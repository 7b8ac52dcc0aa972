"""Text for the cells of a table that other programs open."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would take it for a formula and carry it out."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
