"""Roles and permissions as code: the whole model of power on one page, denied unless written here."""

from enum import StrEnum


class Permission(StrEnum):
    """What may be done. A view, an endpoint and a step each name one."""

    REPORT = "report"  # register a matter on behalf of somebody
    READ_MATTERS = "read_matters"  # see matters of the own area or organisation
    SETTLE = "settle"  # handle a small thing on the spot
    DISPATCH = "dispatch"  # dispatch, grade, merge, pause, close
    ARBITRATE = "arbitrate"  # decide a disputed dispatch in writing
    APPROVE = "approve"  # approve extensions and abnormal closings
    HANDLE = "handle"  # sign for, return, handle, reply
    ANSWER = "answer"  # answer a leader's instruction for one's organisation
    VERIFY = "verify"  # check on the spot what others did
    SUPERVISE = "supervise"  # urge (催办) and supervise (督办)
    INSTRUCT = "instruct"  # a leader's dated task to a unit (批办)
    READ_REPORTER = "read_reporter"  # see who reported, to call back
    READ_ORDERS = "read_orders"  # see service orders of the own community or organisation
    DISPATCH_ORDERS = "dispatch_orders"  # send orders to units, cancel them, order for somebody without a phone
    TAKE_ORDERS = "take_orders"  # accept, serve or give back orders; keep the unit's menu of services
    MANAGE_PEOPLE = "manage_people"
    MANAGE_PLACE = "manage_place"
    READ_AUDIT = "read_audit"
    READ_REGISTER = "read_register"  # see the people, households and dwellings of the own area, by name
    KEEP_REGISTER = "keep_register"  # enter and verify them
    READ_SENSITIVE = "read_sensitive"  # see a whole document or telephone number, naming a purpose
    DECIDE_REGISTER = "decide_register"  # decide between two sources that disagree
    IMPORT_REGISTER = "import_register"  # take a file of people, households and dwellings of the own area in
    EXPORT_REGISTER = "export_register"  # take a list of them out, masked
    READ_PARTS = "read_parts"  # see the components of the own area, or those the own organisation answers for
    INSPECT_PARTS = "inspect_parts"  # say what an inspection found, report a fault
    PLAN_GRIDS = "plan_grids"  # ask for a division of a community into grids and change it by hand
    APPROVE_GRIDS = "approve_grids"  # let a division somebody else asked for take effect


class Role(StrEnum):
    GRID_WORKER = "grid_worker"
    COMMUNITY = "community"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Role.GRID_WORKER: "网格员",
    Role.COMMUNITY: "社区工作者",
    Role.DISPATCHER: "调度员",
    Role.HANDLER: "部门经办人",
    Role.LEADER: "领导",
    Role.ADMINISTRATOR: "系统管理员",
    Role.AUDITOR: "审计员",
}

P = Permission
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.GRID_WORKER: frozenset(
        {
            P.REPORT,
            P.READ_MATTERS,
            P.SETTLE,
            P.VERIFY,
            P.READ_REGISTER,
            P.KEEP_REGISTER,
            P.READ_SENSITIVE,
            P.READ_PARTS,
            P.INSPECT_PARTS,
        }
    ),
    Role.COMMUNITY: frozenset(
        {
            P.REPORT,
            P.READ_MATTERS,
            P.SETTLE,
            P.HANDLE,
            P.ANSWER,
            P.VERIFY,
            P.READ_REGISTER,
            P.KEEP_REGISTER,
            P.READ_SENSITIVE,
            P.DECIDE_REGISTER,
            P.IMPORT_REGISTER,
            P.EXPORT_REGISTER,
            P.READ_ORDERS,
            P.DISPATCH_ORDERS,
            P.TAKE_ORDERS,
            P.READ_PARTS,
            P.INSPECT_PARTS,
            P.PLAN_GRIDS,
        }
    ),
    Role.DISPATCHER: frozenset(
        {
            P.REPORT,
            P.READ_MATTERS,
            P.DISPATCH,
            P.ARBITRATE,
            P.APPROVE,
            P.ANSWER,
            P.VERIFY,
            P.SUPERVISE,
            P.READ_REPORTER,
            P.READ_PARTS,
        }
    ),
    Role.HANDLER: frozenset({P.READ_MATTERS, P.HANDLE, P.ANSWER, P.READ_ORDERS, P.TAKE_ORDERS, P.READ_PARTS}),
    Role.LEADER: frozenset({P.READ_MATTERS, P.INSTRUCT, P.READ_PARTS, P.APPROVE_GRIDS}),
    Role.ADMINISTRATOR: frozenset(
        {
            P.MANAGE_PEOPLE,
            P.MANAGE_PLACE,
            P.READ_AUDIT,
            P.READ_PARTS,
            P.IMPORT_REGISTER,
            P.PLAN_GRIDS,
            P.APPROVE_GRIDS,
        }
    ),
    Role.AUDITOR: frozenset({P.READ_AUDIT}),
}
del P

# These act for an organisation; the others act for an area.
OFFICE_ROLES = frozenset({Role.COMMUNITY, Role.DISPATCHER, Role.HANDLER})
# These see every matter of their area; handlers see what was sent to their organisation.
AREA_ROLES = frozenset({Role.GRID_WORKER, Role.COMMUNITY, Role.DISPATCHER, Role.LEADER})
