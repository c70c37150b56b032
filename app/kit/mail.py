"""Sends mail through the one server the settings name; what stands in it is up to the caller."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from app.kit.clock import Clock

__all__ = ["Mail", "NotSent"]

_SECONDS = 20


class NotSent(Exception):
    """The server took no mail; the text names the kind of failure and no address."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A server that takes mail.

    ``security``: starttls, tls (from the first byte) or plain. ``sender``: the address mails come from. ``site``: the
    address people type to come here.
    """

    host: str
    port: int
    security: str
    sender: str
    site: str
    user: str = ""
    password: str = ""

    def send(self, recipient: str, subject: str, text: str, clock: Clock) -> None:
        """Hand over one mail of plain text. Raises NotSent if the server does not take it, or would in clear."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, recipient, subject
        message["Date"] = format_datetime(clock.now())
        domain = self.sender.rpartition("@")[2]
        message["Message-ID"] = make_msgid(domain=domain)
        # Neither out-of-office notes nor loops in answer.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        try:
            with self._connected(domain) as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(type(error).__name__) from None

    def _connected(self, domain: str) -> smtplib.SMTP:
        """A connection that names itself by the sender's domain, not by this machine's name."""
        trusted = ssl.create_default_context()
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, domain, timeout=_SECONDS, context=trusted)
        server = smtplib.SMTP(self.host, self.port, domain, timeout=_SECONDS)
        if self.security == "starttls":
            try:
                server.starttls(context=trusted)
            except BaseException:
                server.close()
                raise
        return server

    def __repr__(self) -> str:
        """Name the server, never the password."""
        return f"Mail({self.host!r}, {self.port}, {self.security!r})"
