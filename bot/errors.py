"""One exception tree, so that every boundary can tell what it may show and what it must retry.

AssistantError
├── SettingsError            a setting is missing or malformed: the process refuses to start
├── AccountsError
│   ├── AccountsUnavailable  live state cannot be read now: answer without it, never invent
│   ├── DeskUnknown          the identified customer has no desk in the live state
│   └── MailKeyUsed          the key of a connection mail was used for another server
├── IdentityError
│   ├── TokenInvalid         forged, malformed, other audience or key
│   │   ├── NoSession            the request carries no session token that is good
│   │   └── TokenUsed            it has opened the one session that it may
│   ├── TokenExpired         was good once
│   │   └── SessionOver          the request's session has ended
│   └── SignOnRefused        the company's provider, or what it says, lets nobody in; `reason` says why
├── RequestError
│   ├── Malformed            the request cannot be understood; `code` says why
│   └── TooLong              the text has more characters than a message may have
├── DialogueError
│   ├── TurnAborted          something inside the turn failed: keep nothing of it, retry later
│   │   └── EpisodeUnreadable    the episode's events cannot be read: no retry will mend that, a fresh episode will
│   └── DialogueUnavailable  no dialogue process answers
├── SealBroken               a sealed text was changed, or its key is not there
└── LedgerError
├── Conflict             same id, other content
├── NotYours             a row of another conversation
├── LeaseLost            another process took the conversation over: write nothing
└── LedgerUnavailable    the ledger cannot store now: accept nothing
"""


class AssistantError(Exception):
    """Root of every error this project raises on purpose."""


class SettingsError(AssistantError):
    """A setting is missing or malformed; the message names the variable."""


class AccountsError(AssistantError):
    """Root of errors of the live state."""


class AccountsUnavailable(AccountsError):
    """Live state cannot be read now."""


class DeskUnknown(AccountsError):
    """There is no desk with this id."""


class MailKeyUsed(AccountsError):
    """The key of a connection mail was used for another server: no repetition, and nothing is sent."""


class IdentityError(AssistantError):
    """Root of errors about who is writing."""


class TokenInvalid(IdentityError):
    """The token was not made by a key we trust, or is not for us."""


class TokenUsed(TokenInvalid):
    """The token has opened a session before: whoever shows it again may have overheard it."""


class TokenExpired(IdentityError):
    """The token was valid and is not any more."""


class NoSession(TokenInvalid):
    """The request carries no session token that is good."""


class SessionOver(TokenExpired):
    """The request's session has ended."""


class SignOnRefused(IdentityError):
    """Nobody comes in by the company's provider this time. `reason` is for the audit; `agent` is whose account it is, where that is known."""

    def __init__(self, reason: str, agent: str = "") -> None:
        super().__init__(reason)
        self.reason, self.agent = reason, agent


class RequestError(AssistantError):
    """Root of errors of what a client sent."""


class Malformed(RequestError):
    """The request cannot be understood; `code` says what is wrong with it."""

    def __init__(self, code: str = "malformed") -> None:
        super().__init__(code)
        self.code = code


class TooLong(RequestError):
    """The text has more characters than a message may have."""


class DialogueError(AssistantError):
    """Root of errors of a turn."""


class TurnAborted(DialogueError):
    """The turn failed inside; nothing of it may be kept."""


class EpisodeUnreadable(TurnAborted):
    """A stored event of the episode is of a kind, or a shape, that this model does not know."""


class DialogueUnavailable(DialogueError):
    """No dialogue process answered."""


class SealBroken(AssistantError):
    """A sealed text was changed, or its key is not there."""


class LedgerError(AssistantError):
    """Root of errors of the ledger."""


class Conflict(LedgerError):
    """The same external id came with other content."""


class NotYours(LedgerError):
    """The row belongs to another conversation."""


class LeaseLost(LedgerError):
    """The lease was taken by another holder; nothing may be written."""


class LedgerUnavailable(LedgerError):
    """The ledger cannot store now."""
