"""QR codes as vectors: reportlab's encoder with fixed settings, so that the same text always gives the same code."""

from reportlab.graphics.barcode import qrencoder

MASK = 3
LEVEL = qrencoder.QRErrorCorrectLevel.M
QUIET = 4


def modules(text):
    """Rows of booleans (dark is True) for a text, encoded as UTF-8 bytes.

    The mask is fixed: readers accept any, and trying all eight takes most of the time.
    """
    code = qrencoder.QRCode(None, LEVEL)
    code.addData(qrencoder.QR8bitByte(text))
    code.version = code.calculate_version()
    code.makeImpl(False, MASK)
    return code.modules


def draw(pen, x, y, side, text):
    """Draws the code with its quiet zone into the square with lower left corner (x, y)."""
    rows = modules(text)
    count = len(rows) + 2 * QUIET
    unit = side / count
    path = []
    for i, row in enumerate(rows):
        top = y + side - (i + QUIET + 1) * unit
        start = None
        for j, dark in enumerate([*row, False]):
            if dark and start is None:
                start = j
            elif not dark and start is not None:
                path.append(f"{x + (start + QUIET) * unit:.3f} {top:.3f} {(j - start) * unit:.3f} {unit:.3f} re")
                start = None
    pen.raw(f"q 1 1 1 rg {x:.2f} {y:.2f} {side:.2f} {side:.2f} re f 0 0 0 rg {' '.join(path)} f Q")
