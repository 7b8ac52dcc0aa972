"""The pages of docs/reference that are drawn from the code. A test fails when a committed page is stale."""

from collections.abc import Callable, Iterator

import click

from jishi.accounts.rules.roles import GRANTS, LABELS, Permission, Role
from jishi.cli import variables
from jishi.matters.rules.stages import LABELS as STAGE_LABELS
from jishi.matters.rules.stages import OFFICIAL, OPEN_STAGES, Stage
from jishi.matters.rules.steps import STEPS, Holder, Step

WRITTEN = "<!-- 由 `jishi docs` 生成，请勿手改。 -->\n"

HOLDERS = {
    Holder.AREA: "辖区内任职的人",
    Holder.LEAD: "主办单位的人",
    Holder.HELPER: "未办完的协办单位的人",
    Holder.REPORTER: "持评价码的反映人",
    Holder.READER: "看得到这件事项的人",
    Holder.SYSTEM: "后台程序",
}
PERMITS = {
    Permission.REPORT: "登记事项",
    Permission.READ_MATTERS: "查看本辖区、本单位的事项",
    Permission.SETTLE: "现场自处理",
    Permission.DISPATCH: "派发、定级、并案、挂账、结案",
    Permission.ARBITRATE: "仲裁裁定",
    Permission.APPROVE: "审批延期和非正常结案",
    Permission.HANDLE: "签收、退回、处置、答复",
    Permission.ANSWER: "反馈批给本单位的批办",
    Permission.VERIFY: "核实别人办的事项",
    Permission.SUPERVISE: "催办、督办",
    Permission.INSTRUCT: "批办",
    Permission.READ_REPORTER: "查看反映人，以便回访",
    Permission.READ_ORDERS: "查看本社区、本单位的点单",
    Permission.DISPATCH_ORDERS: "派单、改派、撤销，代居民点单",
    Permission.TAKE_ORDERS: "接单、退回、办理，维护本单位服务菜单",
    Permission.MANAGE_PEOPLE: "管理人员和岗位",
    Permission.MANAGE_PLACE: "管理地方模板",
    Permission.READ_AUDIT: "查看、核验审计记录",
    Permission.READ_REGISTER: "查看本辖区的人、户、房和单位场所",
    Permission.KEEP_REGISTER: "采集、核实人户房信息",
    Permission.READ_SENSITIVE: "写明用途后查看完整的证件号码、电话",
    Permission.DECIDE_REGISTER: "裁定来源不一致的信息",
    Permission.IMPORT_REGISTER: "导入人户房名册",
    Permission.PLAN_GRIDS: "提出、调整网格划分方案",
    Permission.APPROVE_GRIDS: "批准别人提出的网格划分方案",
    Permission.EXPORT_REGISTER: "导出本辖区人户房名册（遮盖后）",
    Permission.READ_PARTS: "查看本辖区的、本单位负责的部件",
    Permission.INSPECT_PARTS: "巡查部件、报告故障",
}


def roles() -> str:
    """Role × permission, as a table to be signed."""
    lines = [
        "# 岗位与权限",
        "",
        WRITTEN,
        "未列出的一律不允许。权限只在任职的辖区或单位内、任职期间有效。",
        "",
        f"| 权限 | 代码 | {' | '.join(LABELS[role] for role in Role)} |",
        f"| --- | --- |{' --- |' * len(Role)}",
    ]
    for permission in Permission:
        marks = " | ".join("●" if permission in GRANTS[role] else "" for role in Role)
        lines.append(f"| {PERMITS[permission]} | `{permission}` | {marks} |")
    return "\n".join(lines) + "\n"


def steps() -> str:
    """The loop as a state diagram and the table of all steps."""
    lines = ["# 事项的环节与步骤", "", WRITTEN, "## 环节图", "", "```mermaid", *_diagram(), "```", ""]
    lines += ["## 七个法定环节", "", "| 环节 | 包含 |", "| --- | --- |"]
    lines += [
        f"| {name} | {'、'.join(STAGE_LABELS[stage] for stage in Stage if stage in stages)} |"
        for name, stages in OFFICIAL.items()
    ]
    lines += [
        "",
        "## 步骤",
        "",
        "按钮、接口、权限和上图都由这张表产生。“公开”指居民在回执上看得到这一步。",
        "",
        "| 步骤 | 代码 | 从 | 到 | 权限 | 由谁 | 必填 | 可填 | 公开 |",
        "| --- |" + " --- |" * 8,
    ]
    lines += [f"| {' | '.join(_row(step))} |" for step in STEPS.values()]
    return "\n".join(lines) + "\n"


def _diagram() -> Iterator[str]:
    """Open stages stand in one frame, so that a step possible in all of them is one arrow."""
    yield "stateDiagram-v2"
    yield "    [*] --> open: 登记"
    yield '    state "在办" as open {'
    for stage in Stage:
        if stage in OPEN_STAGES:
            yield f"        {stage}: {STAGE_LABELS[stage]}"
    yield f"        [*] --> {Stage.REGISTERED}"
    yield from _arrows(inside=True)
    yield "    }"
    for stage in Stage:
        if stage not in OPEN_STAGES:
            yield f"    {stage}: {STAGE_LABELS[stage]}"
    yield from _arrows(inside=False)


def _arrows(*, inside: bool) -> Iterator[str]:
    """One arrow between two places with the labels of all steps that lead that way."""
    labels: dict[tuple[str, str], list[str]] = {}
    for step in STEPS.values():
        target = step.target
        if target is None:
            continue
        everywhere = step.sources == OPEN_STAGES
        sources = ["open"] if everywhere else [stage for stage in Stage if stage in step.sources]
        for source in sources:
            if inside == (not everywhere and source in OPEN_STAGES and target in OPEN_STAGES):
                labels.setdefault((str(source), str(target)), []).append(step.label)
    indent = "        " if inside else "    "
    order = ["open", *Stage]
    for (source, aim), names in sorted(labels.items(), key=lambda arrow: [order.index(end) for end in arrow[0]]):
        yield f"{indent}{source} --> {aim}: {'、'.join(names)}"


def _row(step: Step) -> tuple[str, ...]:
    sources = "、".join(STAGE_LABELS[stage] for stage in Stage if stage in step.sources)
    target = STAGE_LABELS[step.target] if step.target is not None else "不变"
    permission = f"`{step.permission}`" if step.permission is not None else ""
    needs, takes = ("、".join(f"`{field}`" for field in fields) for fields in (step.needs, step.takes))
    sources = {OPEN_STAGES: "在办各环节", frozenset(Stage): "各环节"}.get(step.sources, sources)
    public = "是" if step.public else ""
    return step.label, f"`{step.name}`", sources, target, permission, HOLDERS[step.holder], needs, takes, public


def commands() -> str:
    """Every command with its own help."""
    from jishi.cli.main import main

    parts = ["# 命令行\n", WRITTEN]
    for path, command in _walk(main, ("jishi",)):
        context = click.Context(command, info_name=" ".join(path), terminal_width=100)
        parts.append(f"## `{' '.join(path)}`\n\n```\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def _walk(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in sorted(command.list_commands(context)):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from _walk(child, (*path, name))


def settings() -> str:
    """Every environment variable."""
    return variables.page(WRITTEN)


PAGES: dict[str, Callable[[], str]] = {
    "roles.md": roles,
    "steps.md": steps,
    "commands.md": commands,
    "settings.md": settings,
}
