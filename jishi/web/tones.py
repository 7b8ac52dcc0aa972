"""Which colour a stage or a message has. Colour repeats what the words say, it never says it alone."""

from jishi.matters.rules.stages import Stage
from jishi.orders.rules.stages import Stage as OrderStage

# Every tone is a class in static/jishi/theme.css: badge-<tone>.
TONES = ("waiting", "moving", "checking", "done", "alert", "quiet")

STAGE_TONES = {
    Stage.REGISTERED: "waiting",
    Stage.DISPATCHED: "waiting",
    Stage.RETURNED: "alert",
    Stage.ARBITRATION: "alert",
    Stage.ACCEPTED: "moving",
    Stage.HANDLING: "moving",
    Stage.VERIFYING: "checking",
    Stage.VERIFIED: "checking",
    Stage.CLOSED: "done",
    Stage.FOLLOWED_UP: "done",
    Stage.ABNORMAL: "quiet",
    Stage.MERGED: "quiet",
}

ORDER_TONES = {
    OrderStage.PLACED: "waiting",
    OrderStage.RETURNED: "alert",
    OrderStage.OFFERED: "waiting",
    OrderStage.TAKEN: "moving",
    OrderStage.SERVING: "moving",
    OrderStage.SERVED: "checking",
    OrderStage.RATED: "done",
    OrderStage.CANCELLED: "quiet",
}

# Django's message levels in the tones of the alerts.
MESSAGE_TONES = {"debug": "quiet", "info": "moving", "success": "done", "warning": "waiting", "error": "alert"}
