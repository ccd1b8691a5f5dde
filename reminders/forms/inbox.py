"""What one may say of one's inbox."""

from typing import Final

from common.writing import Number, Shape

_GREATEST: Final = 2**63 - 1


class ReadingShape(Shape):
    """What is marked as read: everything, or what came up to one."""

    until = Number("Until", least=1, most=_GREATEST, required=False, help="The id of one: that and what came before it.")
