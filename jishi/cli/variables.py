"""The environment variables a deployment is set up with, in words; `jishi docs` writes them into the reference."""

import ast
from pathlib import Path

# group -> name -> (what holds without it, what it is for)
VARIABLES: dict[str, dict[str, tuple[str, str]]] = {
    "数据": {
        "JISHI_DATABASE_URL": (
            "`var/jishi.sqlite3`",
            "`postgresql://用户:口令@主机:端口/库名`，或 `sqlite:///绝对路径`。"
            "见 [换到 PostgreSQL](../how-to/postgresql.md)。",
        ),
        "JISHI_DATABASE_POOL": ("`8`", "每个网站进程保留的 PostgreSQL 连接数上限。"),
        "JISHI_VAR_DIR": ("`var`", "数据目录：SQLite 库、照片、密钥、整理好的静态文件、改过的地方模板。"),
        "JISHI_PLACES_DIR": ("`places`", "地方模板所在的目录。"),
        "JISHI_PLACE": ("`shifeng`", "本次部署使用的地方模板。"),
    },
    "网站": {
        "JISHI_SECRET_KEY": ("首次启动时生成，存于数据目录", "签名用的密钥。几台机器共同提供网站时须相同。"),
        "JISHI_RECEIPT_KEYS": (
            "同 `JISHI_SECRET_KEY`",
            "生成和核对回执上评价码的密钥，逗号分隔；新的用第一个，已发出的用其中任何一个都能核对。"
            "更换 `JISHI_SECRET_KEY` 之前，把旧值写在这里，否则已发出的评价码失效。",
        ),
        "JISHI_ALLOWED_HOSTS": (
            "`127.0.0.1,localhost,[::1],testserver`",
            "网站的域名，逗号分隔；其他域名的请求一律拒绝。",
        ),
        "JISHI_TRUSTED_ORIGINS": ("无", "经 HTTPS 代理访问时的来源，如 `https://jishi.example.gov.cn`，逗号分隔。"),
        "JISHI_HTTPS": ("否", "登录凭据只经 HTTPS 发送。有 HTTPS 时应打开。"),
        "JISHI_TRUSTED_PROXIES": (
            "无",
            "反向代理的地址或网段，逗号分隔，如 `127.0.0.1,10.0.0.0/24`。只有它们写的 `X-Forwarded-For` 才算数；"
            "经代理访问而不设，所有人会被当作同一个地址来限次数。"
            "与 `JISHI_HTTPS` 同时设时，也读代理写的 `X-Forwarded-Proto`。",
        ),
        "JISHI_DEBUG": ("否", "开发用，正式部署不得打开。"),
        "JISHI_DEMO": ("否", "每一页标明“演示数据”，登录页列出演示账号。"),
        "JISHI_LOG_LEVEL": ("`WARNING`", "日志的详细程度。"),
    },
    "地图": {
        "JISHI_MAP_TILES": (
            "无",
            "底图瓦片，如 `https://主机/{z}/{x}/{y}.png`，几层用空格隔开。不设时只画本县自己的单元，不访问外网。"
            "天地图等的写法见 [地图](../how-to/map.md)。",
        ),
        "JISHI_MAP_SUBDOMAINS": ("`01234567`", "瓦片地址中 `{s}` 依次换成的字符。"),
        "JISHI_MAP_KEY": ("无", "瓦片地址中 `{key}` 换成的密钥；浏览器能看到，应在服务商处限定域名。"),
        "JISHI_MAP_ATTRIBUTION": ("无", "底图的署名。"),
    },
    "邮件和推送": {
        "JISHI_EMAIL_HOST": ("无", "发信服务器。不设时不发邮件，站内通知不受影响。"),
        "JISHI_EMAIL_PORT": ("`25`", "端口。"),
        "JISHI_EMAIL_USER": ("无", "用户名。"),
        "JISHI_EMAIL_PASSWORD": ("无", "口令。"),
        "JISHI_EMAIL_TLS": ("否", "使用 STARTTLS。"),
        "JISHI_EMAIL_FROM": ("`jishi@localhost`", "发信人。"),
        "JISHI_ALLOW_LOCAL_HOOKS": ("否", "允许向本机和内网地址推送。"),
    },
    "保留多久": {
        "JISHI_KEEP_KEYS_DAYS": (
            "`30`",
            "幂等键的天数，最少 4 天：手机可以离线 72 小时，再把存下的内容补交。",
        ),
        "JISHI_KEEP_MESSAGES_DAYS": ("`30`", "已送出的邮件、推送和已处理的事件保留的天数。"),
        "JISHI_KEEP_NOTICES_DAYS": (
            "`180`",
            "站内通知、送不出去的消息保留的天数。到期后由后台程序每天清理；事项的历史和审计记录永久保留。",
        ),
    },
    "测试": {
        "JISHI_CHROMIUM": ("自动查找", "浏览器测试使用的 Chromium。"),
        "JISHI_TEST_POSTGRES": ("自动查找", "测试使用的 PostgreSQL 服务器，须可建库。"),
        "JISHI_BENCH_POSTGRES": ("自动查找", "测速使用的 PostgreSQL 服务器，须可建库。"),
    },
}


def read_by_settings(path: Path) -> set[str]:
    """The variables the settings read, found in the source of the settings."""
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value.startswith("JISHI_") and node.value.isupper()
    }


def page(written: str) -> str:
    """The page of all variables as Markdown."""
    parts = ["# 环境变量", "", written, "全部可以不设。是否一类的写 `1` 或 `true` 即为是。", ""]
    for group, rows in VARIABLES.items():
        parts += [f"## {group}", "", "| 变量 | 不设时 | 用途 |", "| --- | --- | --- |"]
        parts += [f"| `{name}` | {default} | {use} |" for name, (default, use) in rows.items()]
        parts.append("")
    return "\n".join(parts)
