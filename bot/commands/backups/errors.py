"""What is raised when a copy of the ledger cannot be made or put back; of its own, because both databases' modules raise it."""

from bot.errors import AssistantError


class BackupError(AssistantError):
    """The copy could not be made or put back; the message says why, and nothing has changed."""
