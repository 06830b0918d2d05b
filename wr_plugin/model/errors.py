"""What can go wrong, as a user hears it: what happened, where, and what to do next."""


class WaterRightsError(Exception):
    """A failure with a code, a sentence for the user and a remedy; ``detail`` goes to the log only."""

    exit_code = 1

    def __init__(self, message, remedy="", *, code="", where="", detail=""):
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code or type(self).__name__
        self.where = where
        self.detail = detail

    def __str__(self):
        text = f"{self.where}：{self.message}" if self.where else self.message
        return f"{text}\n处理办法：{self.remedy}" if self.remedy else text

    def as_dict(self):
        return {"code": self.code, "message": self.message, "where": self.where, "remedy": self.remedy}


class BadInput(WaterRightsError):
    """The input cannot be used; nothing was changed. ``where`` names file, sheet, row and field."""

    exit_code = 2


class GateShut(WaterRightsError):
    """A step may not be taken yet; ``remedy`` names what would open the gate."""

    exit_code = 3


class Cancelled(WaterRightsError):
    """The user cancelled; nothing was changed."""

    exit_code = 130

    def __init__(self, message="已取消，未作任何更改"):
        super().__init__(message)
