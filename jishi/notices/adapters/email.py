"""Messages by e-mail, through the mail server of the settings."""

from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from jishi.notices.adapters.failure import DeliveryFailed

_TIMEOUT = 15  # seconds for each answer of the mail server
_SMTP = "django.core.mail.backends.smtp.EmailBackend"


def send(*, number: int, address: str, subject: str, body: str) -> None:
    """Send one message; raises DeliveryFailed.

    The Message-ID is made of the delivery's number: a mail that goes out twice because our process died
    between sending and noting it arrives as one and the same message.
    """
    if settings.EMAIL_BACKEND == _SMTP and not settings.EMAIL_HOST:
        raise DeliveryFailed("没有配置邮件服务器（JISHI_EMAIL_HOST）")
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    try:
        EmailMessage(
            subject=" ".join(subject.split()),
            body=body,
            to=[address],
            headers={"Message-ID": f"<jishi-delivery-{number}@{domain}>"},
            connection=get_connection(timeout=_TIMEOUT),
        ).send()
    except (OSError, ValueError) as failure:  # smtplib's errors are OSErrors, a malformed address is a ValueError
        raise DeliveryFailed(f"邮件未能发出：{failure}") from failure
