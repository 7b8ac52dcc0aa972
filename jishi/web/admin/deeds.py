"""What the audit trail calls each deed, in the words of those who read it."""

from jishi.matters.rules.steps import PAST_LABELS
from jishi.orders.rules.steps import PAST_LABELS as ORDER_LABELS
from jishi.territory.rules.succession import Cause

DEEDS: dict[str, dict[str, str]] = {
    "事项": {f"matter.{name}": label for name, label in PAST_LABELS.items()},
    "批办": {
        "instruction.given": "批办",
        "instruction.answered": "反馈批办",
        "instruction.handed_over": "批办随单位调整划转",
    },
    "点单": {
        **{f"order.{name}": label for name, label in ORDER_LABELS.items()},
        "offer.add": "添加服务项",
        "offer.change": "修改服务项",
        "offer.stop": "停止服务项",
    },
    "人员": {
        "accounts.add_person": "添加人员",
        "accounts.change_person": "修改人员信息",
        "accounts.set_password": "重置密码",
        "accounts.open_posting": "安排岗位",
        "accounts.end_posting": "终止岗位",
        "accounts.follow_unit": "岗位随单元调整",
        "accounts.dismiss": "办理离岗",
        "accounts.issue_token": "签发密钥",
        "accounts.revoke_token": "吊销密钥",
    },
    "地方": {
        "place_load": "装载地方模板",
        "units_load": "装载治理单元",
        "sketches_draw": "绘制示意边界",
        "unit_boundary": "设定单元边界",
        **{f"unit_{cause}": f"单元{cause.label}" for cause in Cause},
        "organizations_load": "装载单位",
        "organization_follow": "单位随单元调整",
        "organization_absorbed": "单位并入",
        "organization_end": "单位撤销",
        "categories_load": "装载事项类别",
        "duties_load": "装载职责清单",
        "duties_follow": "清单随单位调整",
        "limits_load": "装载时限",
        "addresses_load": "装载标准地址",
        "addresses_follow": "地址随单元调整",
    },
    "地址": {
        "address_create": "登记地址",
        "address_change": "变更地址",
        "address_cancel": "注销地址",
        "address_alias": "添加别名",
        "address_alias_end": "停用别名",
        "address_post": "登记楼栋岗位",
        "address_post_end": "楼栋岗位卸任",
        "addresses_load": "导入地址",
        "addresses_follow": "地址随单元调整",
    },
    "部件": {
        "catalogue_load": "装载部件目录",
        "components_add": "导入部件",
        "components_follow": "部件随单元调整",
        "component_register": "登记部件",
        "component_change": "变更部件",
        "component_inspect": "巡查部件",
        "component_correct": "更正部件状况",
        "component_follow": "部件状况随事项更新",
        "component_retire": "注销部件",
        "components_export": "导出部件清单",
    },
    "登记簿": {
        "registers.enter_household": "登记住户",
        "registers.join": "住户添人",
        "registers.leave": "住户减人",
        "registers.change_head": "变更户主",
        "registers.move_household": "住户搬家",
        "registers.end_household": "注销住户",
        "registers.take_over": "人员从原户转入",
        "registers.end_resident": "注销人员",
        "registers.enter_dwelling": "登记房屋",
        "registers.end_dwelling": "注销房屋",
        "registers.tie": "登记居住关系",
        "registers.untie": "结束居住关系",
        "registers.enter_premises": "登记单位场所",
        "registers.end_premises": "注销单位场所",
        "registers.give_values": "填报登记项",
        "registers.decide": "核定不一致的登记项",
        "registers.verify": "核对登记",
        "registers.verify_household": "核对住户",
        "registers.reveal": "查看完整号码",
        "registers.follow_unit": "登记随单元调整",
        "registers.hand_over": "住户划转网格",
    },
    "名册": {
        "registers.import_begin": "上传名册",
        "registers.import_checked": "试导名册",
        "registers.import_start": "开始导入名册",
        "registers.import_batch": "导入一批",
        "registers.import_done": "导入完毕",
        "registers.import_failed": "导入未能进行",
        "registers.import_cancel": "停止导入",
        "registers.export": "导出名册",
        "registers.hand_over": "住户划到新网格",
        "registers.follow_unit": "名册随单元调整",
    },
    "通知": {"notices.add_hook": "登记推送地址", "notices.stop_hook": "停用推送地址"},
}
LABELS = {action: label for deeds in DEEDS.values() for action, label in deeds.items()}


def deed(action: str) -> str:
    """The label of an action; one that has none is shown as it was written."""
    return LABELS.get(action, action)


def deed_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """All deeds in groups, for the filter."""
    return [(group, list(deeds.items())) for group, deeds in DEEDS.items()]
