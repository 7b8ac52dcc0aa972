"""Invented reports for measurements: as long and as varied as real ones, the same for the same seed."""

import random

THINGS = (
    ("路灯不亮", "晚上经过看不清路，老人和放学的孩子都怕摔着"),
    ("井盖松动", "车一压就响，夜里吵得附近住户睡不着，也担心有人踩空"),
    ("垃圾桶满溢", "两三天没有人清运，天气一热味道很大，苍蝇也多"),
    ("楼道堆放杂物", "纸箱和旧家具占了半边楼梯，电动车也停在楼道口"),
    ("下水道堵塞", "污水漫到人行道上，一楼住户家里也返水"),
    ("占道停车", "上下班时间几乎过不去，消防车更进不来"),
    ("施工噪声", "晚上十一点以后还在打桩，家里有备考的学生"),
    ("树枝遮挡", "树枝伸到窗户上，刮风时打得玻璃响，也挡住了红绿灯"),
    ("健身器材损坏", "座椅断了一边，螺丝露在外面，孩子们还在上面玩"),
    ("自来水压低", "早晚高峰三楼以上放不出水，已经持续一个多星期"),
)
PLACES = ("小区东门", "菜市场旁", "公交站对面", "学校门口", "三栋二单元", "河堤步道", "广场北侧", "老机械厂宿舍")
ASKS = ("请尽快安排人来看一看。", "希望有关单位处理并给个答复。", "之前打过电话，一直没有结果。", "谢谢！")


def invent(random_: random.Random) -> tuple[str, str, str]:
    """Title, text (60–250 characters) and place of one report."""
    thing, why = random_.choice(THINGS)
    place = random_.choice(PLACES)
    hours = random_.randrange(2, 30)
    asks = "".join(random_.sample(ASKS, random_.randrange(1, 4)))
    more = f"大概有{hours}天了，" if hours < 24 else "最近又出现了，"
    body = f"{place}{thing},{more}{why}。{asks}"
    if random_.random() < 0.3:
        body += f"另外，{random_.choice(PLACES)}也有同样的情况，{random_.choice(THINGS)[1]}。"
    return f"{place}{thing}", body, place
